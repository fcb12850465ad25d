"""The process variables that a task sees, read from their searchable copy: looking at a form locks nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from engine.store.process_instance import ElementInstance, Variable
from engine.types import Json, Key

CALL = "CALL_ACTIVITY"


def visible_variables(session: Session, element_instance_key: Key, instance_key: Key) -> dict[str, Json]:
    """Variables by name as seen from an element instance, innermost scope first.

    A called process sees its own variables and none of its caller's.
    """
    first = select(
        ElementInstance.key, ElementInstance.scope_key, ElementInstance.element_type, literal(0).label("depth")
    ).where(ElementInstance.key == element_instance_key)
    inner = first.cte("scopes", recursive=True)
    outer = select(
        ElementInstance.key, ElementInstance.scope_key, ElementInstance.element_type, inner.c.depth + 1
    ).join(inner, ElementInstance.key == inner.c.scope_key)
    scopes = inner.union_all(outer.where(inner.c.element_type != CALL))
    rows = session.execute(select(scopes.c.key, scopes.c.element_type, scopes.c.depth)).all()
    depths: dict[int, Any] = {row.key: row.depth for row in rows}
    if not any(row.element_type == CALL for row in rows):
        depths[instance_key] = len(depths)
    found = session.execute(
        select(Variable.scope_key, Variable.name, Variable.value).where(Variable.scope_key.in_(depths))
    ).all()
    ordered = sorted(found, key=lambda row: -depths[row.scope_key])
    return {row.name: row.value for row in ordered}
