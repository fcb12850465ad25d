"""What has happened in one process instance: flows taken, counts by element, incidents, who called it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import Key, Tenant
from webapi.api.incidents import FOUND, SEARCH
from webapi.api.lineage import root
from webapi.api.process_definitions import STATISTICS
from webapi.api.schemas import View, list_of
from webapi.context import engine

blueprint = Blueprint("process_instance_history", __name__)


class SequenceFlowView(View):
    """A sequence flow that tokens have taken."""

    sequence_flow_id = fields.Function(
        lambda one: f"{one.process_instance_key}_{one.element_id}", metadata={"type": "string"}
    )
    process_instance_key = Key()
    root_process_instance_key = root()
    process_definition_key = Key()
    process_definition_id = fields.String()
    element_id = fields.String()
    tenant_id = Tenant()


class CallHierarchyEntry(View):
    """One instance on the way from the topmost caller down to this one."""

    process_instance_key = Key()
    process_definition_key = Key()
    process_definition_name = fields.String()


@blueprint.get("/process-instances/<key:key>/sequence-flows")
@needs(Permission.PROCESS_READ)
@answers(list_of("SequenceFlow", SequenceFlowView))
def sequence_flows(key: int) -> Any:
    """The sequence flows that tokens of the instance have taken, each once."""
    return engine().history.flows(actor(), key)


@blueprint.get("/process-instances/<key:key>/call-hierarchy")
@needs(Permission.PROCESS_READ)
@answers(CallHierarchyEntry, many=True)
def call_hierarchy(key: int) -> Any:
    """From the topmost instance down to this one. A called process runs inside its caller's, so there is one."""
    return engine().history.callers(actor(), key)


@blueprint.get("/process-instances/<key:key>/statistics/element-instances")
@needs(Permission.PROCESS_READ)
@answers(STATISTICS)
def statistics(key: int) -> Any:
    """Counts of visits by element, for the picture of the instance."""
    return engine().history.statistics(actor(), key)


@blueprint.post("/process-instances/<key:key>/incidents/search")
@needs(Permission.PROCESS_READ)
@takes(SEARCH, optional=True)
@answers(FOUND)
def incidents(key: int, body: SearchRequest) -> Any:
    """Search the incidents of the instance and of the processes that it calls."""
    return engine().incidents.search_of(actor(), key, body)
