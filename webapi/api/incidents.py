"""Incidents: what could not go on by itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import Instant, Key, Tenant, by_instant, by_key, by_text, by_word
from webapi.api.lineage import root
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("incidents", __name__)


class IncidentView(View):
    """One failure, with the element on which it happened."""

    incident_key = Key()
    state = fields.String()
    error_type = fields.String()
    error_message = fields.String()
    process_definition_key = Key(allow_none=True)
    process_definition_id = fields.String(allow_none=True)
    process_instance_key = Key(allow_none=True)
    root_process_instance_key = root()
    element_id = fields.String(allow_none=True)
    element_instance_key = Key(allow_none=True)
    job_key = Key(allow_none=True)
    creation_time = Instant()
    business_id = fields.String(allow_none=True)
    tenant_id = Tenant()


class IncidentFilter(Body):
    """What incidents can be searched by."""

    incident_key = by_key()
    state = by_word("ACTIVE", "RESOLVED")
    error_type = by_text()
    error_message = by_text()
    process_definition_key = by_key()
    process_definition_id = by_text()
    process_instance_key = by_key()
    element_id = by_text()
    element_instance_key = by_key()
    job_key = by_key()
    creation_time = by_instant()
    business_id = by_text()
    tenant_id = Tenant()


_SORT = (
    "incidentKey",
    "creationTime",
    "errorType",
    "errorMessage",
    "state",
    "elementId",
    "elementInstanceKey",
    "jobKey",
    "processInstanceKey",
    "processDefinitionId",
    "processDefinitionKey",
)


SEARCH, FOUND = search_body("Incident", IncidentFilter, _SORT), page_of("Incident", IncidentView)


@blueprint.post("/incidents/search")
@needs(Permission.PROCESS_READ)
@takes(SEARCH, optional=True)
@answers(FOUND)
def search(body: SearchRequest) -> Any:
    """Search the incidents."""
    return engine().incidents.search(actor(), body)


@blueprint.get("/incidents/<key:key>")
@needs(Permission.PROCESS_READ)
@answers(IncidentView)
def get(key: int) -> Any:
    """One incident."""
    return engine().incidents.get(actor(), key)


class _Resolution(Body):
    """Nothing to say; the body may be empty."""


@blueprint.post("/incidents/<key:key>/resolution")
@needs(Permission.INCIDENT_RESOLVE)
@takes(_Resolution, optional=True)
@answers()
def resolve(key: int, body: dict[str, Any]) -> None:  # noqa: ARG001 - an empty body, read so that others are refused
    """Try again what failed; it fails again unless its cause is gone."""
    engine().incidents.resolve(actor(), key)
