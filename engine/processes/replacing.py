"""The rows of an instance that has gone to another version: where everything that is open stands now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select, update

from engine.bpmn import Change, Renewal
from engine.bpmn.migrate import Place
from engine.processes.channels import JOBS
from engine.processes.opened import Opened
from engine.store.job import Job
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask
from engine.types import Json, Key

_WHO = frozenset({"candidate_groups", "candidate_users", "assignee"})
_OURS = frozenset({"form_id", "job_type", "headers"})


def replace_places(uow: UnitOfWork, opened: Opened, places: Sequence[Place]) -> None:
    """One statement for all rows. History stays under the version in which it happened."""
    given = {
        "instance": opened.key,
        "definition": opened.definition_key,
        "process": opened.process_id,
        "version": opened.version,
        "keys": [place.key for place in places],
        "elements": [place.element_id for place in places],
        "names": [place.element_name for place in places],
        "waits": [place.waits_as for place in places],
        "processes": [place.process_id for place in places],
        "definitions": [place.definition_key for place in places],
    }
    uow.session.connection().exec_driver_sql(_REPLACE, given)


def renewed(uow: UnitOfWork, renewals: Sequence[Renewal]) -> tuple[Change, ...]:
    """What open tasks and jobs are to be told anew, each as a change; nothing is written.

    A task takes the new form. Groups, people and priority it takes where they are still those that the old version
    gave: what somebody has set by hand stays, and who has a task keeps it, with its groups. A job takes the new type
    and headers, and keeps its retries and its lock.
    """
    by_key = {renewal.key: renewal for renewal in renewals}
    if not by_key:
        return ()
    found = []
    for row in _open(uow, by_key):
        renewal = by_key[row.element_instance_key or 0]
        told = dict(_taken(row, renewal))
        if told:
            found.append(_change(row, renewal, told))
    return tuple(found)


def _open(uow: UnitOfWork, keys: Iterable[Key]) -> Iterator[UserTask | Job]:
    wanted = list(keys)
    tasks = select(UserTask).where(UserTask.element_instance_key.in_(wanted), UserTask.state == "CREATED")
    jobs = select(Job).where(Job.element_instance_key.in_(wanted), Job.state.in_(("CREATED", "SUSPENDED")))
    yield from uow.session.scalars(tasks.execution_options(populate_existing=True))
    yield from uow.session.scalars(jobs.execution_options(populate_existing=True))


def _taken(row: UserTask | Job, renewal: Renewal) -> Iterator[tuple[str, Json]]:
    held = isinstance(row, UserTask) and row.assignee is not None
    for name, value in renewal.after.items():
        present = getattr(row, name)
        by_hand = name not in renewal.before or present != renewal.before[name]
        stays = name not in _OURS and (by_hand or (held and name in _WHO))
        if not stays and present != value:
            yield name, value


def _change(row: UserTask | Job, renewal: Renewal, told: Mapping[str, Json]) -> Change:
    return Change(
        kind="RENEWED",
        element_instance_key=renewal.key,
        source_element_id=row.element_id,
        target_element_id=renewal.element_id,
        renewed=told,
    )


def renew(uow: UnitOfWork, changes: Sequence[Change]) -> None:
    """Write what `renewed` gave; workers hear of jobs of another type."""
    for change in changes:
        table = Job if change.renewed.keys() & {"job_type", "headers"} else UserTask
        one = update(table).where(table.element_instance_key == change.element_instance_key, table.ended_at.is_(None))
        other_form = {"form_key": None} if "form_id" in change.renewed else {}
        uow.session.execute(one.values(**change.renewed, **other_form).execution_options(synchronize_session=False))
        if "job_type" in change.renewed:
            uow.notify(JOBS, str(change.renewed["job_type"]))


_REPLACE = """
    WITH place AS MATERIALIZED (
        SELECT * FROM unnest(%(keys)s::bigint[], %(elements)s::text[], %(names)s::text[], %(waits)s::text[],
                             %(processes)s::text[], %(definitions)s::bigint[])
                      AS p (key, element_id, element_name, waits_as, process_id, definition_key)
    ), elements AS (
        UPDATE element_instance AS x
           SET definition_key = p.definition_key, process_id = p.process_id,
               element_id = p.element_id, element_name = p.element_name
          FROM place AS p WHERE x.key = p.key AND x.state = 'ACTIVE'
    ), tasks AS (
        UPDATE user_task AS x
           SET definition_key = p.definition_key, process_id = p.process_id,
               element_id = p.element_id, name = p.element_name, rev = x.rev + 1
          FROM place AS p WHERE x.element_instance_key = p.key AND x.state = 'CREATED'
    ), jobs AS (
        UPDATE job AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.element_id
          FROM place AS p WHERE x.element_instance_key = p.key AND x.state IN ('CREATED', 'SUSPENDED')
    ), timers AS (
        UPDATE timer AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.waits_as
          FROM place AS p WHERE x.element_instance_key = p.key
    ), messages AS (
        UPDATE message_subscription AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.waits_as
          FROM place AS p WHERE x.element_instance_key = p.key
    ), signals AS (
        UPDATE signal_subscription AS x SET element_id = p.waits_as
          FROM place AS p WHERE x.element_instance_key = p.key
    ), incidents AS (
        UPDATE incident AS x
           SET definition_key = p.definition_key, process_id = p.process_id, element_id = p.element_id
          FROM place AS p WHERE x.element_instance_key = p.key AND x.state = 'ACTIVE'
    )
    UPDATE process_instance
       SET definition_key = %(definition)s, process_id = %(process)s, version = %(version)s
     WHERE key = %(instance)s
"""
