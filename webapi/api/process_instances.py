"""Process instances: start, look, cancel."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Blueprint
from marshmallow import fields
from marshmallow.validate import Length, Range

from engine.permissions import Permission
from engine.processes import StartInstance
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, idempotency_key, repeatable, takes
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
    by_switch,
    by_text,
    by_word,
)
from webapi.api.lineage import of_definition, root
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine, waiting

blueprint = Blueprint("process_instances", __name__)
STATES = ("ACTIVE", "SUSPENDED", "COMPLETED", "TERMINATED")
LONGEST_WAIT = 60_000
USUAL_WAIT = 10_000


class Creation(Body):
    """Which process to start (by id, optionally a version; or by key) and with what."""

    process_definition_id = Text(load_default=None, allow_none=True)
    process_definition_key = Key(load_default=None, allow_none=True)
    process_definition_version = Whole(load_default=None, allow_none=True)
    variables = VariablesField(load_default=dict)
    business_id = Text(load_default=None, allow_none=True)
    await_completion = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    fetch_variables = fields.List(Text(), load_default=None, allow_none=True, validate=Length(0, 1000))
    request_timeout = Whole(load_default=0, validate=Range(0, LONGEST_WAIT))
    tenant_id = Tenant()

    @ma.validates_schema
    def one_name(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for exactly one of id and key."""
        if (data["process_definition_id"] is None) == (data["process_definition_key"] is None):
            raise ma.ValidationError("Either processDefinitionId or processDefinitionKey is needed.")

    @ma.post_load
    def latest(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A version of -1 means the latest, as Camunda's clients write it."""
        if data["process_definition_version"] == -1:
            data["process_definition_version"] = None
        return data


class CreationView(View):
    """The instance that was started; its variables after its first steps, or at its end where that was awaited."""

    process_instance_key = Key()
    process_definition_key = Key()
    process_definition_id = fields.String()
    process_definition_version = fields.Integer()
    variables = fields.Raw()
    business_id = fields.String(allow_none=True)
    tags = always([])
    tenant_id = Tenant()


class ProcessInstanceView(View):
    """One run of a process."""

    process_instance_key = Key()
    process_definition_key = Key()
    process_definition_id = fields.String()
    process_definition_name = of_definition("name")
    process_definition_version = fields.Integer()
    process_definition_version_tag = of_definition("version_tag")
    parent_process_instance_key = always()
    parent_element_instance_key = always()
    root_process_instance_key = root()
    business_id = fields.String(allow_none=True)
    state = fields.String()
    has_incident = fields.Boolean()
    start_date = Instant()
    end_date = Instant(allow_none=True)
    tags = always([])
    tenant_id = Tenant()


class VariableValueFilter(Body):
    """A variable that an instance has, in any scope: its value is JSON in a string, as variables are answered."""

    name = Text(required=True)
    value = by_text(required=True)


class AlternativeFilter(Body):
    """What process instances can be searched by. What is said of elements must hold of one and the same visit."""

    process_instance_key = by_key()
    process_definition_key = by_key()
    process_definition_id = by_text()
    process_definition_name = by_text()
    process_definition_version = by_integer()
    process_definition_version_tag = by_text()
    parent_process_instance_key = by_key()
    parent_element_instance_key = by_key()
    business_id = by_text()
    state = by_word(*STATES)
    has_incident = by_switch()
    error_message = by_text()
    has_retries_left = by_switch()
    element_id = by_text()
    element_instance_state = by_word("ACTIVE", "COMPLETED", "TERMINATED")
    has_element_instance_incident = by_switch()
    variables = fields.List(fields.Nested(VariableValueFilter), validate=Length(1, 20))
    start_date = by_instant()
    end_date = by_instant()
    tenant_id = Tenant()

    @ma.post_load
    def as_the_engine_has_it(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Bring together what is about one visit; no instance is the child of another one."""
        data.pop("tenant_id", None)
        visited = {inner: data.pop(name) for name, inner in _VISIT.items() if name in data}
        parents = [data.pop(name) for name in _PARENTS if name in data]
        if visited:
            data["visited"] = visited
        if any(parent != {"$exists": False} for parent in parents):
            data["nothing"] = True
        return data


class ProcessInstanceFilter(AlternativeFilter):
    """The same; `$or` takes several filters, of which one must hold."""

    any_of = fields.List(
        fields.Nested(AlternativeFilter), data_key="$or", attribute="$or", load_only=True, validate=Length(1, 20)
    )


_VISIT = {
    "element_id": "element_id",
    "element_instance_state": "state",
    "has_element_instance_incident": "has_incident",
}
_PARENTS = ("parent_process_instance_key", "parent_element_instance_key")


class Cancellation(Body):
    """Nothing to say; the body may be empty."""


_SORT = (
    "processInstanceKey",
    "processDefinitionId",
    "processDefinitionKey",
    "processDefinitionName",
    "processDefinitionVersion",
    "processDefinitionVersionTag",
    "businessId",
    "startDate",
    "endDate",
    "state",
    "hasIncident",
)


@blueprint.post("/process-instances")
@needs(Permission.PROCESS_START)
@repeatable
@takes(Creation)
@answers(CreationView)
def create(body: dict[str, Any]) -> Any:
    """Start an instance; with `awaitCompletion` answer when it has ended (504 after `requestTimeout` ms)."""
    started = engine().instances.start(actor(), _start(body))
    if not body["await_completion"]:
        return started
    seconds = (body["request_timeout"] or USUAL_WAIT) / 1000
    return waiting().end(actor(), started, names=body["fetch_variables"], seconds=seconds)


def _start(body: dict[str, Any]) -> StartInstance:
    return StartInstance(
        process_id=body["process_definition_id"],
        process_definition_key=body["process_definition_key"],
        version=body["process_definition_version"],
        variables=body["variables"] or {},
        business_id=body["business_id"],
        idempotency=idempotency_key(),
    )


@blueprint.get("/process-instances/<key:key>")
@needs(Permission.PROCESS_READ)
@answers(ProcessInstanceView)
def get(key: int) -> Any:
    """One process instance."""
    return engine().instances.get(actor(), key)


@blueprint.post("/process-instances/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("ProcessInstance", ProcessInstanceFilter, _SORT), optional=True)
@answers(page_of("ProcessInstance", ProcessInstanceView))
def search(body: SearchRequest) -> Any:
    """Search the process instances."""
    return engine().instances.search(actor(), body)


@blueprint.post("/process-instances/<key:key>/cancellation")
@needs(Permission.PROCESS_OPERATE)
@takes(Cancellation, optional=True)
@answers()
def cancel(key: int, body: dict[str, Any]) -> None:  # noqa: ARG001 - an empty body, read so that others are refused
    """End a running instance where it stands."""
    engine().instances.cancel(actor(), key)
