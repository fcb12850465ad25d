"""Element instances: the visits of tokens to elements, running and past."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, conditional, expected_revision, takes
from webapi.api.fields import Instant, Key, Tenant, VariablesField, by_instant, by_key, by_switch, by_text, by_word
from webapi.api.lineage import root
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("element_instances", __name__)
STATES = ("ACTIVE", "COMPLETED", "TERMINATED")


class ElementInstanceView(View):
    """One visit of a token to one element."""

    element_instance_key = Key()
    process_instance_key = Key()
    process_definition_key = Key()
    process_definition_id = fields.String()
    element_id = fields.String()
    element_name = fields.Function(lambda one: one.element_name or one.element_id, metadata={"type": "string"})
    type = fields.String()
    state = fields.String()
    start_date = Instant()
    end_date = Instant(allow_none=True)
    element_instance_scope_key = Key(attribute="scope_key", allow_none=True)
    root_process_instance_key = root()
    has_incident = fields.Boolean()
    incident_key = Key(allow_none=True)
    tenant_id = Tenant()


class ElementInstanceFilter(Body):
    """What element instances can be searched by."""

    element_instance_key = by_key()
    process_instance_key = by_key()
    process_definition_key = by_key()
    process_definition_id = by_text()
    element_id = by_text()
    element_name = by_text()
    type = by_text()
    state = by_word(*STATES)
    start_date = by_instant()
    end_date = by_instant()
    element_instance_scope_key = by_key(attribute="scope_key")
    has_incident = by_switch()
    incident_key = by_key()
    tenant_id = Tenant()


class SetVariables(Body):
    """Variables to write: at the element instance itself (`local`), or where they are visible from it."""

    variables = VariablesField(required=True, allow_none=False)
    local = fields.Boolean(load_default=False, truthy={True}, falsy={False})


_SORT = (
    "elementInstanceKey",
    "processInstanceKey",
    "processDefinitionKey",
    "processDefinitionId",
    "elementId",
    "elementName",
    "type",
    "state",
    "startDate",
    "endDate",
    "incidentKey",
)


@blueprint.post("/element-instances/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("ElementInstance", ElementInstanceFilter, _SORT), optional=True)
@answers(page_of("ElementInstance", ElementInstanceView))
def search(body: SearchRequest) -> Any:
    """Search the element instances: where tokens are and were."""
    return engine().instances.search_elements(actor(), body)


@blueprint.get("/element-instances/<key:key>")
@needs(Permission.PROCESS_READ)
@answers(ElementInstanceView)
def get(key: int) -> Any:
    """One visit of a token to an element."""
    return engine().history.element(actor(), key)


@blueprint.put("/element-instances/<key:key>/variables")
@needs(Permission.PROCESS_OPERATE)
@conditional
@takes(SetVariables)
@answers()
def set_variables(key: int, body: dict[str, Any]) -> None:
    """Write variables of a running instance, at an element instance or at the instance itself.

    `If-Match` takes the `ETag` of the process instance, whose revision rises with every change of a variable.
    """
    engine().instances.set_variables(actor(), key, body["variables"], local=body["local"], if_match=expected_revision())
