"""Writing what one command did: each table with one statement, however much happened (ten at most on the hot path)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ARRAY, BigInteger, Table, Text, bindparam, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.processes.channels import INSTANCES, JOBS, TIMERS
from engine.processes.projection import Projection, Row
from engine.store.base import Base, Instant
from engine.store.incident import Incident
from engine.store.job import Job
from engine.store.message import MessageSubscription, SignalSubscription
from engine.store.process_instance import DecisionInstance, ElementInstance, Variable
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask

SOON = timedelta(seconds=5)
"""Timers due within this are announced; the sweep looks at the table at least that often for all others."""


def write(what: Projection, uow: UnitOfWork) -> None:
    """Write everything: first what is over, then what is new."""
    _close(what, uow)
    _end_elements(what, uow)
    _insert(uow, ElementInstance, what.elements.values())
    _insert(uow, UserTask, what.tasks.values())
    _insert(uow, Job, what.jobs.values())
    _upsert(uow, Timer, what.timers.values(), ("due_at", "retry_at", "failures", "repetitions_left"))
    _upsert(uow, MessageSubscription, what.messages.values(), ("name", "correlation_key", "created_at"))
    _upsert(uow, SignalSubscription, what.signals.values(), ("name",))
    _insert(uow, DecisionInstance, what.decisions)
    _insert(uow, Incident, what.incidents.values())
    _write_variables(what, uow)
    _announce(what, uow)


def _close(what: Projection, uow: UnitOfWork) -> None:
    if not (what.waits_over or what.resolved or what.fired or what.state != "ACTIVE"):
        return
    uow.session.connection().execute(
        _CLOSE,
        {
            "over": list(what.waits_over),
            "done": list(what.done),
            "thrown": list(what.thrown),
            "resolved": list(what.resolved | what.waits_over),
            "fired": list(what.fired),
            "instance": what.instance_key if what.state != "ACTIVE" else None,
            "actor": what.actor,
            "now": what.now,
        },
    )


def _end_elements(what: Projection, uow: UnitOfWork) -> None:
    ended = [(key, state, at) for state, keys in what.ended.items() for key, at in keys.items()]
    if ended:
        keys, states, instants = zip(*ended, strict=True)
        given = {"keys": list(keys), "states": list(states), "instants": list(instants)}
        uow.session.connection().execute(_END_ELEMENTS, given)


def _write_variables(what: Projection, uow: UnitOfWork) -> None:
    rows = [
        {
            "key": what.new_key(),
            "instance_key": what.instance_key,
            "scope_key": scope_key,
            "name": name,
            "value": value,
            "updated_at": what.now,
        }
        for (scope_key, name), value in sorted(what.variables.items(), key=lambda item: item[0])
    ]
    _upsert(uow, Variable, rows, ("value", "updated_at"), ("scope_key", "name"))


def _announce(what: Projection, uow: UnitOfWork) -> None:
    for job in what.jobs.values():
        uow.notify(JOBS, job["job_type"])
    due = min((timer["due_at"] for timer in what.timers.values()), default=None)
    if due is not None and due < what.now + SOON:
        uow.notify(TIMERS, due.isoformat())
    if what.state != "ACTIVE":
        uow.notify(INSTANCES, str(what.instance_key))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - tells the type checker what is true of every model here
    return table


def _insert(uow: UnitOfWork, model: type[Base], rows: Iterable[Row]) -> None:
    rows = list(rows)
    if rows:
        uow.session.connection().execute(insert(_table(model)), rows)


def _upsert(
    uow: UnitOfWork,
    model: type[Base],
    rows: Iterable[Row],
    changed: tuple[str, ...],
    unique: tuple[str, ...] = ("element_instance_key", "position"),
) -> None:
    rows = list(rows)
    if rows:
        statement = upsert(_table(model))
        update = {name: statement.excluded[name] for name in changed}
        uow.session.connection().execute(statement.on_conflict_do_update(index_elements=unique, set_=update), rows)


_KEYS = ARRAY(BigInteger)
_CLOSE = text("""
    WITH tasks AS (
        UPDATE user_task SET state = CASE WHEN element_instance_key = ANY(:done) THEN 'COMPLETED' ELSE 'CANCELED' END,
               completed_by = CASE WHEN element_instance_key = ANY(:done) THEN :actor END,
               ended_at = :now, rev = rev + 1
         WHERE element_instance_key = ANY(:over) AND state = 'CREATED'
    ), jobs AS (
        UPDATE job SET state = CASE WHEN element_instance_key = ANY(:thrown) THEN 'ERROR_THROWN'
                                    WHEN element_instance_key = ANY(:done) THEN 'COMPLETED' ELSE 'CANCELED' END,
               ended_at = :now, locked_until = NULL
         WHERE element_instance_key = ANY(:over) AND state = 'CREATED'
    ), timers AS (
        DELETE FROM timer WHERE element_instance_key = ANY(:over) OR key = ANY(:fired) OR instance_key = :instance
    ), messages AS (
        DELETE FROM message_subscription WHERE element_instance_key = ANY(:over) OR instance_key = :instance
    ), signals AS (
        DELETE FROM signal_subscription WHERE element_instance_key = ANY(:over) OR instance_key = :instance
    )
    UPDATE incident SET state = 'RESOLVED', resolved_at = :now, resolved_by = :actor
     WHERE state = 'ACTIVE' AND (element_instance_key = ANY(:resolved) OR instance_key = :instance)
""").bindparams(
    *(bindparam(name, type_=_KEYS) for name in ("over", "done", "thrown", "resolved", "fired")),
    bindparam("instance", type_=BigInteger),
    bindparam("actor", type_=Text),
    bindparam("now", type_=Instant),
)

_END_ELEMENTS = text("""
    UPDATE element_instance AS e SET state = ended.state, ended_at = ended.at
      FROM unnest(:keys, :states, :instants) AS ended (key, state, at)
     WHERE e.key = ended.key
""").bindparams(
    bindparam("keys", type_=_KEYS),
    bindparam("states", type_=ARRAY(Text)),
    bindparam("instants", type_=ARRAY(Instant)),
)
