"""Writing what one command did: one statement for what is over, one for what is new, however much happened."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, tuple_

from engine.processes.channels import INSTANCES, JOBS, TIMERS
from engine.processes.projection import Projection, Row
from engine.store.bulk import Upsert
from engine.store.incident import Incident
from engine.store.job import Job
from engine.store.message import MessageSubscription, SignalSubscription
from engine.store.process_instance import DecisionInstance, ElementInstance, ProcessInstance, Variable
from engine.store.timer import Timer
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask

SOON = timedelta(seconds=5)
"""Timers due within this are announced; the sweep looks at the table at least that often for all others."""


def write_new(what: Projection, uow: UnitOfWork, instance: Row) -> None:
    """Write everything of an instance that begins with this command; `instance` is its row."""
    uow.put(ProcessInstance, [{**instance, "taken_flows": sorted(what.flows)}])
    _write(what, uow)


def write(what: Projection, uow: UnitOfWork, rev: int, snapshot: bytes | None) -> None:
    """Write everything: first the instance's state and what is over in it, then what is new."""
    ended = [(key, state, at) for state, keys in what.ended.items() for key, at in keys.items()]
    given = {
        "instance": what.instance_key,
        "state": what.state,
        "rev": rev,
        "ended_at": what.ended_at,
        "snapshot": snapshot,
        "flows": sorted(what.flows),
        "ended_keys": [key for key, _, _ in ended],
        "ended_states": [state for _, state, _ in ended],
        "ended_instants": [at for _, _, at in ended],
        "over": list(what.waits_over),
        "done": list(what.done),
        "thrown": list(what.thrown),
        "resolved": list(what.resolved | what.waits_over),
        "fired": list(what.fired),
        "whole": what.instance_key if what.state != "ACTIVE" else None,
        "actor": what.actor,
        "now": what.now,
    }
    if what.disarmed:
        of = tuple_(Timer.element_instance_key, Timer.position).in_(what.disarmed)
        uow.session.execute(delete(Timer).where(of).execution_options(synchronize_session=False))
    # As the driver takes it: a dozen typed parameters would cost SQLAlchemy more than all else here.
    uow.session.connection().exec_driver_sql(_SETTLE, given)
    _write(what, uow)


def _write(what: Projection, uow: UnitOfWork) -> None:
    """What is new, together with all that the command has appended so far."""
    uow.put(ElementInstance, what.elements.values())
    uow.put(UserTask, what.tasks.values())
    uow.put(Job, what.jobs.values())
    uow.put(_TIMERS, what.timers.values())
    uow.put(_MESSAGES, what.messages.values())
    uow.put(_SIGNALS, what.signals.values())
    uow.put(DecisionInstance, what.decisions)
    uow.put(Incident, what.incidents.values())
    uow.put(_VARIABLES, _variables(what))
    _announce(what, uow)
    uow.write_out()


def _variables(what: Projection) -> list[Row]:
    return [
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


def _announce(what: Projection, uow: UnitOfWork) -> None:
    for job in what.jobs.values():
        uow.notify(JOBS, job["job_type"])
    due = min((timer["due_at"] for timer in what.timers.values()), default=None)
    if due is not None and due < what.now + SOON:
        uow.notify(TIMERS, due.isoformat())
    if what.state != "ACTIVE":
        uow.notify(INSTANCES, str(what.instance_key))


_WAIT = ("element_instance_key", "position")
_TIMERS = Upsert(table=Timer, unique=_WAIT, changed=("due_at", "retry_at", "failures", "repetitions_left"))
_MESSAGES = Upsert(table=MessageSubscription, unique=_WAIT, changed=("name", "correlation_key", "created_at"))
_SIGNALS = Upsert(table=SignalSubscription, unique=_WAIT, changed=("name",))
_VARIABLES = Upsert(table=Variable, unique=("scope_key", "name"), changed=("value", "updated_at"))

_SETTLE = """
    WITH instance AS (
        UPDATE process_instance
           SET state = %(state)s, rev = %(rev)s, ended_at = %(ended_at)s::timestamptz, snapshot = %(snapshot)s::bytea,
               taken_flows = CASE WHEN taken_flows @> %(flows)s::text[] THEN taken_flows
                                  ELSE ARRAY(SELECT DISTINCT unnest(taken_flows || %(flows)s::text[])) END
         WHERE key = %(instance)s
    ), elements AS (
        UPDATE element_instance AS e SET state = ended.state, ended_at = ended.at
          FROM unnest(%(ended_keys)s::bigint[], %(ended_states)s::text[], %(ended_instants)s::timestamptz[])
               AS ended (key, state, at)
         WHERE e.key = ended.key
    ), tasks AS (
        UPDATE user_task
           SET state = CASE WHEN element_instance_key = ANY(%(done)s::bigint[]) THEN 'COMPLETED' ELSE 'CANCELED' END,
               assignee = COALESCE(
                   assignee, CASE WHEN element_instance_key = ANY(%(done)s::bigint[]) THEN %(actor)s::text END
               ),
               completed_by = CASE WHEN element_instance_key = ANY(%(done)s::bigint[]) THEN %(actor)s::text END,
               ended_at = %(now)s, rev = rev + 1
         WHERE element_instance_key = ANY(%(over)s::bigint[]) AND state = 'CREATED'
    ), jobs AS (
        UPDATE job
           SET state = CASE WHEN element_instance_key = ANY(%(thrown)s::bigint[]) THEN 'ERROR_THROWN'
                            WHEN element_instance_key = ANY(%(done)s::bigint[]) THEN 'COMPLETED' ELSE 'CANCELED' END,
               ended_at = %(now)s, locked_until = NULL
         WHERE element_instance_key = ANY(%(over)s::bigint[]) AND state = 'CREATED'
    ), timers AS (
        DELETE FROM timer
         WHERE element_instance_key = ANY(%(over)s::bigint[]) OR key = ANY(%(fired)s::bigint[])
            OR instance_key = %(whole)s::bigint
    ), messages AS (
        DELETE FROM message_subscription
         WHERE element_instance_key = ANY(%(over)s::bigint[]) OR instance_key = %(whole)s::bigint
    ), started AS (
        DELETE FROM message_start WHERE instance_key = %(whole)s::bigint
    ), signals AS (
        DELETE FROM signal_subscription
         WHERE element_instance_key = ANY(%(over)s::bigint[]) OR instance_key = %(whole)s::bigint
    )
    UPDATE incident SET state = 'RESOLVED', resolved_at = %(now)s, resolved_by = %(actor)s::text
     WHERE state = 'ACTIVE'
       AND (element_instance_key = ANY(%(resolved)s::bigint[]) OR instance_key = %(whole)s::bigint)
"""
