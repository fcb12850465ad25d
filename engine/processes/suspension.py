"""Suspending instances: nothing moves them until they are resumed, and nothing that they wait for is lost.

While an instance is suspended its timers and subscriptions stand in its state alone: their rows are gone, so that no
sweep, message or signal finds them. Resuming tells them once more. A message that comes meanwhile is kept for its
time to live, as if nobody waited yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal, TypeAlias

from sqlalchemy import delete, select, update

from engine.errors import Conflict, NotFound
from engine.permissions import Permission, require
from engine.processes.advance import Advance
from engine.processes.channels import JOBS
from engine.processes.opened import Step
from engine.records import About, Action, audit
from engine.store.job import Job
from engine.store.message import MessageSubscription, SignalSubscription
from engine.store.process_instance import ProcessInstance
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Key

Clocks: TypeAlias = Literal["RUN", "STAND"]
"""What happens to timers meanwhile. RUN: those that came due fire on resuming. STAND: durations and cycles are put
off by the time of the suspension; a date stays a date."""


class SuspensionService:
    """Suspends and resumes instances. Needs `process:operate`."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self._advance = units, advance

    def suspend(self, actor: Actor, key: Key, *, clocks: Clocks = "RUN") -> None:
        """Let an instance rest. Raises `NotFound`, `Conflict` if it is not active."""
        require(actor, Permission.PROCESS_OPERATE)
        with self._units() as uow:
            row = _locked(uow, key)
            if row.state != "ACTIVE":
                raise Conflict(f"The process instance {key} is {row.state.lower()}.", state=row.state)
            row.state, row.suspended_at, row.clocks, row.rev = "SUSPENDED", uow.now(), clocks, row.rev + 1
            _lay_down(uow, key)
            about = About(instance_key=key, business_id=row.business_id)
            audit(uow, actor, Action.INSTANCE_SUSPENDED, about, {"clocks": clocks})

    def resume(self, actor: Actor, key: Key) -> None:
        """Let it go on; what came due fires with the next sweep. Raises `NotFound`, `Conflict` if not suspended."""
        require(actor, Permission.PROCESS_OPERATE)
        with self._units() as uow:
            row = _locked(uow, key)
            if row.state != "SUSPENDED" or row.suspended_at is None:
                raise Conflict(f"The process instance {key} is not suspended.", state=row.state)
            shift = uow.now() - row.suspended_at if row.clocks == "STAND" else timedelta(0)
            row.state, row.suspended_at, row.clocks = "ACTIVE", None, None
            uow.session.flush()
            self._advance.run(uow, actor, key, Step(command=lambda instance: instance.tell_waits(shift)))
            _give_out(uow, key)
            audit(uow, actor, Action.INSTANCE_RESUMED, About(instance_key=key, business_id=row.business_id))


@contextmanager
def as_if_active(uow: UnitOfWork, key: Key) -> Iterator[None]:
    """Let an operator change a suspended instance; it is suspended again before the command ends."""
    suspended = (ProcessInstance.key == key, ProcessInstance.state == "SUSPENDED")
    woken = _set(uow, "ACTIVE", *suspended)
    if woken:
        _give_out(uow, key)
    yield
    uow.write_out()
    if woken and _set(uow, "SUSPENDED", ProcessInstance.key == key, ProcessInstance.state == "ACTIVE"):
        _lay_down(uow, key)


def _set(uow: UnitOfWork, state: str, *where: object) -> bool:
    statement = update(ProcessInstance).where(*where).values(state=state).returning(ProcessInstance.key)  # type: ignore[arg-type]  # conditions
    return uow.session.execute(statement.execution_options(synchronize_session=False)).first() is not None


def _locked(uow: UnitOfWork, key: Key) -> ProcessInstance:
    row = uow.session.scalar(select(ProcessInstance).where(ProcessInstance.key == key).with_for_update())
    if row is None:
        raise NotFound(f"There is no process instance {key}.")
    return row


def _lay_down(uow: UnitOfWork, key: Key) -> None:
    for table in (Timer, MessageSubscription, SignalSubscription):
        uow.session.execute(delete(table).where(table.instance_key == key))
    of_instance = update(Job).where(Job.instance_key == key, Job.state == "CREATED")
    uow.session.execute(of_instance.values(state="SUSPENDED").execution_options(synchronize_session=False))


def _give_out(uow: UnitOfWork, key: Key) -> None:
    of_instance = update(Job).where(Job.instance_key == key, Job.state == "SUSPENDED").values(state="CREATED")
    given = of_instance.returning(Job.job_type).execution_options(synchronize_session=False)
    for job_type in set(uow.session.scalars(given)):
        uow.notify(JOBS, job_type)
