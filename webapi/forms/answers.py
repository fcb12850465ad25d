"""From a posted form to the JSON values that its schema asks for.

Nothing is judged here: an answer that is no number stays the text that was typed, and the engine refuses it with a
finding. It also decides which fields are shown and drops the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from babel.numbers import NumberFormatError, parse_decimal
from werkzeug.datastructures import MultiDict

from engine.tasks.forms.model import Component, FormView, Shown
from engine.types import Json
from webapi.forms.model import MANY

Posted = MultiDict[str, str]


def read(view: FormView, posted: Posted) -> dict[str, Json]:
    """The answers in `posted` by key. An empty answer is null; `view.language` tells what a comma in a number means."""
    return {str(c.key): _value(c, posted, view.language) for c in _inputs(view.components) if _was_drawn(c, posted)}


def _inputs(components: Iterable[Shown]) -> Iterator[Component]:
    for shown in components:
        if shown.component.is_input:
            yield shown.component
        yield from _inputs(shown.components)


def _was_drawn(component: Component, posted: Posted) -> bool:
    """A browser says nothing about boxes that are not ticked: for them, silence is an answer."""
    key = str(component.key)
    silent = component.type == "checkbox" or component.type in MANY or component.type == "radio"
    return silent or key in posted or f"{key}-date" in posted


def _value(component: Component, posted: Posted, locale: str) -> Json:
    key = str(component.key)
    if component.type == "checkbox":
        return key in posted
    if component.type in MANY:
        return [value for value in posted.getlist(key) if value] or None
    if component.subtype == "datetime":
        parts = posted.get(f"{key}-date", ""), posted.get(f"{key}-time", "")
        return "T".join(filter(None, parts)) or None
    text = posted.get(key, "").replace("\r\n", "\n").strip()
    if not text:
        return None
    return _number(text, locale) if component.type == "number" else text


def _number(text: str, locale: str) -> Json:
    value = _decimal(text.replace(" ", ""), locale)
    if value is None or not value.is_finite():
        return text
    return int(value) if value == value.to_integral_value() else float(value)


def _decimal(text: str, locale: str) -> Decimal | None:
    for where in (locale, "en"):
        try:
            return parse_decimal(text, locale=where, strict=True)
        except (NumberFormatError, ValueError):
            continue
    return None
