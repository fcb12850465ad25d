"""Jobs: work for workers, built-in ones and those outside, by the same calls.

A worker activates jobs and has them locked for a time; it completes them, fails them, or throws a business error.
A lock that runs out gives the job to the next worker, so what a job does outside must bear a repeat: its key is
the idempotency key. A job without an element (detached) is a task that a command left to be done after its commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, select, text, update

from engine.errors import AlreadyCompleted, Malformed, NotFound
from engine.permissions import Permission, require
from engine.processes import values
from engine.processes.advance import Advance
from engine.processes.channels import JOBS
from engine.processes.incidents import close_of_job, raise_for_job
from engine.processes.job_queue import ActivatedJob, ActivateJobs, activate
from engine.processes.job_views import JOBS_SEARCH, JobView
from engine.processes.opened import Step
from engine.records import About, Action, audit
from engine.store.base import Instant
from engine.store.job import Job
from engine.store.search import search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Json, Key, Page, SearchRequest

MAX_JOBS = 1_000
MAX_LOCK = timedelta(days=1)
MAX_RETRIES = 1_000
MAX_BACK_OFF = 30 * 24 * 3_600
"""Seconds."""


class ActivationFields(TypedDict):
    """What a worker asks for; `timeout` in seconds."""

    type: str
    timeout: float
    worker: NotRequired[str]
    max_jobs: NotRequired[int]
    fetch_variables: NotRequired[Sequence[str] | None]


def enqueue(
    uow: UnitOfWork, job_type: str, payload: Mapping[str, Json], business_id: str | None = None, retries: int = 3
) -> Key:
    """Leave a detached job to be done after the commit of this command; gives its key."""
    key = uow.new_key()
    uow.append(
        Job,
        key=key,
        job_type=job_type,
        state="CREATED",
        retries=retries,
        available_at=uow.now(),
        business_id=business_id,
        headers={},
        variables=dict(payload),
        created_at=uow.now(),
    )
    uow.notify(JOBS, job_type)
    return key


class JobService:
    """What workers call. All needs `job:work`; searching needs `process:read`."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self._advance = units, advance

    def activate(self, actor: Actor, **wanted: Unpack[ActivationFields]) -> tuple[ActivatedJob, ...]:
        """Lock up to `max_jobs` waiting jobs of `type` for `worker`, oldest first; `timeout` of the lock in seconds.

        None where nothing waits. `fetch_variables` limits what the worker is given. Raises `Malformed`.
        """
        require(actor, Permission.JOB_WORK)
        request = ActivateJobs(
            types=(values.name(wanted["type"], "job type"),),
            worker=wanted.get("worker", ""),
            timeout=timedelta(seconds=wanted["timeout"]),
            max_jobs=wanted.get("max_jobs", 1),
            fetch_variables=wanted.get("fetch_variables"),
        )
        if not (1 <= request.max_jobs <= MAX_JOBS and timedelta(0) < request.timeout <= MAX_LOCK):
            raise Malformed(f"A worker takes 1 to {MAX_JOBS} jobs and locks them for at most a day.")
        with self._units() as uow:
            return activate(uow, request)

    def activate_any(
        self, actor: Actor, types: Sequence[str], *, worker: str, timeout: float, max_jobs: int
    ) -> tuple[ActivatedJob, ...]:
        """As `activate`, for a worker that does several types: up to `max_jobs` of each, in one transaction."""
        require(actor, Permission.JOB_WORK)
        lock = timedelta(seconds=timeout)
        with self._units() as uow:
            return activate(uow, ActivateJobs(types=tuple(types), worker=worker, timeout=lock, max_jobs=max_jobs))

    def complete_detached(self, actor: Actor, keys: Sequence[Key]) -> None:
        """Jobs that no element waits for are done, in one transaction; those that are over already are left alone."""
        require(actor, Permission.JOB_WORK)
        with self._units() as uow:
            given = {"keys": sorted(keys), "now": uow.now(), "actor": actor.username}
            for job in uow.session.connection().execute(_COMPLETE, given):
                about = About(subject=str(job.key), business_id=job.business_id)
                audit(uow, actor, Action.JOB_COMPLETED, about, {"type": job.job_type})

    def complete(self, actor: Actor, key: Key, variables: Mapping[str, Json] | None = None) -> None:
        """The job is done; its results become variables. Raises `NotFound`, `AlreadyCompleted`, `Malformed`."""
        require(actor, Permission.JOB_WORK)
        given = values.variables(variables)
        with self._units() as uow:
            self.complete_in(uow, actor, key, given)

    def complete_in(self, uow: UnitOfWork, actor: Actor, key: Key, variables: Mapping[str, Json]) -> None:
        """Complete a job as part of a larger command."""
        job = self._lock(uow, key)
        close_of_job(uow, actor, key)
        waiting, of = job.element_instance_key, job.instance_key
        if of is None or waiting is None:
            self._set(uow, key, state="COMPLETED", ended_at=uow.now(), locked_until=None)
        else:
            step = Step(command=lambda instance: instance.complete(waiting, variables), completes=waiting)
            self._advance.run(uow, actor, of, step)
        audit(uow, actor, Action.JOB_COMPLETED, _about(job), {"type": job.job_type})

    def fail(
        self, actor: Actor, key: Key, *, retries: int, error_message: str | None = None, retry_back_off: float = 0
    ) -> None:
        """The job could not be done; it may be tried `retries` more times, the next one after `retry_back_off` seconds.

        Without retries left an incident is raised, which waits for a person.
        """
        require(actor, Permission.JOB_WORK)
        if not 0 <= retries <= MAX_RETRIES or not 0 <= retry_back_off <= MAX_BACK_OFF:
            raise Malformed(f"A job may be tried 0 to {MAX_RETRIES} times more, after at most thirty days.")
        with self._units() as uow:
            job = self._lock(uow, key)
            message = (error_message or "").replace("\0", "")[:4_000]
            self._set(
                uow,
                key,
                retries=retries,
                error_message=message,
                available_at=uow.now() + timedelta(seconds=retry_back_off),
                locked_until=None,
            )
            if retries == 0:
                raise_for_job(uow, actor, job, message)
            else:
                uow.notify(JOBS, job.job_type)
            audit(uow, actor, Action.JOB_FAILED, _about(job), {"type": job.job_type, "retries": retries})

    def throw_error(
        self,
        actor: Actor,
        key: Key,
        error_code: str,
        error_message: str = "",
        variables: Mapping[str, Json] | None = None,
    ) -> None:
        """The job ended with a business error: the nearest error event with this code catches it, else an incident."""
        require(actor, Permission.JOB_WORK)
        given, code = values.variables(variables), values.name(error_code, "error code")
        with self._units() as uow:
            job = self._lock(uow, key)
            waiting, of = job.element_instance_key, job.instance_key
            if of is None or waiting is None:
                raise Malformed("No element waits for this job, so there is nobody to catch an error.")
            close_of_job(uow, actor, key)
            throw = lambda instance: instance.throw_error(waiting, code, error_message or "", given)  # noqa: E731 - one line, used once
            self._advance.run(uow, actor, of, Step(command=throw, throws=waiting))
            audit(uow, actor, Action.JOB_ERROR_THROWN, _about(job), {"type": job.job_type, "code": code})

    def update(self, actor: Actor, key: Key, *, retries: int | None = None, timeout: float | None = None) -> None:
        """Change how often a job may still be tried, or how many seconds it stays locked from now on."""
        require(actor, Permission.JOB_WORK)
        if retries is not None and not 1 <= retries <= MAX_RETRIES:
            raise Malformed(f"A job may be tried 1 to {MAX_RETRIES} times.")
        with self._units() as uow:
            job = self._lock(uow, key)
            if retries is not None:
                self._set(uow, key, retries=retries)
            if timeout is not None and job.locked_until is not None:
                until = uow.now() + min(timedelta(seconds=max(timeout, 0)), MAX_LOCK)
                self._set(uow, key, locked_until=until, available_at=until)
            audit(uow, actor, Action.JOB_UPDATED, _about(job))

    def give_back(self, actor: Actor, taken: Sequence[ActivatedJob]) -> None:
        """Jobs that were taken and not begun: others may have them at once. One taken anew by then is left alone."""
        require(actor, Permission.JOB_WORK)
        with self._units() as uow:
            for job in sorted(taken, key=lambda job: job.job_key):
                still = (Job.key == job.job_key, Job.state == "CREATED", Job.locked_until == job.deadline)
                free = update(Job).where(*still).values(locked_until=None, available_at=uow.now())
                if uow.session.execute(free.returning(Job.key)).first() is not None:
                    uow.notify(JOBS, job.type)

    def search(self, actor: Actor, request: SearchRequest) -> Page[JobView]:
        """Jobs by type, state, instance, retries."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, select(Job), JOBS_SEARCH, request)

    def _lock(self, uow: UnitOfWork, key: Key) -> Job:
        """Lock the job's instance, then the job; raises `NotFound` or `AlreadyCompleted`."""
        of = uow.session.execute(select(Job.instance_key).where(Job.key == key)).first()
        if of is None:
            raise NotFound(f"There is no job {key}.")
        if of.instance_key is not None:
            self._advance.lock(uow, [of.instance_key])
        job = uow.session.execute(select(Job).where(Job.key == key).with_for_update()).scalar_one()
        if job.state != "CREATED":
            raise AlreadyCompleted(f"The job {key} is over.", state=job.state)
        return job

    def _set(self, uow: UnitOfWork, key: Key, **changes: Any) -> None:
        uow.session.execute(
            update(Job).where(Job.key == key).values(changes).execution_options(synchronize_session=False)
        )


_COMPLETE = text("""
    WITH done AS (
        UPDATE job SET state = 'COMPLETED', ended_at = :now, locked_until = NULL
         WHERE key = ANY(:keys) AND state = 'CREATED' AND instance_key IS NULL
        RETURNING key, job_type, business_id
    ), closed AS (
        UPDATE incident SET state = 'RESOLVED', resolved_at = :now, resolved_by = :actor
         WHERE job_key = ANY(:keys) AND state = 'ACTIVE'
    )
    SELECT key, job_type, business_id FROM done
""").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger)), bindparam("now", type_=Instant), bindparam("actor", type_=Text)
)


def _about(job: Job) -> About:
    return About(subject=str(job.key), instance_key=job.instance_key, business_id=job.business_id)
