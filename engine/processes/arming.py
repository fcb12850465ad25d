"""What starts the instances of a process, armed when its latest version is deployed: timers and subscriptions.

They belong to the definition and not to an instance. A new version takes them over from the old one; a timer about
which both say the same goes on where it stands, so that deploying does not set a schedule back, and one that has fired
its last does not fire again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from engine.bpmn import ProcessModel, StartTrigger, StepFailed
from engine.bpmn.specs.timer import memory_of
from engine.bpmn.timers import ahead
from engine.errors import AmendsError, DeploymentRefused, Finding
from engine.processes.catalogue import Catalogue
from engine.processes.channels import TIMERS
from engine.store.deployment import ProcessDefinition
from engine.store.incident import Incident
from engine.store.start import StartSubscription
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM

_LOG = logging.getLogger(__name__)
_SUBSCRIBED = ("message", "signal", "conditional")
_SOON = timedelta(seconds=5)

Place = tuple[str, int]
"""A start event and the position of one of its definitions."""


def arm(uow: UnitOfWork, model: ProcessModel, former: ProcessModel | None) -> None:
    """Let `model`, now the latest version, be started by its events, and `former` no more.

    Raises `DeploymentRefused` for a timer whose expression gives no time today.
    """
    kept = _take_down(uow, model.process_id)
    told = {} if former is None else {(s.element_id, s.position): s.text for s in former.starts if s.timer}
    for start in model.starts:
        if start.timer is not None:
            place = (start.element_id, start.position)
            _arm_timer(uow, model, start, kept.get(place), same=told.get(place) == start.text)
    _subscribe(uow, model)
    this_one = update(ProcessDefinition).where(ProcessDefinition.key == model.definition_key)
    uow.session.execute(this_one.values(armed_at=uow.now()))


def arm_missing(units: UnitsOfWork, catalogue: Catalogue) -> int:
    """Arm what an older release has deployed; gives how many definitions were looked at.

    Asked for by every sweep now and then: while releases are mixed, one that knows no start events may deploy.
    """
    with units() as uow:
        missing = select(ProcessDefinition.key, ProcessDefinition.process_id).where(
            ProcessDefinition.armed_at.is_(None)
        )
        found = uow.session.execute(missing.order_by(ProcessDefinition.key).limit(100)).all()
    return sum(_arm_one(units, catalogue, row.process_id) for row in found)


def _arm_one(units: UnitsOfWork, catalogue: Catalogue, process_id: str) -> bool:
    try:
        with units() as uow:
            rows = select(ProcessDefinition.key, ProcessDefinition.armed_at)
            of_process = rows.where(ProcessDefinition.process_id == process_id).order_by(
                ProcessDefinition.version.desc()
            )
            versions = uow.session.execute(of_process.with_for_update(key_share=True)).all()
            if versions[0].armed_at is None:
                armed = next((row.key for row in versions if row.armed_at is not None), None)
                former = None if armed is None else catalogue.process(uow, armed)
                arm(uow, catalogue.process(uow, versions[0].key), former)
            _note(uow, process_id)
            return True
    except AmendsError:
        _LOG.warning("start events cannot be armed", extra={"process": process_id}, exc_info=True)
        with units() as uow:
            _note(uow, process_id)
        return False


def _note(uow: UnitOfWork, process_id: str) -> None:
    unarmed = (ProcessDefinition.process_id == process_id, ProcessDefinition.armed_at.is_(None))
    uow.session.execute(update(ProcessDefinition).where(*unarmed).values(armed_at=uow.now()))


def _take_down(uow: UnitOfWork, process_id: str) -> Mapping[Place, Timer]:
    """Remove what the former version was started by; gives its timers. A sweep that is about them ends first."""
    of_process = (Timer.process_id == process_id, Timer.instance_key.is_(None))
    holders = select(Timer.definition_key).where(*of_process)
    lock = select(ProcessDefinition.key).where(ProcessDefinition.key.in_(holders)).with_for_update(key_share=True)
    uow.session.execute(lock)
    rows = uow.session.scalars(select(Timer).where(*of_process)).all()
    kept = {(row.element_id, row.position): row for row in rows}
    for row in rows:
        uow.session.expunge(row)
    over = update(Incident).where(Incident.timer_key.in_([row.key for row in rows]), Incident.state == "ACTIVE")
    uow.session.execute(over.values(state="RESOLVED", resolved_at=uow.now(), resolved_by=SYSTEM.username))
    uow.session.execute(delete(Timer).where(*of_process).execution_options(synchronize_session=False))
    uow.session.execute(delete(StartSubscription).where(StartSubscription.process_id == process_id))
    return kept


def _arm_timer(uow: UnitOfWork, model: ProcessModel, start: StartTrigger, row: Timer | None, *, same: bool) -> None:
    if same and row is None:
        return  # it has fired its last
    about: dict[str, Any] = {
        "key": uow.new_key(),
        "definition_key": model.definition_key,
        "process_id": model.process_id,
        "element_id": start.element_id,
        "position": start.position,
        "failures": 0,
    }
    if same and row is not None:
        goes_on = {"due_at": row.due_at, "retry_at": row.due_at, "repetitions_left": row.repetitions_left}
        uow.session.add(Timer(**about, **goes_on, schedule=row.schedule))
        return
    try:
        schedule = start.schedule(uow.now())
    except StepFailed as error:
        cure = "Write a date or cycle that needs no variables."
        finding = Finding(
            rule="timer-value", message=error.message, cure=cure, file=model.resource_name, element_id=start.element_id
        )
        raise DeploymentRefused(findings=[finding]) from error
    first = None if schedule is None else ahead(schedule, uow.now())
    if first is None:
        return
    due = {"due_at": first.due, "retry_at": first.due, "repetitions_left": first.repetitions_left}
    uow.session.add(Timer(**about, **due, schedule=memory_of(first)))
    if first.due < uow.now() + _SOON:
        uow.notify(TIMERS, first.due.isoformat())


def _subscribe(uow: UnitOfWork, model: ProcessModel) -> None:
    wanted = {(s.element_id, s.kind, s.text) for s in model.starts if s.kind in _SUBSCRIBED}
    for element_id, kind, name in sorted(wanted):
        about = {"definition_key": model.definition_key, "process_id": model.process_id, "element_id": element_id}
        uow.session.add(StartSubscription(key=uow.new_key(), kind=kind, name=name, **about))
