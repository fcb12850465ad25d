"""What callers see of the decisions that instances have taken; names as in Camunda's REST API.

One evaluation is one row. It holds each decision that was evaluated for it, and each of them is an instance of its own
here, with the key of the evaluation and its place in it: `4711-1` is the first decision of evaluation 4711.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, Select, String, case, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from engine.store.deployment import DecisionDefinition
from engine.store.process_instance import DecisionInstance, ElementInstance
from engine.store.search import Searchable
from engine.types import Json, Key


@dataclass(frozen=True, kw_only=True)
class DecisionInstanceView:
    """One decision that an instance has taken: what it read, which rules matched, what it gave.

    `decision_definition_key` and the version are None for a decision of an imported file. `diagnostics` say why parts
    of the results of this evaluation are null.
    """

    decision_evaluation_instance_key: str
    decision_evaluation_key: Key
    decision_definition_id: str
    decision_definition_key: Key | None
    decision_definition_name: str
    decision_definition_version: int | None
    decision_definition_type: str
    root_decision_definition_key: Key
    process_instance_key: Key
    process_definition_key: Key | None
    process_definition_id: str | None
    element_instance_key: Key
    element_id: str
    evaluation_date: datetime
    result: Json
    evaluated_inputs: list[dict[str, Json]]
    matched_rules: list[dict[str, Json]]
    diagnostics: list[dict[str, Json]]


_TRACE = DecisionInstance.trace["trace"]
_TAKEN = (
    func.jsonb_array_elements(_TRACE["evaluatedDecisions"])
    .table_valued(column("value", JSONB), with_ordinality="number", name="taken", joins_implicitly=True)
    .render_derived()
)
_DECISION, _NUMBER = _TAKEN.c.value, cast(_TAKEN.c.number, Integer)
_ROOT = aliased(DecisionDefinition)
_ROOT_KEY = cast(DecisionInstance.trace["decisionKey"].astext, BigInteger)
_ID = _DECISION["decisionDefinitionId"].astext
_KIND = _DECISION["decisionDefinitionType"].astext
_TYPE = case(
    (_KIND == "decisionTable", "DECISION_TABLE"), (_KIND == "literalExpression", "LITERAL_EXPRESSION"), else_="UNKNOWN"
)
_PLACE = cast(DecisionInstance.key, String) + "-" + cast(_NUMBER, String)


def decision_rows() -> Select[*tuple[Any, ...]]:
    """Decisions taken, each with its definition and the process that took it."""
    table = DecisionInstance
    taken = (_DECISION.label("decision"), _NUMBER.label("number"), _TYPE.label("type"), _ROOT_KEY.label("root_key"))
    definition = (DecisionDefinition.key.label("definition_key"), DecisionDefinition.version)
    process = (ElementInstance.definition_key.label("process_key"), ElementInstance.process_id)
    return (
        select(table.key, table.instance_key, table.element_instance_key, table.element_id, table.evaluated_at)
        .add_columns(_TRACE["diagnostics"].label("diagnostics"), *taken, *definition, *process)
        .select_from(table)
        .outerjoin(ElementInstance, ElementInstance.key == table.element_instance_key)
        .outerjoin(_ROOT, _ROOT.key == _ROOT_KEY)
        .join(_TAKEN, onclause=_NUMBER > 0)
        .outerjoin(
            DecisionDefinition,
            (DecisionDefinition.resource_key == _ROOT.resource_key) & (DecisionDefinition.decision_id == _ID),
        )
    )


def _view(row: Row[Any]) -> DecisionInstanceView:
    decision = row.decision
    return DecisionInstanceView(
        decision_evaluation_instance_key=f"{row.key}-{row.number}",
        decision_evaluation_key=row.key,
        decision_definition_id=decision["decisionDefinitionId"],
        decision_definition_key=row.definition_key,
        decision_definition_name=decision["decisionDefinitionName"],
        decision_definition_version=row.version,
        decision_definition_type=row.type,
        root_decision_definition_key=row.root_key,
        process_instance_key=row.instance_key,
        process_definition_key=row.process_key,
        process_definition_id=row.process_id,
        element_instance_key=row.element_instance_key,
        element_id=row.element_id,
        evaluation_date=row.evaluated_at,
        result=decision["output"],
        evaluated_inputs=decision["evaluatedInputs"],
        matched_rules=decision["matchedRules"],
        diagnostics=row.diagnostics,
    )


DECISION_INSTANCES = Searchable(
    columns={
        "decision_evaluation_instance_key": _PLACE,
        "decision_evaluation_key": DecisionInstance.key,
        "decision_definition_id": _ID,
        "decision_definition_key": DecisionDefinition.key,
        "decision_definition_name": _DECISION["decisionDefinitionName"].astext,
        "decision_definition_version": DecisionDefinition.version,
        "decision_definition_type": _TYPE,
        "root_decision_definition_key": _ROOT_KEY,
        "process_instance_key": DecisionInstance.instance_key,
        "process_definition_key": ElementInstance.definition_key,
        "process_definition_id": ElementInstance.process_id,
        "element_instance_key": DecisionInstance.element_instance_key,
        "element_id": DecisionInstance.element_id,
        "evaluation_date": DecisionInstance.evaluated_at,
        "state": literal("EVALUATED"),
    },
    key=_PLACE,
    view=_view,
    default_sort=(("decision_evaluation_key", "asc"),),
)
