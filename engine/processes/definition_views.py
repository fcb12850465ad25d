"""What callers see of deployments and definitions; names are those of Camunda's REST API in snake_case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, exists
from sqlalchemy.orm import aliased

from engine.errors import Finding
from engine.store import deployment as tables
from engine.store.search import Searchable
from engine.types import Json, Key


@dataclass(frozen=True, kw_only=True)
class DeployedProcess:
    """A process version of a deployment."""

    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    resource_name: str


@dataclass(frozen=True, kw_only=True)
class DeployedDecision:
    """A decision version of a deployment."""

    decision_definition_key: Key
    decision_definition_id: str
    version: int
    name: str | None
    resource_name: str


@dataclass(frozen=True, kw_only=True)
class DeployedForm:
    """A form version of a deployment."""

    form_key: Key
    form_id: str
    version: int
    resource_name: str


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What a deployment has stored, or would store; `findings` are warnings."""

    deployment_key: Key
    deployments: tuple[DeployedProcess | DeployedDecision | DeployedForm, ...]
    findings: tuple[Finding, ...] = ()


_KINDS: Mapping[str, Any] = {kind.__name__: kind for kind in (DeployedProcess, DeployedDecision, DeployedForm)}


def kept_deployment(deployment: Deployment) -> Mapping[str, Json]:
    """A deployment as JSON, to be told again."""
    return {
        "deploymentKey": deployment.deployment_key,
        "deployments": [{"kind": type(one).__name__, "fields": asdict(one)} for one in deployment.deployments],
        "findings": [asdict(finding) for finding in deployment.findings],
    }


def told_deployment(kept: Any) -> Deployment:
    """The deployment that `kept_deployment` wrote."""
    return Deployment(
        deployment_key=kept["deploymentKey"],
        deployments=tuple(_KINDS[one["kind"]](**one["fields"]) for one in kept["deployments"]),
        findings=tuple(Finding(**finding) for finding in kept["findings"]),
    )


@dataclass(frozen=True, kw_only=True)
class ProcessDefinitionView:
    """One version of a process."""

    process_definition_key: Key
    process_definition_id: str
    name: str | None
    version: int
    version_tag: str | None
    resource_name: str


@dataclass(frozen=True, kw_only=True)
class DecisionDefinitionView:
    """One version of a decision."""

    decision_definition_key: Key
    decision_definition_id: str
    name: str | None
    version: int


@dataclass(frozen=True, kw_only=True)
class ElementStatistics:
    """How many tokens of all instances of a definition are at an element, were, or are stuck there."""

    element_id: str
    active: int
    completed: int
    canceled: int
    incidents: int


@dataclass(frozen=True, kw_only=True)
class EvaluatedDecision:
    """The result of a decision that was evaluated on its own; `trace` tells which rules matched."""

    decision_definition_key: Key
    decision_definition_id: str
    decision_definition_version: int
    output: Json
    trace: Json


def process_view(row: tables.ProcessDefinition) -> ProcessDefinitionView:
    """The view of a row."""
    return ProcessDefinitionView(
        process_definition_key=row.key,
        process_definition_id=row.process_id,
        name=row.name,
        version=row.version,
        version_tag=row.version_tag,
        resource_name=row.resource_name,
    )


def _process(row: Row[Any]) -> ProcessDefinitionView:
    return process_view(row[0])


def _decision(row: Row[Any]) -> DecisionDefinitionView:
    definition: tables.DecisionDefinition = row[0]
    return DecisionDefinitionView(
        decision_definition_key=definition.key,
        decision_definition_id=definition.decision_id,
        name=definition.name,
        version=definition.version,
    )


_Defined = type[tables.ProcessDefinition] | type[tables.DecisionDefinition]


def _is_latest(table: _Defined, name: str) -> Callable[[object], ColumnElement[bool]]:
    """A filter by whether a definition is the latest one of those with the same `name`."""
    newer = aliased(table)
    same = (getattr(newer, name) == getattr(table, name), newer.version > table.version)

    def latest(value: object) -> ColumnElement[bool]:
        found = exists().where(*same)
        return ~found if value is True else found

    return latest


PROCESSES = Searchable(
    columns={
        "process_definition_key": tables.ProcessDefinition.key,
        "process_definition_id": tables.ProcessDefinition.process_id,
        "name": tables.ProcessDefinition.name,
        "version": tables.ProcessDefinition.version,
        "version_tag": tables.ProcessDefinition.version_tag,
        "resource_name": tables.ProcessDefinition.resource_name,
    },
    key=tables.ProcessDefinition.key,
    view=_process,
    filters={"is_latest_version": _is_latest(tables.ProcessDefinition, "process_id")},
)
DECISIONS = Searchable(
    columns={
        "decision_definition_key": tables.DecisionDefinition.key,
        "decision_definition_id": tables.DecisionDefinition.decision_id,
        "name": tables.DecisionDefinition.name,
        "version": tables.DecisionDefinition.version,
    },
    key=tables.DecisionDefinition.key,
    view=_decision,
    filters={"is_latest_version": _is_latest(tables.DecisionDefinition, "decision_id")},
)
