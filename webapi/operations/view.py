"""What these pages draw, gathered from the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from engine.processes.decision_views import DecisionInstanceView
from engine.processes.incidents import IncidentView
from engine.processes.instance_views import ElementInstanceView, ProcessInstanceView, VariableView
from engine.processes.job_views import JobView
from engine.processes.overview import VersionCounts
from engine.processes.timers import TimerView
from engine.types import SYSTEM, Actor, Page, SearchRequest
from webapi.cases.diagram import Diagram, diagrams_of
from webapi.cases.process import elements
from webapi.context import engine

MOST = 100
"""Rows of one list on the page of an instance."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process with its versions, the latest first."""

    versions: tuple[VersionCounts, ...]

    @property
    def latest(self) -> VersionCounts:
        """The version that new instances run on."""
        return self.versions[0]

    @property
    def name(self) -> str:
        """As people call it."""
        return self.latest.name or self.latest.process_definition_id

    @property
    def running(self) -> int:
        """Over all versions."""
        return sum(version.running for version in self.versions)

    @property
    def suspended(self) -> int:
        """Over all versions."""
        return sum(version.suspended for version in self.versions)

    @property
    def stuck(self) -> int:
        """Over all versions."""
        return sum(version.stuck for version in self.versions)

    def version(self, key: int) -> VersionCounts:
        """One of the versions."""
        return next(version for version in self.versions if version.process_definition_key == key)


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One instance, complete; `names` are those of its elements, in the language of the page."""

    instance: ProcessInstanceView
    process: Process
    diagrams: tuple[Diagram, ...]
    flows: Mapping[int, list[dict[str, object]]]
    names: Mapping[str, str]
    history: Page[ElementInstanceView]
    variables: tuple[VariableView, ...]
    timers: tuple[TimerView, ...]
    jobs: tuple[JobView, ...]
    incidents: tuple[IncidentView, ...]
    decisions: tuple[DecisionInstanceView, ...]

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.instance.end_date is not None

    def tokens(self, diagram: Diagram) -> list[dict[str, object]]:
        """What the viewer marks: elements, and the flows that tokens have taken."""
        return [*diagram.shown, *self.flows.get(diagram.definition_key, [])]


def processes(who: Actor) -> tuple[Process, ...]:
    """All processes, by name."""
    counted = groupby(engine().history.versions(who), key=lambda version: version.process_definition_id)
    found = [Process(versions=tuple(versions)) for _, versions in counted]
    return tuple(sorted(found, key=lambda process: process.name.casefold()))


def process_of(who: Actor, definition_key: int) -> Process:
    """The process that has this version. Raises `NotFound`."""
    process_id = engine().deployments.process(who, definition_key).process_definition_id
    return Process(versions=engine().history.versions(who, process_id))


def dossier(who: Actor, key: int) -> Dossier:
    """Everything about an instance. Raises `NotFound`."""
    instance, everything = engine().instances.get(who, key), engine()
    of_instance: dict[str, object] = {"process_instance_key": key}
    newest = SearchRequest(filter=of_instance, sort=(("element_instance_key", "desc"),), limit=MOST)
    open_ones = SearchRequest(filter={**of_instance, "state": "ACTIVE"}, limit=MOST)
    history = everything.instances.search_elements(who, newest)
    return Dossier(
        instance=instance,
        process=process_of(who, instance.process_definition_key),
        diagrams=diagrams_of(key),
        flows=_flows(who, key),
        names=_names({instance.process_definition_key, *(one.process_definition_key for one in history.items)}),
        history=history,
        variables=everything.instances.search_variables(who, _all(of_instance, "name")).items,
        timers=everything.timers.search(who, _all(of_instance, "due_date")).items,
        jobs=everything.jobs.search(who, _all(of_instance, "job_key", "desc")).items,
        incidents=everything.incidents.search(who, open_ones).items,
        decisions=everything.instances.search_decisions(who, _all(of_instance, "evaluation_date", "desc")).items,
    )


def _all(wanted: Mapping[str, object], field: str, order: str = "asc") -> SearchRequest:
    return SearchRequest(filter=wanted, sort=((field, "desc" if order == "desc" else "asc"),), limit=MOST)


def _flows(who: Actor, key: int) -> Mapping[int, list[dict[str, object]]]:
    found: dict[int, list[dict[str, object]]] = {}
    for flow in engine().history.flows(who, key):
        marked = {"elementId": flow.element_id, "state": "done", "count": 1}
        found.setdefault(flow.process_definition_key, []).append(marked)
    return found


def _names(definition_keys: Iterable[int]) -> Mapping[str, str]:
    return {
        element_id: described.name or element_id
        for key in definition_keys
        for element_id, described in elements(key).items()
    }


def active(who: Actor, key: int) -> Sequence[ElementInstanceView]:
    """The element instances where tokens are."""
    wanted = SearchRequest(filter={"process_instance_key": key, "state": "ACTIVE"}, limit=MOST)
    return engine().instances.search_elements(who, wanted).items


def visited(who: Actor, key: int) -> Mapping[str, str]:
    """The elements that an instance has been at, by id, with their names."""
    wanted = SearchRequest(filter={"process_instance_key": key}, limit=1_000)
    found = engine().instances.search_elements(who, wanted).items
    names = _names({one.process_definition_key for one in found})
    return {one.element_id: names.get(one.element_id, one.element_id) for one in found}


def steps(definition_key: int) -> Mapping[str, str]:
    """The elements of a process version by id, with their names, as they are listed to choose from."""
    process_id = engine().deployments.process(SYSTEM, definition_key).process_definition_id
    named = {one: described.name or one for one, described in elements(definition_key).items() if one != process_id}
    return dict(sorted(named.items(), key=lambda item: item[1].casefold()))
