"""A form for one reader: texts in the language asked for, options looked up, the answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.tasks.forms.answers import Context, Now, hidden_fields, limits_of, options_of
from engine.tasks.forms.model import CHOICES, Component, Form, Option, Shown
from engine.tasks.forms.translations import Texts, localise
from engine.types import Json

TEXTS = ("label", "description", "text")


def values_of(form: Form, context: Context, answers: Mapping[str, Json], notes: Mapping[str, Json]) -> dict[str, Json]:
    """The value of every field: the new answer, else the note of the case, else the variable, else the default."""
    values: dict[str, Json] = {}
    for key, component in form.fields.items():
        if key in answers:
            values[key] = answers[key]
        elif component.register is not None:
            values[key] = notes.get(component.register, component.default)
        else:
            known: Any = context.get(key)
            values[key] = component.default if known is None else known
    return values


def show(form: Form, texts: Texts, context: Context, values: Mapping[str, Json], now: Now) -> tuple[Shown, ...]:
    """The components of `form` as they are to be drawn."""
    hidden = hidden_fields(form, context, values, now)
    seen = {**context, **values}

    def one(component: Component) -> Shown:
        local = replace(localise(component, texts), rules=limits_of(component, seen, now))
        return Shown(
            component=local,
            hidden=component.id in hidden,
            options=options_of(local, context, now) if component.type in CHOICES else (),
            value=values.get(component.key) if component.key else None,
            components=tuple(one(inner) for inner in component.components),
        )

    return tuple(one(component) for component in form.components)


def resolved_schema(form: Form, shown: tuple[Shown, ...], texts: Texts) -> dict[str, Any]:
    """The form-js JSON of `form` with the texts and options of `shown`, so that any form-js client can draw it."""
    schema = {name: value for name, value in form.schema.items() if name != "translations"}
    if "title" in texts:
        schema["title"] = texts["title"]
    schema["components"] = _resolve(form.schema["components"], shown)
    return schema


def _resolve(raw: list[dict[str, Any]], shown: tuple[Shown, ...]) -> list[dict[str, Any]]:
    return [_resolve_one(item, one) for item, one in zip(raw, shown, strict=True)]


def _resolve_one(raw: dict[str, Any], shown: Shown) -> dict[str, Any]:
    component = shown.component
    resolved = {name: value for name, value in raw.items() if name != "valuesExpression"}
    resolved.update({name: getattr(component, name) for name in TEXTS if name in raw})
    if component.type in CHOICES:
        resolved["values"] = [_as_json(option) for option in shown.options]
    if "components" in raw:
        resolved["components"] = _resolve(raw["components"], shown.components)
    return resolved


def _as_json(option: Option) -> dict[str, str]:
    return {"value": option.value, "label": option.label}
