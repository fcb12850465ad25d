"""Where a thing comes from, as Camunda 8 tells it: its definition's name and version, and the topmost instance.

A called process runs inside its caller's instance here, so that every instance is its own root.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from marshmallow import fields

from engine.types import SYSTEM
from webapi.context import engine

_KNOWN = "process-definitions"


def root() -> fields.Field[Any]:
    """The key of the topmost instance: the thing's own."""
    return fields.Function(
        lambda one: None if one.process_instance_key is None else str(one.process_instance_key),
        metadata={"type": ["string", "null"]},
    )


def of_definition(name: str) -> fields.Field[Any]:
    """What the definition of the thing says under `name`. A version never changes, so that it is read once."""
    return fields.Function(lambda one: getattr(_definition(one.process_definition_key), name))


def _definition(key: int) -> Any:
    known: dict[int, Any] = current_app.extensions.setdefault(_KNOWN, {})
    if key not in known:
        known[key] = engine().deployments.process(SYSTEM, key)
    return known[key]
