"""`amends test`: process tests in memory, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from engine.bootstrap import make_trials
from engine.errors import AmendsError, Finding
from engine.processes import Resource, is_tests
from engine.settings import library
from engine.trials import Coverage, How, Outcome, Report, Shelf, Trials
from webapi.cli.common import Refusal, as_json, out, print_json, settings
from webapi.runtime import SUFFIXES, library_resources, read_resources

PATHS = click.Path(exists=True, path_type=Path)
BESIDE = click.option(
    "--with", "more", multiple=True, type=PATHS, help="Further files or directories: forms, tables, called processes."
)
FAILED, UNUSABLE = 1, 2


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One directory with tests: its tests, and the files beside them. `processes`: files whose coverage is told."""

    folder: Path
    tests: tuple[Path, ...]
    files: tuple[Path, ...]
    processes: tuple[Path, ...]


@click.command()
@click.argument("paths", nargs=-1, type=PATHS)
@BESIDE
@click.option("--only", help="Scenarios with this in their name.")
@click.option("--stop", is_flag=True, help="Stop at the first scenario that fails.")
@click.option("--min-coverage", type=click.FloatRange(0, 100), help="Least coverage in percent, of each process.")
@as_json
def run_tests(
    paths: tuple[Path, ...],
    min_coverage: float | None,
    machine: bool,  # noqa: FBT001 - an option
    **how: Any,
) -> None:
    """Run the process tests of PATHS: `tests.yaml` files, diagrams with tests beside them, or directories.

    Without PATHS those of the process library. What a directory lacks comes from `--with`, else from the library.
    Status 1: a scenario failed, or too little was covered. Status 2: something could not be read.
    """
    try:
        trials = make_trials(settings())
        reports = [_run(trials, wanted, **how) for wanted in _wanted(paths or _library())]
    except AmendsError as error:
        Refusal(error).show()
        raise SystemExit(UNUSABLE) from error
    if not reports:
        raise click.UsageError("There are no process tests: no tests.yaml in these places.")
    short = [one for report in reports for one in report.coverage if one.percent < (min_coverage or 0)]
    if machine:
        print_json(_as_json(reports))
    else:
        _show(reports)
        for one in short:
            out().print(
                f"{one.process_id}: {one.percent:g} % is covered, and {min_coverage:g} % is wanted.", style="red"
            )
    if short or not all(report.passed for report in reports):
        raise SystemExit(FAILED)


# -- which files


def _library() -> tuple[Path, ...]:
    return (library("workflows"),)


def _wanted(paths: Iterable[Path]) -> list[Wanted]:
    """The directories with tests, each once."""
    chosen: dict[Path, tuple[dict[Path, None], dict[Path, None]]] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            tests, diagrams = chosen.setdefault(file.parent, ({}, {}))
            if is_tests(file.name):
                tests[file] = None
            elif file.suffix == ".bpmn" and not path.is_dir():
                diagrams[file] = None
    found = []
    for folder, (tests, diagrams) in chosen.items():
        beside = sorted(file for file in folder.iterdir() if file.is_file())
        if diagrams:  # the tests beside a diagram that was named
            tests.update(dict.fromkeys(file for file in beside if is_tests(file.name)))
        if tests:
            files = tuple(file for file in beside if file.suffix in SUFFIXES)
            covered = tuple(diagrams) or tuple(file for file in files if file.suffix == ".bpmn")
            found.append(Wanted(folder=folder, tests=tuple(tests), files=files, processes=covered))
    return found


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [file for file in inside if file.suffix in SUFFIXES]
    return found


def shelf_of(trials: Trials, files: Sequence[Path], more: Sequence[Path]) -> Shelf:
    """The files, those of `more` that they lack, and the library behind them."""
    names = {file.name for file in files}
    added = [file for file in _files(more) if file.name not in names]
    contents = trials.read(read_resources([*files, *added]))
    return trials.shelf(contents, trials.behind(library_resources))


def _run(trials: Trials, wanted: Wanted, *, more: Sequence[Path], only: str | None, stop: bool) -> Report:
    shelf = shelf_of(trials, wanted.files, more)
    names = {file.name for file in wanted.processes}
    covered = [one.process_id for one in shelf.at_hand.processes.values() if one.resource_name in names]
    tests = [Resource(name=_shown(file), content=file.read_bytes()) for file in wanted.tests]
    how = How(only=only, stop=stop, covered=covered if only is None else ())
    return trials.run(shelf, tests, how)


def _shown(file: Path) -> str:
    """As somebody who stands here names it."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


# -- what is told


def _as_json(reports: Sequence[Report]) -> dict[str, Any]:
    return {
        "passed": all(report.passed for report in reports),
        "scenarios": [{**asdict(one), "passed": one.passed} for report in reports for one in report.outcomes],
        "coverage": [
            {**asdict(one), "percent": one.percent, "elements_percent": one.elements_percent,
             "flows_percent": one.flows_percent}
            for report in reports
            for one in report.coverage
        ],
        "seconds": sum(report.seconds for report in reports),
    }  # fmt: skip


def _show(reports: Sequence[Report]) -> None:
    console = out()
    outcomes = [outcome for report in reports for outcome in report.outcomes]
    for file in dict.fromkeys(outcome.file for outcome in outcomes):
        console.print(file, style="bold", markup=False, highlight=False)
        for outcome in outcomes:
            if outcome.file == file:
                _show_outcome(console, outcome)
    covered = [one for report in reports for one in report.coverage]
    if covered:
        console.print("Coverage", style="bold")
    for one in covered:
        _show_coverage(console, one)
    failed = sum(not outcome.passed for outcome in outcomes)
    counted = f"{len(outcomes)} scenario" if len(outcomes) == 1 else f"{len(outcomes)} scenarios"
    seconds = sum(report.seconds for report in reports)
    last = f"{counted}: {len(outcomes) - failed} passed, {failed} failed, in {seconds:.2f} s"
    console.print(last, style="red" if failed else "green", highlight=False)


def _show_outcome(console: Console, outcome: Outcome) -> None:
    if outcome.passed:
        console.print(f"  ok    {outcome.scenario} ({outcome.seconds * 1000:.0f} ms)", markup=False, highlight=False)
        return
    console.print(f"  FAIL  {outcome.scenario}", style="red", markup=False, highlight=False)
    for finding in outcome.findings:
        console.print(f"        {_told(finding)}", markup=False, highlight=False)


def _told(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}: [{finding.rule}] {finding.message}"


def _show_coverage(console: Console, one: Coverage) -> None:
    elements = f"{one.elements_reached}/{one.elements} elements ({one.elements_percent:g} %)"
    flows = f"{one.flows_reached}/{one.flows} sequence flows ({one.flows_percent:g} %)"
    console.print(f"  {one.process_id}: {elements}, {flows}", markup=False, highlight=False)
    for words, places in (("not reached", one.missed_elements), ("not taken", one.missed_flows)):
        if places:
            console.print(f"    {words}: {', '.join(places)}", markup=False, highlight=False)
    for place, reason in one.excused.items():
        console.print(f"    left out: {place}: {reason}", markup=False, highlight=False)
    if one.needless:
        console.print(f"    left out, and reached: {', '.join(one.needless)}", markup=False, highlight=False)
