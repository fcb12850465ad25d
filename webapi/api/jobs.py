"""Jobs: workers take work, and tell how it went."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Blueprint
from marshmallow import fields
from marshmallow.validate import Length, Range

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import (
    Instant,
    Key,
    Tenant,
    Text,
    VariablesField,
    by_instant,
    by_integer,
    by_key,
    by_text,
    by_word,
)
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine
from webapi.waiting import JobRequest, activate_jobs

blueprint = Blueprint("jobs", __name__)
STATES = ("CREATED", "COMPLETED", "FAILED", "ERROR_THROWN", "CANCELED", "RETRIES_UPDATED", "TIMED_OUT")
DAY = 24 * 3_600_000
LONGEST_POLL = 60_000


class Activation(Body):
    """What a worker asks for. Times in milliseconds; `requestTimeout` is how long to wait for a first job."""

    type = Text(required=True)
    worker = Text(load_default="", least=0, allow_none=True)
    timeout = fields.Integer(required=True, strict=True, validate=Range(1, DAY))
    max_jobs_to_activate = fields.Integer(required=True, strict=True, validate=Range(1, 1_000))
    fetch_variable = fields.List(Text(), load_default=None, allow_none=True, validate=Length(0, 1_000))
    request_timeout = fields.Integer(load_default=0, strict=True, allow_none=True, validate=Range(-1, LONGEST_POLL))
    tenant_ids = fields.List(Tenant(), load_default=None, allow_none=True)

    @ma.post_load
    def request(self, data: dict[str, Any], **_: Any) -> JobRequest:
        """As the engine counts: seconds."""
        return JobRequest(
            type=data["type"],
            worker=data["worker"] or "",
            lock_seconds=data["timeout"] / 1000,
            most=data["max_jobs_to_activate"],
            fetch_variables=data["fetch_variable"] or None,
            wait_seconds=max(data["request_timeout"] or 0, 0) / 1000,
        )


class _Milliseconds(fields.Field[Any]):
    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> int | None:  # noqa: ARG002
        return None if value is None else round(value.timestamp() * 1000)


class ActivatedJobView(View):
    """A job, locked for the worker until `deadline` (milliseconds since 1970)."""

    job_key = Key()
    type = fields.String()
    process_instance_key = Key(allow_none=True)
    process_definition_key = Key(allow_none=True)
    process_definition_id = fields.String(allow_none=True)
    process_definition_version = fields.Integer(allow_none=True)
    element_id = fields.String(allow_none=True)
    element_instance_key = Key(allow_none=True)
    custom_headers = fields.Raw()
    worker = fields.String()
    retries = fields.Integer()
    deadline = _Milliseconds()
    variables = fields.Raw()
    business_id = fields.String(allow_none=True)
    kind = fields.Constant("BPMN_ELEMENT")
    listener_event_type = fields.Constant("UNSPECIFIED")
    tenant_id = Tenant()


class ActivationView(View):
    """The jobs that were taken; none if there were none in time."""

    jobs = fields.List(fields.Nested(ActivatedJobView))


class JobView(View):
    """A job, waiting or past."""

    job_key = Key()
    type = fields.String()
    state = fields.String()
    retries = fields.Integer()
    worker = fields.String(allow_none=True)
    deadline = Instant(allow_none=True)
    error_code = fields.String(allow_none=True)
    error_message = fields.String(allow_none=True)
    has_failed_with_retries_left = fields.Boolean()
    custom_headers = fields.Raw()
    element_id = fields.String(allow_none=True)
    element_instance_key = Key(allow_none=True)
    process_instance_key = Key(allow_none=True)
    process_definition_key = Key(allow_none=True)
    process_definition_id = fields.String(allow_none=True)
    business_id = fields.String(allow_none=True)
    creation_time = Instant()
    end_time = Instant(allow_none=True)
    kind = fields.Constant("BPMN_ELEMENT")
    listener_event_type = fields.Constant("UNSPECIFIED")
    tenant_id = Tenant()


class JobFilter(Body):
    """What jobs can be searched by."""

    job_key = by_key()
    type = by_text()
    state = by_word(*STATES)
    worker = by_text()
    retries = by_integer()
    deadline = by_instant()
    error_message = by_text()
    element_id = by_text()
    element_instance_key = by_key()
    process_instance_key = by_key()
    process_definition_key = by_key()
    process_definition_id = by_text()
    end_time = by_instant()
    business_id = by_text()
    tenant_id = Tenant()


class JobCompletion(Body):
    """What the worker found out."""

    variables = VariablesField(load_default=dict)


class JobFailure(Body):
    """That it went wrong: retries that are left, why, and how long to wait (milliseconds)."""

    retries = fields.Integer(load_default=0, strict=True, validate=Range(0, 2**31 - 1))
    error_message = Text(10_000, load_default=None, allow_none=True, least=0)
    retry_back_off = fields.Integer(load_default=0, strict=True, validate=Range(0, 30 * DAY))
    variables = VariablesField(load_default=dict)


class JobError(Body):
    """A BPMN error that the diagram catches."""

    error_code = Text(required=True)
    error_message = Text(10_000, load_default=None, allow_none=True, least=0)
    variables = VariablesField(load_default=dict)


class JobChanges(Body):
    """New retries, or a new time (milliseconds from now) until the lock ends."""

    retries = fields.Integer(load_default=None, strict=True, allow_none=True, validate=Range(0, 2**31 - 1))
    timeout = fields.Integer(load_default=None, strict=True, allow_none=True, validate=Range(1, DAY))


class JobUpdate(Body):
    """What shall change."""

    changeset = fields.Nested(JobChanges, required=True)


_SORT = ("jobKey", "type", "state", "worker", "retries", "deadline", "elementId", "processInstanceKey", "endTime")


@blueprint.post("/jobs/activation")
@needs(Permission.JOB_WORK)
@takes(Activation)
@answers(ActivationView)
def activate(body: JobRequest) -> Any:
    """Take jobs of a type; with `requestTimeout` wait for the first one."""
    return {"jobs": activate_jobs(engine(), actor(), body)}


@blueprint.post("/jobs/<key:key>/completion")
@needs(Permission.JOB_WORK)
@takes(JobCompletion, optional=True)
@answers()
def complete(key: int, body: dict[str, Any]) -> None:
    """Report a job as done; the process goes on."""
    engine().jobs.complete(actor(), key, body["variables"] or {})


@blueprint.post("/jobs/<key:key>/failure")
@needs(Permission.JOB_WORK)
@takes(JobFailure, optional=True)
@answers()
def fail(key: int, body: dict[str, Any]) -> None:
    """Report a job as failed; without retries left it becomes an incident."""
    engine().jobs.fail(
        actor(), key, retries=body["retries"], error_message=body["error_message"],
        retry_back_off=body["retry_back_off"] / 1000,
    )  # fmt: skip


@blueprint.post("/jobs/<key:key>/error")
@needs(Permission.JOB_WORK)
@takes(JobError)
@answers()
def throw(key: int, body: dict[str, Any]) -> None:
    """Throw a BPMN error at the job's element."""
    engine().jobs.throw_error(
        actor(), key, error_code=body["error_code"], error_message=body["error_message"],
        variables=body["variables"] or {},
    )  # fmt: skip


@blueprint.patch("/jobs/<key:key>")
@needs(Permission.JOB_WORK, Permission.PROCESS_OPERATE)
@takes(JobUpdate)
@answers()
def update(key: int, body: dict[str, Any]) -> None:
    """Change the retries or the lock of a job."""
    timeout = body["changeset"]["timeout"]
    seconds = None if timeout is None else timeout / 1000
    engine().jobs.update(actor(), key, retries=body["changeset"]["retries"], timeout=seconds)


@blueprint.post("/jobs/search")
@needs(Permission.PROCESS_READ, Permission.JOB_WORK)
@takes(search_body("Job", JobFilter, _SORT), optional=True)
@answers(page_of("Job", JobView))
def search(body: SearchRequest) -> Any:
    """Search the jobs."""
    return engine().jobs.search(actor(), body)
