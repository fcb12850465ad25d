"""Incidents: what could not go on by itself. Resolving one tries again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from engine.errors import Conflict, NotFound
from engine.permissions import Permission, require
from engine.processes.advance import Advance
from engine.processes.channels import JOBS, TIMERS
from engine.processes.opened import Step
from engine.records import About, Action, audit
from engine.store.incident import Incident
from engine.store.job import Job
from engine.store.process_instance import ProcessInstance
from engine.store.search import Searchable, search
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Key, Page, SearchRequest


@dataclass(frozen=True, kw_only=True)
class IncidentView:
    """One incident; `error_type` is a code such as `JOB_NO_RETRIES` or `CONDITION_ERROR`."""

    incident_key: Key
    state: str
    error_type: str
    error_message: str
    process_instance_key: Key | None
    process_definition_key: Key | None
    process_definition_id: str | None
    element_instance_key: Key | None
    element_id: str | None
    job_key: Key | None
    business_id: str | None
    creation_time: datetime


class IncidentService:
    """Searches and resolves incidents."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self._advance = units, advance

    def search(self, actor: Actor, request: SearchRequest) -> Page[IncidentView]:
        """Incidents by state, kind, process, instance. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, select(Incident), _SEARCH, request)

    def search_of(self, actor: Actor, instance_key: Key, request: SearchRequest) -> Page[IncidentView]:
        """Incidents of one instance and of what it calls; raises `NotFound`. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            if uow.session.get(ProcessInstance, instance_key) is None:
                raise NotFound(f"There is no process instance {instance_key}.")
            of_instance = select(Incident).where(Incident.instance_key == instance_key)
            return search(uow.session, of_instance, _SEARCH, request)

    def get(self, actor: Actor, key: Key) -> IncidentView:
        """One incident; raises `NotFound`. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            row = uow.session.execute(select(Incident).where(Incident.key == key)).first()
            if row is None:
                raise NotFound(f"There is no incident {key}.")
            return _view(row)

    def resolve(self, actor: Actor, key: Key) -> None:
        """Try again what had failed: the element, the job (one more time if no retries are left), or the timer.

        Needs `incident:resolve`. Raises `NotFound`, or `Conflict` if it is resolved already. If the element fails
        again, a new incident stands in place of this one.
        """
        require(actor, Permission.INCIDENT_RESOLVE)
        with self._units() as uow:
            found = uow.session.execute(select(Incident.instance_key).where(Incident.key == key)).first()
            if found is None:
                raise NotFound(f"There is no incident {key}.")
            if found.instance_key is not None:
                self._advance.lock(uow, [found.instance_key])
            incident = uow.session.get_one(Incident, key, with_for_update=True)
            if incident.state != "ACTIVE":
                raise Conflict(f"The incident {key} is resolved.")
            incident.state, incident.resolved_at, incident.resolved_by = "RESOLVED", uow.now(), actor.username
            uow.session.flush()
            self._again(uow, actor, incident)
            audit(uow, actor, Action.INCIDENT_RESOLVED, _about(incident), {"code": incident.code})

    def _again(self, uow: UnitOfWork, actor: Actor, incident: Incident) -> None:
        if incident.job_key is not None:
            _job_again(uow, incident.job_key)
        elif incident.timer_key is not None:
            uow.session.execute(
                update(Timer).where(Timer.key == incident.timer_key).values(retry_at=Timer.due_at, failures=0)
            )
            uow.notify(TIMERS, uow.now().isoformat())
        elif incident.instance_key is not None and incident.element_instance_key is not None:
            element = incident.element_instance_key
            self._advance.run(uow, actor, incident.instance_key, Step(command=lambda instance: instance.retry(element)))


def _job_again(uow: UnitOfWork, key: Key) -> None:
    job = uow.session.get_one(Job, key, with_for_update=True)
    if job.state == "CREATED":
        job.retries, job.available_at, job.locked_until = max(job.retries, 1), uow.now(), None
        uow.notify(JOBS, job.job_type)


def raise_for_job(uow: UnitOfWork, actor: Actor, job: Job, message: str) -> None:
    """A job has no retries left: an incident, unless there is one already. The job's row is locked."""
    open_one = select(Incident.key).where(Incident.job_key == job.key, Incident.state == "ACTIVE")
    if uow.session.scalar(open_one) is not None:
        return
    where = {
        "instance_key": job.instance_key,
        "definition_key": job.definition_key,
        "process_id": job.process_id,
        "element_instance_key": job.element_instance_key,
        "element_id": job.element_id,
        "job_key": job.key,
        "business_id": job.business_id,
    }
    _raise(uow, actor, "JOB_NO_RETRIES", message or f"The job {job.job_type!r} has no retries left.", where)


def raise_for_timer(uow: UnitOfWork, actor: Actor, timer: Timer, code: str, message: str) -> None:
    """A timer could not be fired: an incident, unless there is one already. The instance's row is locked."""
    open_one = select(Incident.key).where(Incident.timer_key == timer.key, Incident.state == "ACTIVE")
    if timer.instance_key is not None:  # there is an index for that
        open_one = open_one.where(Incident.instance_key == timer.instance_key)
    if uow.session.scalar(open_one) is not None:
        return
    where = {
        "instance_key": timer.instance_key,
        "definition_key": timer.definition_key,
        "process_id": timer.process_id,
        "element_instance_key": timer.element_instance_key,
        "element_id": timer.element_id,
        "timer_key": timer.key,
    }
    _raise(uow, actor, code, message, where)


def _raise(uow: UnitOfWork, actor: Actor, code: str, message: str, where: dict[str, Any]) -> None:
    row = {"key": uow.new_key(), "state": "ACTIVE", "code": code, "message": message[:4_000], "created_at": uow.now()}
    uow.session.execute(insert(Incident).values(row | where))
    about = About(instance_key=where["instance_key"], business_id=where.get("business_id"))
    audit(uow, actor, Action.INCIDENT_RAISED, about, {"code": code, "element_id": where["element_id"]})


def close_of_job(uow: UnitOfWork, actor: Actor, job_key: Key) -> None:
    """A job was done after all: its incident is over."""
    of_job = (Incident.job_key == job_key, Incident.state == "ACTIVE")
    done = {"state": "RESOLVED", "resolved_at": uow.now(), "resolved_by": actor.username}
    uow.session.execute(update(Incident).where(*of_job).values(done).execution_options(synchronize_session=False))


def _about(incident: Incident) -> About:
    return About(subject=str(incident.key), instance_key=incident.instance_key, business_id=incident.business_id)


def _view(row: Row[Any]) -> IncidentView:
    incident: Incident = row[0]
    return IncidentView(
        incident_key=incident.key,
        state=incident.state,
        error_type=incident.code,
        error_message=incident.message,
        process_instance_key=incident.instance_key,
        process_definition_key=incident.definition_key,
        process_definition_id=incident.process_id,
        element_instance_key=incident.element_instance_key,
        element_id=incident.element_id,
        job_key=incident.job_key,
        business_id=incident.business_id,
        creation_time=incident.created_at,
    )


_SEARCH = Searchable(
    columns={
        "incident_key": Incident.key,
        "state": Incident.state,
        "error_type": Incident.code,
        "error_message": Incident.message,
        "process_instance_key": Incident.instance_key,
        "process_definition_key": Incident.definition_key,
        "process_definition_id": Incident.process_id,
        "element_instance_key": Incident.element_instance_key,
        "element_id": Incident.element_id,
        "job_key": Incident.job_key,
        "business_id": Incident.business_id,
        "creation_time": Incident.created_at,
    },
    key=Incident.key,
    view=_view,
)
