"""Running files of process tests: each scenario on an instance of its own, and what they covered together."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.bpmn import ProcessModel
from engine.errors import AmendsError, Finding, Refused
from engine.processes import Resource
from engine.trials.acting import Actor
from engine.trials.case import Case, Workbench
from engine.trials.coverage import Coverage, coverage_of
from engine.trials.reading import read_suite
from engine.trials.register import HANDLES_COMPLAINTS
from engine.trials.scenario import Given, Scenario, Suite
from engine.trials.shelf import Behind, Contents, Deployed, Shelf, read_contents
from engine.trials.trail import Trail


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one scenario went: `findings` is empty where it passed. `seconds` of this machine."""

    file: str
    scenario: str
    process_id: str
    line: int
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.findings


@dataclass(frozen=True, kw_only=True)
class Report:
    """How all scenarios went, and what they covered."""

    outcomes: tuple[Outcome, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether all did."""
        return all(outcome.passed for outcome in self.outcomes)


@dataclass(frozen=True, kw_only=True)
class How:
    """Which scenarios run: those with `only` in their name; none after one that failed, with `stop`; for at most
    `within` seconds (0: as long as they take). Coverage is told of the processes `covered` (None: all at hand)."""

    only: str | None = None
    stop: bool = False
    within: float = 0
    covered: Collection[str] | None = None


ALL = How()


@dataclass(kw_only=True)
class _Run:
    """What has been gathered so far."""

    over_at: float | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    trails: list[Trail] = field(default_factory=list)
    excused: dict[str, dict[str, str]] = field(default_factory=dict)


class Trials:
    """Runs scenarios and single instances, without a database. Shared by threads: each run has its own memory."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench

    def read(self, resources: Iterable[Resource]) -> Contents:
        """Diagrams, tables and forms. Raises `DeploymentRefused` with findings."""
        return read_contents(resources, self._bench.functions)

    def shelf(self, contents: Contents, deployed: Deployed | None = None) -> Shelf:
        """What scenarios run on: `contents`, and behind them what is deployed."""
        return Shelf(contents, self._bench.functions, deployed)

    def behind(self, resources: Callable[[], Iterable[Resource]]) -> Deployed:
        """Files that stand behind others, read when something of them is asked for."""
        return Behind(resources, self._bench.functions)

    def run(self, shelf: Shelf, tests: Sequence[Resource], how: How = ALL) -> Report:
        """Run the scenarios of the files `tests`.

        Raises `ProcessTestsInvalid` where one of the files cannot be read, before anything runs, and `Refused` if the
        scenarios take too long.
        """
        suites = [read_suite(one.name, one.content, shelf) for one in tests]
        started = time.monotonic()
        run = _Run(over_at=started + how.within if how.within else None)
        for suite in suites:
            for process_id, reasons in suite.uncovered.items():
                run.excused.setdefault(process_id, {}).update(reasons)
        chosen = [(suite, one) for suite in suites for one in suite.scenarios if _is_meant(one, how.only)]
        for suite, scenario in chosen:
            if run.over_at is not None and time.monotonic() > run.over_at:
                raise Refused(f"The process tests take longer than {how.within:g} seconds.")
            if not self._try(shelf, suite, scenario, run) and how.stop:
                break
        wanted = shelf.process_ids if how.covered is None else how.covered
        return Report(
            outcomes=tuple(run.outcomes),
            coverage=tuple(self._coverage(shelf, wanted, run)),
            seconds=time.monotonic() - started,
        )

    def start(self, shelf: Shelf, process_id: str, given: Given, over_at: float | None = None) -> Case:
        """One instance; see `Case`. A process about complaints gets one to be about. Raises what the start raises."""
        model = shelf.at_hand.processes[process_id]
        return Case(self._bench, shelf, process_id, _with_complaint(given, model), over_at)

    def _try(self, shelf: Shelf, suite: Suite, scenario: Scenario, run: _Run) -> bool:
        started = time.monotonic()
        try:
            case = self.start(shelf, scenario.process_id, scenario.given, run.over_at)
        except AmendsError as error:
            message = " ".join([f"It cannot be started: {error.message}", *(one.message for one in error.findings)])
            found = [Finding(rule="scenario-start", message=message, file=suite.file, line=scenario.line)]
        else:
            found = Actor(suite.file, scenario, case).go()
            run.trails.append(case.trail)
        run.outcomes.append(
            Outcome(
                file=suite.file,
                scenario=scenario.name,
                process_id=scenario.process_id,
                line=scenario.line,
                findings=tuple(found),
                seconds=time.monotonic() - started,
            )
        )
        return not found

    def _coverage(self, shelf: Shelf, wanted: Iterable[str], run: _Run) -> Iterator[Coverage]:
        models: Mapping[str, ProcessModel] = shelf.at_hand.processes
        for process_id in sorted(wanted):
            yield coverage_of(models[process_id], run.trails, run.excused.get(process_id, {}))


def _is_meant(scenario: Scenario, only: str | None) -> bool:
    return only is None or only.lower() in scenario.name.lower()


def _with_complaint(given: Given, model: ProcessModel) -> Given:
    name, value = HANDLES_COMPLAINTS
    if given.complaint is not None or model.properties.get(name) != value:
        return given
    return Given(now=given.now, variables=given.variables, complaint={}, start=given.start, jobs=given.jobs)
