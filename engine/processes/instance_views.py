"""What callers see of instances, elements and variables; names as in Camunda's REST API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, String, case, cast, false, select, true

from engine.processes.instance_filters import OF_INSTANCES, OPEN_INCIDENT, STUCK, is_stuck, is_value, of_definition
from engine.store.deployment import ProcessDefinition
from engine.store.process_instance import ElementInstance, ProcessInstance, Variable
from engine.store.search import Searchable
from engine.types import Json, Key


@dataclass(frozen=True, kw_only=True)
class ProcessInstanceView:
    """One process instance; `state` is `ACTIVE`, `COMPLETED` or `TERMINATED`; `rev` is what `ETag` says."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    business_id: str | None
    state: str
    has_incident: bool
    start_date: datetime
    end_date: datetime | None
    rev: int


@dataclass(frozen=True, kw_only=True)
class ElementInstanceView:
    """One visit of a token to an element."""

    element_instance_key: Key
    process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    element_id: str
    element_name: str | None
    type: str
    state: str
    scope_key: Key | None
    start_date: datetime
    end_date: datetime | None
    incident_key: Key | None
    """The open incident that holds it up."""

    @property
    def has_incident(self) -> bool:
        """Whether an open incident holds it up."""
        return self.incident_key is not None


@dataclass(frozen=True, kw_only=True)
class VariableView:
    """One variable as it stands now."""

    variable_key: Key
    process_instance_key: Key
    scope_key: Key
    name: str
    value: Json


def instance_rows() -> Select[*tuple[Any, ...]]:
    """Instances, each with whether it has an open incident."""
    table = ProcessInstance
    columns = (table.key, table.definition_key, table.process_id, table.version, table.business_id, table.state)
    return select(*columns, table.started_at, table.ended_at, table.rev, OPEN_INCIDENT.label("has_incident"))


def instance_view(row: Row[Any]) -> ProcessInstanceView:
    """The view of a row of `instance_rows`."""
    return ProcessInstanceView(
        process_instance_key=row.key,
        process_definition_key=row.definition_key,
        process_definition_id=row.process_id,
        process_definition_version=row.version,
        business_id=row.business_id,
        state=row.state,
        has_incident=row.has_incident,
        start_date=row.started_at,
        end_date=row.ended_at,
        rev=row.rev,
    )


def element_rows() -> Select[Any]:
    """Element instances, each with the key of its open incident."""
    return select(ElementInstance, STUCK.label("incident_key"))


def _element_view(row: Row[Any]) -> ElementInstanceView:
    element: ElementInstance = row[0]
    return ElementInstanceView(
        element_instance_key=element.key,
        process_instance_key=element.instance_key,
        process_definition_key=element.definition_key,
        process_definition_id=element.process_id,
        element_id=element.element_id,
        element_name=element.element_name,
        type=element.element_type,
        state=element.state,
        scope_key=element.scope_key,
        start_date=element.started_at,
        end_date=element.ended_at,
        incident_key=row.incident_key,
    )


def _variable_view(row: Row[Any]) -> VariableView:
    variable: Variable = row[0]
    return VariableView(
        variable_key=variable.key,
        process_instance_key=variable.instance_key,
        scope_key=variable.scope_key,
        name=variable.name,
        value=variable.value,
    )


INSTANCES = Searchable(
    columns={
        "process_instance_key": ProcessInstance.key,
        "process_definition_key": ProcessInstance.definition_key,
        "process_definition_id": ProcessInstance.process_id,
        "process_definition_version": ProcessInstance.version,
        "business_id": ProcessInstance.business_id,
        "state": ProcessInstance.state,
        "start_date": ProcessInstance.started_at,
        "end_date": ProcessInstance.ended_at,
        "process_definition_name": of_definition(ProcessDefinition.name.expression),
        "process_definition_version_tag": of_definition(ProcessDefinition.version_tag.expression),
        "has_incident": case((OPEN_INCIDENT, 1), else_=0),  # a cursor compares it, which booleans do not bear
    },
    key=ProcessInstance.key,
    view=instance_view,
    filters=OF_INSTANCES,
)
ELEMENTS = Searchable(
    columns={
        "element_instance_key": ElementInstance.key,
        "process_instance_key": ElementInstance.instance_key,
        "process_definition_key": ElementInstance.definition_key,
        "process_definition_id": ElementInstance.process_id,
        "element_id": ElementInstance.element_id,
        "element_name": ElementInstance.element_name,
        "type": ElementInstance.element_type,
        "state": ElementInstance.state,
        "scope_key": ElementInstance.scope_key,
        "start_date": ElementInstance.started_at,
        "end_date": ElementInstance.ended_at,
        "incident_key": STUCK,
    },
    key=ElementInstance.key,
    view=_element_view,
    filters={"has_incident": is_stuck},
)
VARIABLES = Searchable(
    columns={
        "variable_key": Variable.key,
        "process_instance_key": Variable.instance_key,
        "scope_key": Variable.scope_key,
        "name": Variable.name,
        "value": cast(Variable.value, String),
    },
    key=Variable.key,
    view=_variable_view,
    filters={"value": is_value, "is_truncated": lambda truncated: false() if truncated else true()},
)
