"""What callers see of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case

from engine.store.job import Job
from engine.store.search import Searchable
from engine.types import Key


@dataclass(frozen=True, kw_only=True)
class JobView:
    """One job; keys are missing where no element waits for it (a detached job)."""

    job_key: Key
    type: str
    state: str
    retries: int
    worker: str | None
    deadline: datetime | None
    error_message: str | None
    has_failed_with_retries_left: bool
    custom_headers: Mapping[str, str]
    process_instance_key: Key | None
    process_definition_key: Key | None
    process_definition_id: str | None
    element_instance_key: Key | None
    element_id: str | None
    business_id: str | None
    creation_time: datetime
    end_time: datetime | None


def _view(row: Row[Any]) -> JobView:
    job: Job = row[0]
    return JobView(
        job_key=job.key,
        type=job.job_type,
        state=_state(job),
        retries=job.retries,
        worker=job.worker,
        deadline=job.locked_until,
        error_message=job.error_message,
        has_failed_with_retries_left=job.error_message is not None and job.retries > 0,
        custom_headers=job.headers,
        process_instance_key=job.instance_key,
        process_definition_key=job.definition_key,
        process_definition_id=job.process_id,
        element_instance_key=job.element_instance_key,
        element_id=job.element_id,
        business_id=job.business_id,
        creation_time=job.created_at,
        end_time=job.ended_at,
    )


def _state(job: Job) -> str:
    return FAILED if job.state == "CREATED" and job.error_message is not None else job.state


FAILED = "FAILED"
"""What Camunda calls a job that waits without retries, or for its next try."""
_STATE = case((and_(Job.state == "CREATED", Job.error_message.is_not(None)), FAILED), else_=Job.state)
JOBS_SEARCH = Searchable(
    columns={
        "job_key": Job.key,
        "type": Job.job_type,
        "state": _STATE,
        "retries": Job.retries,
        "worker": Job.worker,
        "deadline": Job.locked_until,
        "error_message": Job.error_message,
        "process_instance_key": Job.instance_key,
        "process_definition_key": Job.definition_key,
        "process_definition_id": Job.process_id,
        "element_instance_key": Job.element_instance_key,
        "element_id": Job.element_id,
        "business_id": Job.business_id,
        "creation_time": Job.created_at,
        "end_time": Job.ended_at,
    },
    key=Job.key,
    view=_view,
)
