"""From a tree to scenarios: every key is known, every element exists, or a finding says where and what is meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from engine.trials import fields
from engine.trials.document import Node, read_yaml
from engine.trials.errors import ProcessTestsInvalid
from engine.trials.fields import NOTHING, Findings
from engine.trials.place import Place, unknown_element
from engine.trials.reading_expected import read_expected
from engine.trials.reading_steps import read_job_result, read_steps
from engine.trials.register import RECEIPT_FIELDS
from engine.trials.scenario import MONDAY, Given, JobResult, Scenario, Suite
from engine.types import Json

MOST_SCENARIOS = 500
_SUITE = ("process", "given", "answers", "scenarios", "uncovered")
_SCENARIO = ("name", "process", "given", "answers", "steps", "expect")
_GIVEN = ("now", "variables", "complaint", "start", "jobs")


class Diagrams(Protocol):
    """What a file may name."""

    @property
    def process_ids(self) -> Collection[str]:
        """Processes that can be tested."""
        ...

    def elements(self, process_id: str) -> Mapping[str, str]:
        """Types of the elements of a process and of those that it calls, by id."""
        ...

    def flows(self, process_id: str) -> Collection[str]:
        """Ids of the sequence flows of a process and of those that it calls."""
        ...


def read_suite(file: str, content: bytes, diagrams: Diagrams) -> Suite:
    """The scenarios of one file. Raises `ProcessTestsInvalid` with everything that is wrong, each with its line."""
    reader = _SuiteReader(file, diagrams)
    suite = reader.read(read_yaml(file, content))
    if reader.found.found:
        findings = sorted(reader.found.found, key=lambda finding: finding.line or 0)
        raise ProcessTestsInvalid(f"{file}: {len(findings)} finding(s)", findings=findings)
    return suite


class _SuiteReader:
    def __init__(self, file: str, diagrams: Diagrams) -> None:
        self.found, self._diagrams, self._file = Findings(file=file), diagrams, file

    def read(self, root: Node) -> Suite:
        parts = fields.entries(root, "the file", self.found, _SUITE)
        listed = parts.get("scenarios", NOTHING)
        if not listed.items:
            self.found.add(
                "tests-value", max(listed.line, 1), "There are no scenarios.", "List them under `scenarios`."
            )
        if len(listed.items or ()) > MOST_SCENARIOS:
            self.found.add("tests-value", listed.line, f"There are more than {MOST_SCENARIOS} scenarios in one file.")
            return Suite(file=self._file, scenarios=(), uncovered={})
        scenarios = tuple(
            scenario for node in listed.items or () if (scenario := self._scenario(node, parts)) is not None
        )
        self._names(scenarios)
        return Suite(file=self._file, scenarios=scenarios, uncovered=self._uncovered(parts.get("uncovered", NOTHING)))

    def _names(self, scenarios: tuple[Scenario, ...]) -> None:
        first: dict[str, int] = {}
        for scenario in scenarios:
            if scenario.name in first:
                message = f"There is a scenario {scenario.name!r} in line {first[scenario.name]} already."
                self.found.add("tests-value", scenario.line, message, "Give each a name of its own.")
            first.setdefault(scenario.name, scenario.line)

    def _uncovered(self, node: Node) -> dict[str, dict[str, str]]:
        given: dict[str, dict[str, str]] = {}
        for process_id, inner in fields.entries(node, "`uncovered`", self.found).items():
            at = node.key_lines[process_id]
            if not self._is_process(process_id, at):
                continue
            known = {*self._diagrams.elements(process_id), *self._diagrams.flows(process_id)}
            reasons = fields.entries(inner, f"`uncovered` of {process_id!r}", self.found)
            for element_id in reasons:
                self._must_be(element_id, known, inner.key_lines[element_id])
            given[process_id] = {
                element_id: fields.text(reason, f"the reason for {element_id!r}", self.found)
                for element_id, reason in reasons.items()
            }
        return given

    def _scenario(self, node: Node, file: Mapping[str, Node]) -> Scenario | None:
        parts = fields.entries(node, "a scenario", self.found, _SCENARIO)
        name = fields.text(parts.get("name", Node(line=node.line)), "the `name` of a scenario", self.found)
        named = parts.get("process", file.get("process", NOTHING))
        process_id = self._process(node, named)
        if process_id is None:
            return None
        known = self._diagrams.elements(process_id)
        here = Place(found=self.found, elements=known, flows=self._diagrams.flows(process_id))
        return Scenario(
            name=name,
            process_id=process_id,
            line=node.line,
            given=self._given([file.get("given", NOTHING), parts.get("given", NOTHING)], here),
            answers=self._answers(file.get("answers", NOTHING), parts.get("answers", NOTHING), process_id),
            steps=read_steps(parts.get("steps", NOTHING), here),
            expected=read_expected(parts.get("expect", NOTHING), here),
        )

    def _process(self, node: Node, named: Node) -> str | None:
        only = list(self._diagrams.process_ids)
        if named is NOTHING and len(only) == 1:
            return only[0]
        if named is NOTHING:
            self.found.add("tests-value", node.line, "It is not said which process this is about.", "Add `process:`.")
            return None
        process_id = fields.text(named, "`process`", self.found)
        return process_id if self._is_process(process_id, named.line) else None

    def _is_process(self, process_id: str, line: int) -> bool:
        known = self._diagrams.process_ids
        if process_id in known:
            return True
        cure = fields.like(process_id, known) or f"Known are: {', '.join(sorted(known)) or 'none'}."
        self.found.add("tests-unknown-process", line, f"There is no process {process_id!r}.", cure)
        return False

    def _must_be(self, element_id: str, known: Collection[str], line: int) -> None:
        if element_id not in known:
            unknown_element(self.found, element_id, known, line)

    # -- what is given

    def _given(self, nodes: list[Node], here: Place) -> Given:
        parts: dict[str, Node] = {}
        variables: dict[str, Json] = {}
        jobs: dict[str, JobResult] = {}
        complaint: dict[str, Json] | None = None
        for node in nodes:
            mine = fields.entries(node, "`given`", self.found, _GIVEN)
            parts |= mine
            variables |= fields.json_object(mine.get("variables", NOTHING), "`variables`", self.found)
            jobs |= self._jobs(mine.get("jobs", NOTHING))
            if "complaint" in mine:
                complaint = self._complaint(mine["complaint"], complaint)
        start = fields.optional(parts, "start", lambda node: here.element(node, "`start`", {"START_EVENT"}))
        now = fields.optional(parts, "now", lambda node: fields.instant(node, "`now`", self.found))
        return Given(now=now or MONDAY, variables=variables, complaint=complaint, start=start, jobs=jobs)

    def _jobs(self, node: Node) -> dict[str, JobResult]:
        listed = fields.entries(node, "`jobs`", self.found)
        return {job_type: read_job_result(result, self.found) for job_type, result in listed.items()}

    def _complaint(self, node: Node, before: Mapping[str, Json] | None) -> dict[str, Json] | None:
        if node.scalar is False:
            return None
        fields.entries(node, "`complaint`", self.found, RECEIPT_FIELDS)
        return {**(before or {}), **fields.json_object(node, "`complaint`", self.found)}

    # -- usual answers

    def _answers(self, file: Node, own: Node, process_id: str) -> dict[str, tuple[Mapping[str, Json], ...]]:
        usual = self._rounds(file, None)
        mine = self._rounds(own, self._diagrams.elements(process_id))
        merged: dict[str, tuple[Mapping[str, Json], ...]] = dict(usual)
        for element_id, rounds in mine.items():
            below = usual.get(element_id, ({},))
            merged[element_id] = (
                tuple({**below[min(n, len(below) - 1)], **given} for n, given in enumerate(rounds)) or below
            )
        return merged

    def _rounds(self, node: Node, elements: Mapping[str, str] | None) -> dict[str, tuple[dict[str, Json], ...]]:
        """`elements` None: the answers of a file may be for any of its processes."""
        known = elements or {
            element_id: kind
            for process_id in self._diagrams.process_ids
            for element_id, kind in self._diagrams.elements(process_id).items()
        }
        here = Place(found=self.found, elements=known, flows=())
        given: dict[str, tuple[dict[str, Json], ...]] = {}
        for element_id, inner in fields.entries(node, "`answers`", self.found).items():
            here.element(Node(line=node.key_lines[element_id], scalar=element_id), "`answers`", {"USER_TASK"})
            rounds = inner.items if inner.items is not None else (inner,)
            what = f"the answers to {element_id!r}"
            given[element_id] = tuple(fields.json_object(each, what, self.found) for each in rounds)
        return given
