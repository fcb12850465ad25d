"""One instance in memory, with whatever can happen to it from outside: what `amends try` and scenarios drive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engine.bpmn import BpmnError
from engine.bpmn.timers import parse_duration
from engine.complaints import Complaints, Register
from engine.complaints.context import CaseContext
from engine.errors import AlreadyCompleted, Conflict, NotFound, Refused
from engine.feel import Functions, to_feel, to_json
from engine.processes import Hooks, OperationCall, StartInstance, Step, values
from engine.processes.opened import Opened
from engine.store.correspondence import Correspondence
from engine.store.incident import Incident
from engine.store.job import Job
from engine.store.message import MessageSubscription, SignalSubscription
from engine.store.timer import Timer
from engine.store.user_task import UserTask
from engine.tasks.access import refuse_involved
from engine.tasks.forms import Forms, Translations
from engine.tasks.forms.answers import Speech, check_answers
from engine.trials.advancing import MemoryAdvance, MemoryInstances, MemoryUnits
from engine.trials.memory import MemoryUnit
from engine.trials.register import act, receipt_of
from engine.trials.scenario import Given, JobResult
from engine.trials.shelf import Shelf
from engine.trials.trail import Trail
from engine.types import SYSTEM, Actor, Json

T = TypeVar("T")
MOST_TIMERS = 1_000
"""Timers that may fire while time passes once."""


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """What all scenarios share: the configuration, the register made of it, the operations."""

    register: Register
    hooks: Hooks
    functions: Functions

    @property
    def zone(self) -> ZoneInfo:
        """The zone that days are meant in."""
        return self.register.regimes.get(None).calendar.zone


class Case:
    """A process instance, and the complaint that it is about where there is one."""

    def __init__(
        self, bench: Workbench, shelf: Shelf, process_id: str, given: Given, over_at: float | None = None
    ) -> None:
        """Start it; raises what the start raises. After `over_at` (of `time.monotonic`) it does not move any more."""
        self._over_at = over_at
        self.unit, self.trail, self._bench, self.shelf = MemoryUnit(given.now), Trail(), bench, shelf
        self.units = MemoryUnits(self.unit)
        overridden = {job_type: _operation(result) for job_type, result in given.jobs.items()}
        hooks = replace(bench.hooks, operations={**bench.hooks.operations, **overridden})
        self._advance = MemoryAdvance(shelf, hooks, self.trail, given.start)
        start = StartInstance(process_id=process_id, variables=given.variables)
        instances = MemoryInstances(self.units, self._advance, start)
        forms = Forms(self.units, bench.register.catalogues, Translations(), bench.functions)
        self._complaints: Complaints = bench.register.complaints(self.units, instances, forms)
        self._code: str | None = None
        if given.complaint is None:
            instances.start_in(self.unit, SYSTEM, start)
        else:
            self._code = self._complaints.receive(SYSTEM, receipt_of(given.complaint)).tracking_code
        self.advance_to(self.now)  # what is due already fires as it does in service, where a sweep comes by

    # -- what can be seen

    @property
    def now(self) -> datetime:
        """Where its clock stands."""
        return self.unit.now()

    @property
    def state(self) -> str:
        """active, completed or terminated."""
        return self._opened.state.lower()

    @property
    def variables(self) -> Mapping[str, Json]:
        """The variables of the instance itself."""
        return self._opened.live.instance.variables

    @property
    def tasks(self) -> Sequence[UserTask]:
        """Open user tasks, oldest first."""
        return self._rows(UserTask, lambda row: row.state == "CREATED")

    @property
    def jobs(self) -> Sequence[Job]:
        """Jobs that a worker outside has to do."""
        return self._rows(Job, lambda row: row.state == "CREATED" and row.instance_key is not None)

    @property
    def timers(self) -> Sequence[Timer]:
        """Armed timers, the next one first."""
        return sorted(self.unit.memory.of(Timer), key=lambda row: (row.due_at, row.key))

    @property
    def messages(self) -> Sequence[MessageSubscription]:
        """Messages that are awaited."""
        return self._rows(MessageSubscription)

    @property
    def incidents(self) -> Sequence[Incident]:
        """Incidents that nobody has resolved."""
        return self._rows(Incident, lambda row: row.state == "ACTIVE")

    @property
    def waits_at(self) -> Sequence[str]:
        """The elements at which somebody outside, or the time, can let it go on."""
        found = {row.element_id for row in self.tasks} | {str(row.element_id) for row in self.jobs}
        return sorted(found | {row.element_id for row in self.timers} | {row.element_id for row in self.messages})

    @property
    def letters(self) -> Sequence[str]:
        """Kinds of the letters to the complainant, in order."""
        return [row.kind for row in self._rows(Correspondence, lambda row: row.direction == "out")]

    @property
    def complaint(self) -> Mapping[str, Json]:
        """What expressions read of the complaint; empty without one."""
        reference = self._opened.business_id
        if reference is None:
            return {}
        context = CaseContext(self.unit, reference, self._bench.register.regimes)
        return {name: to_json(to_feel(value)) for name, value in context.items()}

    @property
    def zone(self) -> ZoneInfo:
        """The zone that days are meant in."""
        return self._bench.zone

    @property
    def _opened(self) -> Opened:
        opened = self._advance.opened
        assert opened is not None  # noqa: S101 - started when it was made
        return opened

    def _rows(self, table: type[T], right: Callable[[Any], bool] = lambda _: True) -> list[T]:
        return [row for row in self.unit.memory.of(table) if right(row)]

    # -- what happens to it

    def complete(self, element_id: str, answers: Mapping[str, Json], by: str | None = None) -> None:
        """Somebody completes an open task. Raises `FormInvalid`, `Forbidden`, `NotFound`."""
        task = _one(
            [row for row in self.tasks if row.element_id == element_id], f"task {element_id!r}", _elements(self.tasks)
        )
        actor = SYSTEM if by is None else Actor(username=by, permissions=SYSTEM.permissions)
        if by is not None:
            element = self._opened.live.models[task.process_id].elements[element_id]
            refuse_involved(self.unit.session, task, element.properties, (by,))
        accepted = self._accept(actor, task, answers)
        key = task.element_instance_key
        self._move(actor, Step(command=lambda instance: instance.complete(key, accepted), completes=key))

    def _accept(self, actor: Actor, task: UserTask, answers: Mapping[str, Json]) -> Mapping[str, Json]:
        if task.form_id is None:
            return values.variables(answers)
        opened, register = self._advance.open(self.unit, actor, task.instance_key), self._bench.register
        seen = {**opened.live.instance.visible(task.element_instance_key), **opened.outside.context()}
        context = {**seen, "catalogue": register.catalogues.context("en")}
        filed = self.shelf.filed(task.form_id)
        speech = Speech(self.unit.now, self._bench.functions)
        found = check_answers(filed.form, filed.schema, answers, context, speech)
        register.notes.keep(self.unit, opened.outside.instance, task, found.register)
        return found.variables

    def end_job(self, element_id: str, result: JobResult) -> None:
        """A worker ends the job of an element. Raises `NotFound`."""
        job = _one(
            [row for row in self.jobs if row.element_id == element_id], f"job at {element_id!r}", _elements(self.jobs)
        )
        key = job.element_instance_key
        assert key is not None  # noqa: S101 - it is a job of the instance
        if result.kind == "fail":
            self._fail(job, result.text)
        elif result.kind == "error":
            error = (result.code, result.text, result.variables)
            self._move(SYSTEM, Step(command=lambda instance: instance.throw_error(key, *error), throws=key))
        else:
            self._move(SYSTEM, Step(command=lambda instance: instance.complete(key, result.variables), completes=key))

    def _fail(self, job: Job, message: str) -> None:
        job.retries = max(job.retries - 1, 0)
        if job.retries == 0:
            given = {"key": self.unit.new_key(), "state": "ACTIVE", "code": "JOB_NO_RETRIES", "message": message}
            where = {"element_instance_key": job.element_instance_key, "element_id": job.element_id}
            self.unit.memory.add(Incident(**given, **where, instance_key=job.instance_key, created_at=self.now))

    def message(self, name: str, key: str | None, variables: Mapping[str, Json]) -> None:
        """A message comes; without `key` to whoever waits for one of that name. Raises `NotFound`."""
        waiting = [row for row in self.messages if row.name == name and key in (None, row.correlation_key)]
        row = _one(waiting, f"wait for the message {name!r}", [row.name for row in self.messages])
        at = (row.element_instance_key, row.position)
        self._move(SYSTEM, Step(command=lambda instance: instance.trigger(*at, variables)))

    def signal(self, name: str, variables: Mapping[str, Json]) -> None:
        """A signal is broadcast. Raises `NotFound` where nobody waits for it."""
        waiting = self._rows(SignalSubscription, lambda row: row.name == name)
        _one(waiting, f"wait for the signal {name!r}", [row.name for row in self._rows(SignalSubscription)])
        self._move(SYSTEM, Step(command=lambda instance: instance.signal(name, variables)))

    def complainant(self, does: str) -> None:
        """The complainant acts on the status page. Raises `Conflict` where that cannot be done now."""
        if self._code is None:
            raise Conflict("There is no complaint here.")
        act(self._complaints, self._code, does)
        self.advance_to(self.now)

    def advance(self, duration: str) -> None:
        """Let time pass, see `advance_to`; `ValueError` for what is no duration, `Refused` beyond the year 9999."""
        span = parse_duration(duration)
        try:
            instant = span.after(self.now)
        except (ValueError, OverflowError) as error:
            raise Refused(f"{duration} from now is no date any more.") from error
        self.advance_to(instant)

    def advance_to_timer(self, element_id: str) -> None:
        """Let time pass until the timer of an element is due. Raises `NotFound` where it has none."""
        mine = [timer for timer in self.timers if timer.element_id == element_id]
        self.advance_to(_one(mine, f"timer at {element_id!r}", _elements(self.timers)).due_at)

    def advance_to(self, instant: datetime) -> None:
        """Let time pass; timers fire in their order, each at the instant when it is due.

        Raises `Refused` for an instant that is past, and for timers without end.
        """
        if instant < self.now:
            raise Refused(f"It is {self.now.isoformat()} already.")
        for _ in range(MOST_TIMERS):
            timer = next(iter(self.timers), None)
            if timer is None or timer.due_at > instant:
                self.unit.at(instant)
                return
            self.unit.at(max(timer.due_at, self.now))
            self._fire(timer)
        raise Refused(f"More than {MOST_TIMERS} timers fired on the way.")

    def _fire(self, timer: Timer) -> None:
        at = (timer.element_instance_key or 0, timer.position)
        try:
            self._do(SYSTEM, Step(command=lambda instance: instance.trigger(*at), fired=(timer.key,)))
        except AlreadyCompleted:  # what it was for is over
            self.unit.memory.of(Timer).remove(timer)

    def retry(self, element_id: str) -> None:
        """Try an element with an incident again. Raises `NotFound`."""
        mine = [row for row in self.incidents if row.element_id == element_id]
        incident = _one(mine, f"incident at {element_id!r}", _elements(self.incidents))
        incident.state, key = "RESOLVED", incident.element_instance_key or 0
        job = next((job for job in self.jobs if job.element_instance_key == key), None)
        if job is not None:
            job.retries = 1
        else:
            self._move(SYSTEM, Step(command=lambda instance: instance.retry(key)))

    def set_variables(self, variables: Mapping[str, Json]) -> None:
        """Set variables of the instance itself."""
        key = self._opened.key
        self._move(SYSTEM, Step(command=lambda instance: instance.set_variables(key, variables)))

    def _move(self, actor: Actor, step: Step) -> None:
        self._do(actor, step)
        self.advance_to(self.now)

    def _do(self, actor: Actor, step: Step) -> None:
        if self._over_at is not None and time.monotonic() > self._over_at:
            raise Refused("The process tests take too long.")
        opened = self._advance.open(self.unit, actor, self._opened.key)
        opened.outside.look_again()
        self._advance.move(self.unit, opened, step)


def _one(found: Sequence[T], what: str, others: Iterable[str | None]) -> T:
    """The thing that is meant, the oldest of several; raises `NotFound`, with the names of what there is instead."""
    if found:
        return found[0]
    names = sorted({str(name) for name in others})
    raise NotFound(f"There is no {what} now; there is {', '.join(names) or 'none'}.")


def _elements(rows: Iterable[Any]) -> list[str]:
    return [row.element_id for row in rows]


def _operation(result: JobResult) -> Callable[[OperationCall], Mapping[str, Json] | None]:
    """An operation that always ends in one way."""

    def operation(_: OperationCall) -> Mapping[str, Json] | None:
        if result.kind == "error":
            raise BpmnError(result.code, result.text, result.variables)
        if result.kind == "fail":
            raise Refused(result.text)
        return result.variables

    return operation
