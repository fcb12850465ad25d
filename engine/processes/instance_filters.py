"""Conditions by which instances, their elements and variables are searched, beyond what stands in their own rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, and_, cast, exists, false, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import JSONB

from engine.store.deployment import ProcessDefinition
from engine.store.incident import Incident
from engine.store.job import Job
from engine.store.process_instance import ElementInstance, ProcessInstance, Variable
from engine.store.search import matches

OPEN_INCIDENT = exists().where(Incident.instance_key == ProcessInstance.key, Incident.state == "ACTIVE")
STUCK = (
    select(func.min(Incident.key))
    .where(Incident.element_instance_key == ElementInstance.key, Incident.state == "ACTIVE")
    .scalar_subquery()
)


def _has_incident(value: object) -> ColumnElement[bool]:
    return OPEN_INCIDENT if value is True else ~OPEN_INCIDENT


def is_stuck(value: object) -> ColumnElement[bool]:
    """Whether an open incident holds an element instance up."""
    stuck = exists().where(Incident.element_instance_key == ElementInstance.key, Incident.state == "ACTIVE")
    return stuck if value is True else ~stuck


def of_definition(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of the definition that an instance runs on."""
    return select(column).where(ProcessDefinition.key == ProcessInstance.definition_key).scalar_subquery()


def _visited(value: object) -> ColumnElement[bool]:
    """Somewhere a token is or was: `element_id`, `state`, `has_incident`, all of the same visit."""
    given: Mapping[str, object] = value if isinstance(value, Mapping) else {}
    visit: list[ColumnElement[bool]] = [ElementInstance.instance_key == ProcessInstance.key]
    for name, column in (("element_id", ElementInstance.element_id), ("state", ElementInstance.state)):
        if name in given:
            visit.append(matches(column.expression, name, given[name]))
    if "has_incident" in given:
        visit.append(is_stuck(given["has_incident"]))
    return exists().where(*visit)


def _error_message(value: object) -> ColumnElement[bool]:
    text = matches(Incident.message.expression, "error_message", value)
    return exists().where(Incident.instance_key == ProcessInstance.key, Incident.state == "ACTIVE", text)


def _retries_left(value: object) -> ColumnElement[bool]:
    waits = exists().where(
        Job.instance_key == ProcessInstance.key, Job.state == "CREATED", Job.retries > 0, Job.error_message.is_not(None)
    )
    return waits if value is True else ~waits


def _has_variables(value: object) -> ColumnElement[bool]:
    """Each of a list of variables, by `name` and `value`, in any scope of the instance."""
    wanted = value if isinstance(value, list | tuple) else ()
    return and_(true(), *(_has_variable(one["name"], one["value"]) for one in wanted))


def _has_variable(name: str, value: object) -> ColumnElement[bool]:
    same = (Variable.instance_key == ProcessInstance.key, Variable.name == name)
    return exists().where(*same, is_value(value))


def is_value(given: object) -> ColumnElement[bool]:
    """Whether a variable has a value, which stands as JSON in a text; or fits operators over such texts."""
    operators = given if isinstance(given, Mapping) else {"$eq": given}
    return and_(true(), *(_VALUES[operator](operand) for operator, operand in operators.items()))


def _equals(text: object) -> ColumnElement[bool]:
    try:
        return Variable.value == literal(orjson.loads(str(text)), JSONB)
    except orjson.JSONDecodeError:  # a text that is no JSON is no variable's value
        return false()


def _like(text: object) -> ColumnElement[bool]:
    return matches(cast(Variable.value, String), "value", {"$like": text})


_VALUES: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "$eq": _equals,
    "$neq": lambda text: ~_equals(text),
    "$in": lambda texts: or_(*map(_equals, texts)),
    "$notIn": lambda texts: ~or_(*map(_equals, texts)),
    "$exists": lambda there: true() if there else false(),
    "$like": _like,
}

OF_INSTANCES: Mapping[str, Callable[[object], ColumnElement[bool]]] = {
    "has_incident": _has_incident,
    "visited": _visited,
    "error_message": _error_message,
    "has_retries_left": _retries_left,
    "variables": _has_variables,
    "nothing": lambda _: false(),
}
"""`nothing` stands for what no instance can be, such as the child of another one."""
