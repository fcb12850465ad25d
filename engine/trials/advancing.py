"""Instances in memory: moved by the engine's own way, with rows kept in memory instead of tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.errors import NotFound
from engine.processes import Advance, Hooks, InstanceService, Start, StartInstance
from engine.processes.catalogue import Definition
from engine.processes.opened import Opened
from engine.processes.projection import Projection
from engine.store.incident import Incident
from engine.store.job import Job
from engine.store.message import MessageSubscription, SignalSubscription
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.store.user_task import UserTask
from engine.trials.memory import MemorySession, MemoryUnit
from engine.trials.scenario import MONDAY
from engine.trials.shelf import Shelf
from engine.trials.trail import Trail
from engine.types import Actor, Key

_WAITS = (Timer, MessageSubscription, SignalSubscription)


class MemoryUnits(UnitsOfWork):
    """Gives the one unit of work of a scenario, which is its clock as well."""

    def __init__(self, unit: MemoryUnit) -> None:
        super().__init__(lambda: unit.memory, unit)
        self.unit = unit

    @classmethod
    def idle(cls) -> MemoryUnits:
        """Units for what is made once and never opens one while scenarios run."""
        return cls(MemoryUnit(MONDAY))

    def __call__(self) -> UnitOfWork:
        """The unit."""
        return self.unit


class MemoryAdvance(Advance):
    """Moves the one instance of a scenario. `start`: the start event, if it is not the plain one."""

    def __init__(self, shelf: Shelf, hooks: Hooks, trail: Trail, start: str | None = None) -> None:
        super().__init__(shelf, hooks)
        self.shelf, self._trail, self._start = shelf, trail, start
        self.opened: Opened | None = None

    def create(self, uow: UnitOfWork, actor: Actor, definition: Definition, start: Start) -> Opened:
        """The instance, not yet moved."""
        self.opened = super().create(uow, actor, definition, replace(start, element_id=self._start))
        return self.opened

    def open(self, uow: UnitOfWork, actor: Actor, key: Key, locked: Any = None) -> Opened:
        """The instance; raises `Conflict` if it has ended."""
        if self.opened is None or self.opened.key != key:
            raise NotFound(f"There is no process instance {key}.")
        opened = super().open(uow, actor, key, locked)
        opened.outside.instance = replace(opened.outside.instance, actor=actor)
        return opened

    def _save(self, uow: UnitOfWork, opened: Opened, what: Projection) -> None:
        session = uow.session
        assert isinstance(session, MemorySession)  # noqa: S101 - made together
        _settle(session, what)
        _add(session, what)
        self._trail.add(what, opened.live.models)
        opened.rev, opened.state, opened.new = opened.rev + 1, what.state, False


def _settle(session: MemorySession, what: Projection) -> None:
    """What is over, as the statement of `engine.processes.rows` has it."""
    over = what.waits_over
    for task in session.of(UserTask):
        if task.element_instance_key in over and task.state == "CREATED":
            done = task.element_instance_key in what.done
            task.state, task.completed_by = ("COMPLETED", what.actor) if done else ("CANCELED", None)
    for job in session.of(Job):
        if job.element_instance_key in over and job.state == "CREATED":
            job.state = "COMPLETED" if job.element_instance_key in what.done else "CANCELED"
    ended = what.state != "ACTIVE"
    for table in _WAITS:
        rows = session.of(table)
        rows[:] = [
            row for row in rows if not ended and row.element_instance_key not in over and row.key not in what.fired
        ]
    resolved = what.resolved | over
    for incident in session.of(Incident):
        if incident.element_instance_key in resolved or ended:
            incident.state = "RESOLVED"


def _add(session: MemorySession, what: Projection) -> None:
    session.add_all(UserTask(**{"rev": 0, **row}) for row in what.tasks.values())
    session.add_all(Job(**row) for row in what.jobs.values())
    session.add_all(Incident(**row) for row in what.incidents.values())
    for table, waits in zip(_WAITS, (what.timers, what.messages, what.signals), strict=True):
        rows = session.of(table)
        rows[:] = [row for row in rows if (row.element_instance_key, row.position) not in waits]
        session.add_all(table(**row) for row in waits.values())


class MemoryInstances(InstanceService):
    """Starts the process of the scenario, whichever one the register asks for, with the scenario's variables too."""

    def __init__(self, units: MemoryUnits, advance: MemoryAdvance, start: StartInstance) -> None:
        super().__init__(units, advance)
        self._wanted = start

    def start_in(self, uow: UnitOfWork, actor: Actor, start: StartInstance) -> Opened:
        """Start it."""
        variables = {**start.variables, **self._wanted.variables}
        return super().start_in(uow, actor, replace(start, process_id=self._wanted.process_id, variables=variables))
