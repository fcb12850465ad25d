"""Jobs: workers take work, and tell how it went."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Blueprint
from marshmallow import fields
from marshmallow.validate import Length, Range

from engine.permissions import Permission
from engine.processes.jobs import ActivationFields
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import (
    Instant,
    Key,
    Tenant,
    Text,
    VariablesField,
    Whole,
    always,
    by_instant,
    by_integer,
    by_key,
    by_text,
    by_word,
)
from webapi.api.lineage import root
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine, waiting

blueprint = Blueprint("jobs", __name__)
STATES = ("CREATED", "COMPLETED", "ERROR_THROWN", "CANCELED")
DAY = 24 * 3_600_000
LONGEST_POLL = 60_000


class Activation(Body):
    """What a worker asks for. Times in milliseconds; `requestTimeout` is how long to wait for a first job."""

    type = Text(required=True)
    worker = Text(load_default="", least=0, allow_none=True)
    timeout = Whole(required=True, validate=Range(1, DAY))
    max_jobs_to_activate = Whole(required=True, validate=Range(1, 1_000))
    fetch_variable = fields.List(Text(), load_default=None, allow_none=True, validate=Length(0, 1_000))
    request_timeout = Whole(load_default=0, allow_none=True, validate=Range(-1, LONGEST_POLL))
    tenant_ids = fields.List(Tenant(), load_default=None, allow_none=True)

    @ma.post_load
    def request(self, data: dict[str, Any], **_: Any) -> tuple[ActivationFields, float]:
        """What is asked for, as the engine takes it, and the seconds that the worker waits for it."""
        wanted = ActivationFields(
            type=data["type"],
            worker=data["worker"] or "",
            timeout=data["timeout"] / 1000,
            max_jobs=data["max_jobs_to_activate"],
            fetch_variables=data["fetch_variable"] or None,
        )
        return wanted, max(data["request_timeout"] or 0, 0) / 1000


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
    root_process_instance_key = root()
    user_task = always()
    tags = always([])
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
    error_message = fields.String(allow_none=True)
    element_id = fields.String(allow_none=True)
    element_instance_key = Key(allow_none=True)
    process_instance_key = Key(allow_none=True)
    process_definition_key = Key(allow_none=True)
    process_definition_id = fields.String(allow_none=True)
    business_id = fields.String(allow_none=True)
    creation_time = Instant()
    end_time = Instant(allow_none=True)
    last_update_time = always()
    custom_headers = fields.Raw()
    has_failed_with_retries_left = fields.Boolean()
    error_code = always()
    is_denied = always()
    denied_reason = always()
    root_process_instance_key = root()
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
    element_id = by_text()
    element_instance_key = by_key()
    process_instance_key = by_key()
    process_definition_key = by_key()
    process_definition_id = by_text()
    creation_time = by_instant()
    end_time = by_instant()
    business_id = by_text()
    tenant_id = Tenant()


class JobCompletion(Body):
    """What the worker found out."""

    variables = VariablesField(load_default=dict)


class JobFailure(Body):
    """That it went wrong: retries that are left, why, and how long to wait (milliseconds)."""

    retries = Whole(load_default=0, validate=Range(0, 1_000))
    error_message = Text(10_000, load_default=None, allow_none=True, least=0)
    retry_back_off = Whole(load_default=0, validate=Range(0, 30 * DAY))


class JobError(Body):
    """A BPMN error that the diagram catches."""

    error_code = Text(required=True)
    error_message = Text(10_000, load_default=None, allow_none=True, least=0)
    variables = VariablesField(load_default=dict)


class JobChanges(Body):
    """New retries, or a new time (milliseconds from now) until the lock ends."""

    retries = Whole(load_default=None, allow_none=True, validate=Range(1, 1_000))
    timeout = Whole(load_default=None, allow_none=True, validate=Range(1, DAY))


class JobUpdate(Body):
    """What shall change."""

    changeset = fields.Nested(JobChanges, required=True)


_SORT = ("jobKey", "type", "state", "worker", "retries", "elementId", "processInstanceKey", "endTime")


@blueprint.post("/jobs/activation")
@needs(Permission.JOB_WORK)
@takes(Activation)
@answers(ActivationView)
def activate(body: tuple[ActivationFields, float]) -> Any:
    """Take jobs of a type; with `requestTimeout` wait for the first one."""
    wanted, seconds = body
    return {"jobs": waiting().jobs(actor(), wanted, seconds)}


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
    message, seconds = body["error_message"], body["retry_back_off"] / 1000
    engine().jobs.fail(actor(), key, retries=body["retries"], error_message=message, retry_back_off=seconds)


@blueprint.post("/jobs/<key:key>/error")
@needs(Permission.JOB_WORK)
@takes(JobError)
@answers()
def throw(key: int, body: dict[str, Any]) -> None:
    """Throw a BPMN error at the job's element."""
    message, variables = body["error_message"] or "", body["variables"] or {}
    engine().jobs.throw_error(actor(), key, body["error_code"], message, variables)


@blueprint.patch("/jobs/<key:key>")
@needs(Permission.JOB_WORK)
@takes(JobUpdate)
@answers()
def update(key: int, body: dict[str, Any]) -> None:
    """Change the retries or the lock of a job."""
    changes = body["changeset"]
    timeout = None if changes["timeout"] is None else changes["timeout"] / 1000
    engine().jobs.update(actor(), key, retries=changes["retries"], timeout=timeout)


@blueprint.post("/jobs/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("Job", JobFilter, _SORT), optional=True)
@answers(page_of("Job", JobView))
def search(body: SearchRequest) -> Any:
    """Search the jobs."""
    return engine().jobs.search(actor(), body)
