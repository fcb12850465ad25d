"""Decision definitions, and their evaluation outside of any process."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import orjson
from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import JsonText, Key, Tenant, Text, VariablesField, by_integer, by_key, by_switch, by_text
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("decisions", __name__)


class DecisionDefinitionView(View):
    """One version of a decision."""

    decision_definition_key = Key()
    decision_definition_id = fields.String()
    name = fields.String(allow_none=True)
    version = fields.Integer()
    tenant_id = Tenant()


class DecisionDefinitionFilter(Body):
    """What decision definitions can be searched by."""

    decision_definition_key = by_key()
    decision_definition_id = by_text()
    name = by_text()
    version = by_integer()
    is_latest_version = by_switch()
    tenant_id = Tenant()


class Evaluation(Body):
    """Which decision (by id, its latest version; or by key), and the variables it reads."""

    decision_definition_id = Text(load_default=None, allow_none=True)
    decision_definition_key = Key(load_default=None, allow_none=True)
    variables = VariablesField(load_default=dict)
    tenant_id = Tenant()

    @ma.validates_schema
    def one_name(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for exactly one of id and key."""
        if (data["decision_definition_id"] is None) == (data["decision_definition_key"] is None):
            raise ma.ValidationError("Either decisionDefinitionId or decisionDefinitionKey is needed.")


class EvaluationView(View):
    """What came out (`output`: JSON in a string), and how: every decision with its inputs and matched rules."""

    decision_definition_key = Key()
    decision_definition_id = fields.String()
    decision_definition_version = fields.Integer()
    output = JsonText()
    evaluated_decisions = fields.Method("written")
    diagnostics = fields.Method("told")
    tenant_id = Tenant()

    def written(self, evaluated: Any) -> list[dict[str, Any]]:
        """The trace in the words of Camunda 8, where every value is JSON in a string."""
        return [written(one) for one in evaluated.trace["evaluatedDecisions"]]

    def told(self, evaluated: Any) -> list[dict[str, Any]]:
        """Why parts of the output are null: code, message, element, line and column."""
        return list(evaluated.trace["diagnostics"])


_VALUES = ("output", "inputValue", "outputValue")


def written(part: Any) -> Any:
    """A part of a trace, with every value as JSON in a string."""
    if isinstance(part, list):
        return [written(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {name: orjson.dumps(value).decode() if name in _VALUES else written(value) for name, value in part.items()}


_SORT = ("decisionDefinitionKey", "decisionDefinitionId", "name", "version")


@blueprint.post("/decision-definitions/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("DecisionDefinition", DecisionDefinitionFilter, _SORT), optional=True)
@answers(page_of("DecisionDefinition", DecisionDefinitionView))
def search(body: SearchRequest) -> Any:
    """Search the decision definitions."""
    return engine().deployments.search_decisions(actor(), body)


@blueprint.post("/decision-definitions/evaluation")
@needs(Permission.DECISION_EVALUATE)
@takes(Evaluation)
@answers(EvaluationView)
def evaluate(body: dict[str, Any]) -> Any:
    """Evaluate a decision table or expression over the given variables; nothing is stored."""
    which = body["decision_definition_id"] or body["decision_definition_key"]
    return engine().deployments.evaluate_decision(actor(), which, body["variables"] or {})
