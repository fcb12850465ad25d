"""Process definitions: what is deployed, its XML, and where its instances stand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, declare, takes
from webapi.api.fields import Key, Tenant, always, by_integer, by_key, by_switch, by_text
from webapi.api.process_instances import ProcessInstanceFilter
from webapi.api.schemas import Body, View, list_of, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("process_definitions", __name__)


class ProcessDefinitionView(View):
    """One version of a process."""

    process_definition_key = Key()
    process_definition_id = fields.String()
    name = fields.String(allow_none=True)
    version = fields.Integer()
    version_tag = fields.String(allow_none=True)
    resource_name = fields.String()
    has_start_form = always(value=False)
    state = always("ACTIVE")
    tenant_id = Tenant()


class ProcessDefinitionFilter(Body):
    """What process definitions can be searched by."""

    process_definition_key = by_key()
    process_definition_id = by_text()
    name = by_text()
    version = by_integer()
    version_tag = by_text()
    resource_name = by_text()
    is_latest_version = by_switch()
    tenant_id = Tenant()


class StatisticsRequest(Body):
    """Of which instances; the body may be empty."""

    filter = fields.Nested(ProcessInstanceFilter, load_default=dict, allow_none=True)


class ElementStatistics(View):
    """How many tokens visited an element, and how they fared."""

    element_id = fields.String()
    active = fields.Integer()
    completed = fields.Integer()
    canceled = fields.Integer()
    incidents = fields.Integer()


STATISTICS = list_of("ElementStatistics", ElementStatistics)
_SORT = ("processDefinitionKey", "processDefinitionId", "name", "version", "versionTag", "resourceName")


@blueprint.post("/process-definitions/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("ProcessDefinition", ProcessDefinitionFilter, _SORT), optional=True)
@answers(page_of("ProcessDefinition", ProcessDefinitionView))
def search(body: SearchRequest) -> Any:
    """Search the process definitions, all versions or the latest ones."""
    return engine().deployments.search_processes(actor(), body)


@blueprint.get("/process-definitions/<key:key>")
@needs(Permission.PROCESS_READ)
@answers(ProcessDefinitionView)
def get(key: int) -> Any:
    """One process definition."""
    return engine().deployments.process(actor(), key)


@blueprint.get("/process-definitions/<key:key>/xml")
@needs(Permission.PROCESS_READ)
def xml(key: int) -> Response:
    """The BPMN diagram as it was deployed, byte for byte."""
    content = engine().deployments.xml(actor(), key)
    return current_app.response_class(content, mimetype="text/xml")


declare(xml, media_type="text/xml")


@blueprint.post("/process-definitions/<key:key>/statistics/element-instances")
@needs(Permission.PROCESS_READ)
@takes(StatisticsRequest, optional=True)
@answers(STATISTICS)
def statistics(key: int, body: dict[str, Any]) -> Any:
    """Counts of tokens by element, for the picture of the process; of all its instances, or those that fit."""
    return engine().history.counts(actor(), key, body["filter"])
