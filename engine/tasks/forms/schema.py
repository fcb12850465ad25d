"""The marshmallow schema of a form: what each answer must look like.

Messages are rule codes, so that one finding per field can be made of them in any language. Whether a field is
shown (and so must be answered), and which options it has, depends on other answers and is decided in `answers`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

import re2
from marshmallow import RAISE, Schema, ValidationError, fields

from engine.tasks.forms.model import CHOICES, SEVERAL, Component, Form

EMAIL = re2.compile(r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+$")
PHONE = re2.compile(r"^\+?[0-9(][0-9 ()/.\-]{4,28}[0-9]$")
MOST_CHOICES = 200

Check = Callable[[Any], None]


def schema_of(form: Form) -> Schema:
    """A schema with one field for each component of `form` that takes an answer; other names are refused."""
    made = {key: _field(component) for key, component in form.fields.items() if component.is_input}
    return Schema.from_dict(made, name="Answers")(unknown=RAISE)


def _field(component: Component) -> fields.Field[Any]:
    kinds: dict[str, Callable[[Component], list[Check]]] = {
        "textfield": _text_checks,
        "textarea": _text_checks,
        "number": _number_checks,
        "checkbox": lambda _component: [_boolean],
        "datetime": lambda component: [_moment(component.subtype or "date")],
    }
    checks = kinds.get(component.type, _choice_checks)(component)
    # Raw, and every check of our own: marshmallow's own fields convert ("yes" to true, "12" to 12), and an answer
    # of the wrong type is to be told, not guessed at.
    return fields.Raw(validate=_one_by_one(checks))


def _one_by_one(checks: list[Check]) -> Check:
    """The checks in order; the first that fails speaks, so that each field has one finding."""

    def run(value: Any) -> None:
        for check in checks:
            check(value)

    return run


def _refuse(rule: str) -> None:
    raise ValidationError(rule)


def _text_checks(component: Component) -> list[Check]:
    rules = component.rules
    pattern = None if rules.pattern is None else re2.compile(rules.pattern)
    form = {"email": EMAIL, "phone": PHONE}.get(rules.kind or "")

    def check(value: Any) -> None:
        if len(value) > component.longest:
            _refuse("max-length")
        if rules.min_length is not None and len(value) < rules.min_length:
            _refuse("min-length")
        if pattern is not None and not pattern.search(value):
            _refuse("pattern")
        if form is not None and not form.search(value):
            _refuse(rules.kind or "pattern")

    return [_string, check]


def _string(value: Any) -> None:
    if not isinstance(value, str):
        _refuse("type")
    if "\x00" in value:
        _refuse("null-byte")
    if any("\ud800" <= character <= "\udfff" for character in value):
        _refuse("type")


def _number_checks(component: Component) -> list[Check]:
    rules = component.rules

    def check(value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            _refuse("type")
        if rules.minimum is not None and value < rules.minimum:
            _refuse("min")
        if rules.maximum is not None and value > rules.maximum:
            _refuse("max")
        if abs(value) > 1e15:
            _refuse("max")
        if component.decimals is not None and not math.isclose(value, round(value, component.decimals), abs_tol=1e-9):
            _refuse("decimals")

    return [check]


def _boolean(value: Any) -> None:
    if not isinstance(value, bool):
        _refuse("type")


def _moment(subtype: str) -> Check:
    read: Mapping[str, Callable[[str], object]] = {
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "datetime": datetime.fromisoformat,
    }

    def check(value: Any) -> None:
        _string(value)
        try:
            read[subtype](value)
        except ValueError:
            _refuse("type")

    return check


def _choice_checks(component: Component) -> list[Check]:
    assert component.type in CHOICES  # noqa: S101 - the types are listed once, in `model`
    if component.type not in SEVERAL:
        return [_string]

    def check(value: Any) -> None:
        if not isinstance(value, list) or len(value) > MOST_CHOICES:
            _refuse("type")
        for item in value:
            _string(item)
        if len(set(value)) < len(value):
            _refuse("options")

    return [check]
