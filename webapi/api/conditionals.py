"""Conditional start events: start what holds over given variables, as Camunda 8 does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from webapi.access import actor, needs
from webapi.api.contract import answers, idempotency_key, repeatable, takes
from webapi.api.fields import Key, Tenant, VariablesField
from webapi.api.schemas import Body, View
from webapi.context import engine

blueprint = Blueprint("conditionals", __name__)


class ConditionalEvaluation(Body):
    """Variables for the conditions and for the instances that they start; of one version, or of all latest ones."""

    process_definition_key = Key(load_default=None, allow_none=True)
    variables = VariablesField(required=True)
    tenant_id = Tenant()


class StartedView(View):
    """An instance that was started."""

    process_definition_key = Key()
    process_instance_key = Key()


class ConditionalEvaluationView(View):
    """What was started."""

    conditional_evaluation_key = Key()
    process_instances = fields.List(fields.Nested(StartedView))
    tenant_id = Tenant()


@blueprint.post("/conditionals/evaluation")
@needs(Permission.PROCESS_START)
@repeatable
@takes(ConditionalEvaluation)
@answers(ConditionalEvaluationView)
def evaluate(body: dict[str, Any]) -> Any:
    """Start an instance for each conditional start event of a process whose condition is true; null counts as false."""
    variables, key = body["variables"] or {}, body["process_definition_key"]
    found = engine().starts.evaluate(actor(), variables, key, idempotency=idempotency_key())
    started = [
        {"process_definition_key": definition, "process_instance_key": instance}
        for definition, instance in found.process_instances
    ]
    return {"conditional_evaluation_key": found.conditional_evaluation_key, "process_instances": started}
