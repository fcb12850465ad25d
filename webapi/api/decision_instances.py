"""Decisions that process instances have taken: what they read, which rules matched, what they gave."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.decisions import written
from webapi.api.fields import (
    Instant,
    JsonText,
    Key,
    Tenant,
    always,
    by_instant,
    by_integer,
    by_key,
    by_text,
    by_word,
)
from webapi.api.lineage import root
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("decision_instances", __name__)
TYPES = ("DECISION_TABLE", "LITERAL_EXPRESSION", "UNKNOWN")


class DecisionInstanceView(View):
    """One decision that was taken. What fails for good becomes an incident: all that stand here were evaluated."""

    decision_evaluation_instance_key = fields.String()
    decision_evaluation_key = Key()
    state = always("EVALUATED")
    evaluation_failure = always()
    evaluation_date = Instant()
    decision_definition_id = fields.String()
    decision_definition_key = Key(allow_none=True)
    decision_definition_name = fields.String()
    decision_definition_version = fields.Integer(allow_none=True)
    decision_definition_type = fields.String()
    root_decision_definition_key = Key()
    process_instance_key = Key()
    root_process_instance_key = root()
    process_definition_key = Key(allow_none=True)
    process_definition_id = fields.String(allow_none=True)
    element_instance_key = Key()
    element_id = fields.String()
    result = JsonText()
    tenant_id = Tenant()


class DecisionInstanceDetails(DecisionInstanceView):
    """The same with its trace: inputs, matched rules with their outputs, and why parts of the result are null."""

    evaluated_inputs = fields.Function(lambda one: written(one.evaluated_inputs), metadata={"type": "array"})
    matched_rules = fields.Function(lambda one: written(one.matched_rules), metadata={"type": "array"})
    diagnostics = fields.List(fields.Dict())


class DecisionInstanceFilter(Body):
    """What decisions taken can be searched by."""

    decision_evaluation_instance_key = by_text()
    decision_evaluation_key = by_key()
    state = by_word("EVALUATED", "FAILED", "UNSPECIFIED")
    evaluation_date = by_instant()
    decision_definition_id = by_text()
    decision_definition_key = by_key()
    decision_definition_name = by_text()
    decision_definition_version = by_integer()
    decision_definition_type = by_word(*TYPES)
    root_decision_definition_key = by_key()
    process_instance_key = by_key()
    process_definition_key = by_key()
    process_definition_id = by_text()
    element_instance_key = by_key()
    element_id = by_text()
    tenant_id = Tenant()


_SORT = (
    "decisionEvaluationKey",
    "decisionEvaluationInstanceKey",
    "evaluationDate",
    "decisionDefinitionId",
    "decisionDefinitionKey",
    "decisionDefinitionName",
    "decisionDefinitionVersion",
    "decisionDefinitionType",
    "rootDecisionDefinitionKey",
    "processInstanceKey",
    "processDefinitionKey",
    "processDefinitionId",
    "elementInstanceKey",
    "elementId",
)


@blueprint.post("/decision-instances/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("DecisionInstance", DecisionInstanceFilter, _SORT), optional=True)
@answers(page_of("DecisionInstance", DecisionInstanceView))
def search(body: SearchRequest) -> Any:
    """Search the decisions that business rule tasks have taken."""
    return engine().instances.search_decisions(actor(), body)


@blueprint.get("/decision-instances/<key>")
@needs(Permission.PROCESS_READ)
@answers(DecisionInstanceDetails)
def get(key: str) -> Any:
    """One decision taken, with its inputs and the rules that matched."""
    return engine().instances.decision(actor(), key)
