"""Taking jobs from the queue: locked rows are skipped, so workers never wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from engine.store.base import Instant
from engine.store.job import Job
from engine.store.process_instance import ProcessInstance
from engine.store.unit_of_work import UnitOfWork
from engine.types import Json, Key


@dataclass(frozen=True, kw_only=True)
class ActivateJobs:
    """What a worker asks for: at most `max_jobs` of each type, locked for `timeout`; no `fetch_variables` means all."""

    types: tuple[str, ...]
    worker: str
    timeout: timedelta
    max_jobs: int = 1
    fetch_variables: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class ActivatedJob:
    """A job as its worker gets it; `deadline` is when the lock runs out. Variables are those its element sees."""

    job_key: Key
    type: str
    worker: str
    retries: int
    deadline: datetime
    process_instance_key: Key | None
    process_definition_key: Key | None
    process_definition_id: str | None
    process_definition_version: int | None
    element_instance_key: Key | None
    element_id: str | None
    business_id: str | None
    custom_headers: Mapping[str, str]
    variables: Mapping[str, Json]


def activate(uow: UnitOfWork, request: ActivateJobs) -> tuple[ActivatedJob, ...]:
    """Lock jobs until now + timeout, those that have waited longest first."""
    given = {
        "types": list(request.types),
        "most": request.max_jobs,
        "worker": request.worker,
        "now": uow.now(),
        "until": uow.now() + request.timeout,
    }
    jobs = sorted(uow.session.connection().execute(_TAKE, given), key=lambda job: job.key)
    of_elements = [job.element_instance_key for job in jobs if job.element_instance_key is not None]
    seen = _visible(uow, of_elements)
    versions = _versions(uow, jobs)
    return tuple(_activated(job, seen, versions, request.fetch_variables) for job in jobs)


def _activated(
    job: Row[Any], seen: Mapping[Key, dict[str, Json]], versions: Mapping[Key, int], fetch: Sequence[str] | None
) -> ActivatedJob:
    known = job.variables if job.element_instance_key is None else seen.get(job.element_instance_key, {})
    return ActivatedJob(
        job_key=job.key,
        type=job.job_type,
        worker=job.worker or "",
        retries=job.retries,
        deadline=job.available_at,
        process_instance_key=job.instance_key,
        process_definition_key=job.definition_key,
        process_definition_id=job.process_id,
        process_definition_version=None if job.instance_key is None else versions.get(job.instance_key),
        element_instance_key=job.element_instance_key,
        element_id=job.element_id,
        business_id=job.business_id,
        custom_headers=job.headers,
        variables={name: value for name, value in known.items() if fetch is None or name in fetch},
    )


def _versions(uow: UnitOfWork, jobs: Sequence[Row[Any]]) -> Mapping[Key, int]:
    keys = {job.instance_key for job in jobs if job.instance_key is not None}
    if not keys:
        return {}
    rows = uow.session.execute(
        select(ProcessInstance.key, ProcessInstance.version).where(ProcessInstance.key.in_(keys))
    )
    return {row.key: row.version for row in rows}


def _visible(uow: UnitOfWork, keys: Sequence[Key]) -> dict[Key, dict[str, Json]]:
    """The variables that elements see: their own scope, then outwards up to the process or the call activity."""
    seen: dict[Key, dict[str, Json]] = {key: {} for key in keys}
    if keys:
        for key, name, value in uow.session.execute(_VISIBLE, {"keys": list(keys)}):
            seen[key].setdefault(name, value)
    return seen


# One look for all types, each by its own index however long the others' queues are.
_TAKE = (
    text("""
        WITH waiting AS (
            SELECT first.key
              FROM unnest(:types) AS wanted (job_type)
             CROSS JOIN LATERAL (
                   SELECT job.key FROM job
                    WHERE job.job_type = wanted.job_type AND job.state = 'CREATED' AND job.retries > 0
                      AND job.available_at <= :now
                    ORDER BY job.available_at, job.key LIMIT :most FOR UPDATE SKIP LOCKED) AS first
        )
        UPDATE job SET worker = :worker, locked_until = :until, available_at = :until
          FROM waiting WHERE job.key = waiting.key
        RETURNING job.*
    """)
    .bindparams(
        bindparam("types", type_=ARRAY(Text)),
        bindparam("most", type_=Integer),
        bindparam("worker", type_=Text),
        bindparam("now", type_=Instant),
        bindparam("until", type_=Instant),
    )
    .columns(**{column.name: column.type for column in Job.__table__.columns})
)

_VISIBLE = text("""
    WITH RECURSIVE scope (element, at, depth, outer_key) AS (
        SELECT key, key, 0, scope_key FROM element_instance WHERE key = ANY(:keys)
        UNION ALL
        SELECT scope.element, scope.outer_key, scope.depth + 1,
               CASE WHEN e.element_type = 'CALL_ACTIVITY' THEN NULL ELSE e.scope_key END
          FROM scope LEFT JOIN element_instance AS e ON e.key = scope.outer_key
         WHERE scope.outer_key IS NOT NULL
    )
    SELECT scope.element, variable.name, variable.value
      FROM scope JOIN variable ON variable.scope_key = scope.at
     ORDER BY scope.element, scope.depth
""").bindparams(bindparam("keys", type_=ARRAY(BigInteger)))
