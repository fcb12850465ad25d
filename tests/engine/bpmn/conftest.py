"""A small host in memory for instances: what `engine.processes` does with tables, done with dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from engine.bpmn import (
    BpmnError,
    ElementActivated,
    IncidentRaised,
    IncidentResolved,
    Instance,
    JobCreated,
    MessageAwaited,
    ProcessModel,
    Schedule,
    ServiceCall,
    SignalAwaited,
    SignalThrown,
    TimerArmed,
    TimerDisarmed,
    UserTaskCreated,
    WaitEnded,
    parse_diagram,
)
from engine.errors import AmendsError, NotFound
from engine.types import Json

START = datetime(2026, 1, 1, tzinfo=UTC)


class Open:
    """What one instance has open outside, projected from its events."""

    def __init__(self) -> None:
        self.tasks: dict[int, UserTaskCreated] = {}
        self.jobs: dict[int, JobCreated] = {}
        self.timers: dict[tuple[int, int], TimerArmed] = {}
        self.messages: dict[tuple[int, int], MessageAwaited] = {}
        self.signals: dict[tuple[int, int], SignalAwaited] = {}
        self.incidents: dict[int, IncidentRaised] = {}
        self.events: list[object] = []

    def take(self, event: object) -> None:
        self.events.append(event)
        by_key = {UserTaskCreated: self.tasks, JobCreated: self.jobs, IncidentRaised: self.incidents}.get(type(event))
        by_wait = {TimerArmed: self.timers, MessageAwaited: self.messages, SignalAwaited: self.signals}.get(type(event))
        if by_key is not None:
            by_key[event.key] = event  # type: ignore[attr-defined, index]
        elif by_wait is not None:
            by_wait[event.key, event.index] = event  # type: ignore[attr-defined, index]
        elif isinstance(event, IncidentResolved):
            del self.incidents[event.key]
        elif isinstance(event, TimerDisarmed):
            self.timers.pop((event.key, event.index), None)
        elif isinstance(event, WaitEnded):
            self.end(event.key)

    def end(self, key: int) -> None:
        self.tasks.pop(key, None)
        self.jobs.pop(key, None)
        for table in (self.timers, self.messages, self.signals):
            for wait in [w for w in table if w[0] == key]:
                del table[wait]


class Case:
    """One instance with what it has open; `inst` changes when it is saved and loaded."""

    def __init__(self, inst: Instance) -> None:
        self.inst, self.open = inst, Open()

    @property
    def trace(self) -> list[Json]:
        return list(self.inst.variables.get("trace") or [])  # type: ignore[call-overload]

    @property
    def state(self) -> str:
        return self.inst.state

    @property
    def tasks(self) -> list[str]:
        return [task.element.id for task in self.open.tasks.values()]

    @property
    def incidents(self) -> list[tuple[str, str]]:
        return [(incident.element_id, incident.code) for incident in self.open.incidents.values()]

    @property
    def waits(self) -> bool:
        """Whether anything is open that somebody outside can act on."""
        o = self.open
        return bool(o.tasks or o.jobs or o.timers or o.messages or o.signals)

    def key_of(self, element_id: str) -> int:
        """The latest element instance of an element."""
        found = [e for e in self.open.events if isinstance(e, ElementActivated) and e.element_id == element_id]
        return found[-1].key

    def activated(self) -> Counter[str]:
        return Counter(e.element_id for e in self.open.events if isinstance(e, ElementActivated))


class Host:
    """Deployments, instances, a clock. `reload`: save and load every instance whenever it waits."""

    def __init__(self, *, reload: bool = False) -> None:
        self.reload = reload
        self.instant = START
        self.keys = count(1)
        self.models: dict[str, ProcessModel] = {}
        self.by_key: dict[int, ProcessModel] = {}
        self.cases: list[Case] = []
        self.starts: list[tuple[Schedule, str, str]] = []
        self.operations: dict[str, Callable[[ServiceCall], Mapping[str, Json] | None]] = {}
        self.decisions: dict[str, Callable[[Mapping[str, object]], object]] = {}
        self.names: dict[str, object] = {}
        self.savepoints: list[str] = []

    # -- Services

    def now(self) -> datetime:
        return self.instant

    def new_key(self) -> int:
        return next(self.keys)

    def process(self, process_id: str, binding: object = None, caller: int = 0) -> ProcessModel:  # noqa: ARG002
        if process_id not in self.models:
            raise NotFound(f"no process {process_id}")
        return self.models[process_id]

    def decide(self, decision_id: str, variables: Mapping[str, object], *_: object) -> tuple[object, Json]:
        if decision_id not in self.decisions:
            raise NotFound(f"no decision {decision_id}")
        return self.decisions[decision_id](variables), {"decision": decision_id}

    def form(self, form_id: str, binding: object, caller: int) -> int:  # noqa: ARG002
        raise NotFound(form_id)

    def context(self) -> Mapping[str, object]:
        return self.names

    def operate(self, call: ServiceCall) -> Mapping[str, Json] | None:
        operation = self.operations.get(call.job_type)
        return None if operation is None else operation(call)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        self.savepoints.append("begin")
        try:
            yield
        except (AmendsError, BpmnError):
            self.savepoints.append("rollback")
            raise
        self.savepoints.append("release")

    # -- what processes does

    def deploy(self, xml: bytes, name: str = "test.bpmn") -> None:
        for parsed in parse_diagram(name, xml).processes:
            model = parsed.at(self.new_key())
            self.models[model.process_id] = self.by_key[model.definition_key] = model
            armed = [(s.schedule(self.instant), model.process_id, s.element_id) for s in model.starts if s.timer]
            self.starts += [(schedule, *rest) for schedule, *rest in armed if schedule is not None]

    def start(self, process_id: str = "p", start: str | None = None, **variables: Json) -> Case:
        key = self.new_key()
        inst = Instance.create(
            key=key, model=self.models[process_id], services=self, variables=variables, start_element_id=start
        )
        case = Case(inst)
        self.cases.append(case)
        self.run(case)
        return case

    def run(self, case: Case, limit: int = 10_000) -> None:
        case.inst.run(limit)
        thrown = []
        for event in case.inst.take_events():
            case.open.take(event)
            if isinstance(event, SignalThrown):
                thrown.append(event.name)
        for name in thrown:
            self.broadcast(name, but=case)
        if self.reload and case.state == "ACTIVE":
            state = case.inst.dump()
            case.inst = Instance.load(state, key=case.inst.key, models=self.by_key.__getitem__, services=self)
            assert case.inst.dump() == state

    def broadcast(self, name: str, but: Case | None = None) -> None:
        for case in list(self.cases):
            if case is not but and case.state == "ACTIVE" and case.inst.signal(name):
                self.run(case)
        self.start_by("signal", name)

    def start_by(self, kind: str, name: str, variables: Mapping[str, Json] | None = None) -> None:
        for model in list(self.models.values()):
            for trigger in model.starts:
                if (trigger.kind, trigger.name) == (kind, name):
                    self.start(model.process_id, trigger.element_id, **(variables or {}))

    def publish(self, name: str, key: str | None = None, variables: Mapping[str, Json] | None = None) -> None:
        for case in list(self.cases):
            for (token, index), wait in list(case.open.messages.items()):
                if case.state == "ACTIVE" and wait.name == name and wait.correlation_key in (None, key):
                    case.inst.trigger(token, index, variables or {})
                    self.run(case)
                    return
        self.start_by("message", name, variables)

    def complete(self, case: Case, element_id: str, **variables: Json) -> None:
        """Complete the first open user task or job of an element."""
        tables = {**case.open.tasks, **case.open.jobs}
        case.inst.complete(next(k for k, e in tables.items() if e.element.id == element_id), variables)
        self.run(case)

    def fail(self, case: Case, element_id: str, code: str) -> None:
        """The first open job of an element throws an error."""
        case.inst.throw_error(next(k for k, e in case.open.jobs.items() if e.element.id == element_id), code)
        self.run(case)

    def retry(self, case: Case) -> None:
        for key in list(case.open.incidents):
            case.inst.retry(key)
        self.run(case)

    def advance(self, **delta: float) -> None:
        """Move the clock; whatever falls due fires in order, each at its own time."""
        end = self.instant + timedelta(**delta)
        while (due := self._next_due()) is not None and due[0] <= end:
            self.instant = max(self.instant, due[0])
            self._fire(*due[2:])
        self.instant = end

    def jump(self, **delta: float) -> None:
        """Move the clock as after a standstill; then fire what is due, once each."""
        self.instant += timedelta(**delta)
        for case in self.cases:
            for wait in [w for w, timer in case.open.timers.items() if timer.due <= self.instant]:
                if wait in case.open.timers:
                    self._fire(case, wait)

    def _next_due(self) -> tuple[datetime, int, Case | None, object] | None:
        found: list[tuple[datetime, int, Case | None, object]] = [
            (timer.due, number, case, wait)
            for number, case in enumerate(self.cases)
            if case.state == "ACTIVE"
            for wait, timer in case.open.timers.items()
        ]
        found += [(entry[0].due, -1, None, entry) for entry in self.starts]
        return min(found, key=lambda f: f[:2], default=None)

    def _fire(self, case: Case | None, wait: object) -> None:
        if case is None:
            self.starts.remove(wait)  # type: ignore[arg-type]
            schedule, process_id, start = wait  # type: ignore[misc]
            following = schedule.after(self.instant)
            if following is not None:
                self.starts.append((following, process_id, start))
            self.start(process_id, start)
            return
        timer = case.open.timers.pop(wait)  # type: ignore[call-overload]
        case.inst.trigger(timer.key, timer.index)
        self.run(case)


@pytest.fixture(params=[False, True], ids=["live", "reloaded"])
def host(request: pytest.FixtureRequest) -> Host:
    """Each test runs twice: with the instance kept in memory, and saved and loaded at every wait."""
    return Host(reload=request.param)


@pytest.fixture(scope="session")
def new_host() -> type[Host]:
    """The class, for tests that make several hosts."""
    return Host
