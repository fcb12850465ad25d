"""Reads a form-js schema, or says everything that is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson
import re2

from engine.errors import DeploymentRefused, Finding
from engine.feel import STANDARD, Functions, check
from engine.tasks.forms.model import CHOICES, INPUTS, STATIC, Component, Expression, Form, Option, Rules

LARGEST = 500_000
"""Bytes that a form may have."""
DEEPEST = 10
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FORM_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
SUBTYPES = ("date", "time", "datetime")


def load_form(resource_name: str, content: bytes, functions: Functions = STANDARD) -> Form:
    """The form in `content` (form-js JSON, UTF-8), whose expressions may call `functions`.

    Raises DeploymentRefused with every finding.
    """
    return _Reader(resource_name, functions).read(content)


class _Reader:
    """One reading of one file; collects findings instead of stopping at the first."""

    def __init__(self, resource_name: str, functions: Functions) -> None:
        self._file, self._functions = resource_name, functions
        self._findings: list[Finding] = []
        self._keys: set[str] = set()
        self._ids: set[str] = set()
        self._text = ""
        self._read_to: dict[str, int] = {}
        self._expressions: list[Expression] = []

    def read(self, content: bytes) -> Form:
        data = self._json(content)
        self._text = content.decode("utf-8", "replace")
        form_id = data.get("id")
        if not isinstance(form_id, str) or not FORM_ID.fullmatch(form_id):
            self._wrong("form-id", "The form has no usable id.", cure="Give it an id of letters, digits and dashes.")
        components = self._components(data.get("components"), depth=1)
        if self._findings:
            raise DeploymentRefused(findings=self._findings)
        return Form(
            form_id=str(form_id),
            components=components,
            schema=data,
            translations=_translations(data.get("translations")),
            expressions=tuple(self._expressions),
        )

    def _json(self, content: bytes) -> dict[str, Any]:
        problem = "The file is larger than a form may be." if len(content) > LARGEST else None
        try:
            data = None if problem else orjson.loads(content)
        except orjson.JSONDecodeError as error:
            problem = f"The file is no JSON: {error}."
            self._wrong("json", problem, line=error.lineno, column=error.colno)
            raise DeploymentRefused(findings=self._findings) from error
        if not isinstance(data, dict):
            self._wrong("json", problem or "The file holds no form: a JSON object is needed.")
            raise DeploymentRefused(findings=self._findings)
        return data

    def _components(self, raw: object, depth: int) -> tuple[Component, ...]:
        if not isinstance(raw, list) or (depth == 1 and not raw):
            self._wrong("components", "The form has no list of components.")
            return ()
        if depth > DEEPEST:
            self._wrong("components", f"Groups are nested more than {DEEPEST} deep.")
            return ()
        return tuple(component for item in raw if (component := self._component(item, depth)) is not None)

    def _component(self, raw: object, depth: int) -> Component | None:
        if not isinstance(raw, dict):
            self._wrong("component", "A component must be a JSON object.")
            return None
        kind, where = raw.get("type"), str(raw.get("key") or raw.get("id") or "")
        if kind not in INPUTS | STATIC:
            self._wrong(
                "component-type",
                f"Components of the type {kind!r} are not supported.",
                where,
                cure=f"Use one of {', '.join(sorted(INPUTS | STATIC))}.",
            )
            return None
        properties = raw.get("properties") or {}
        component = Component(
            type=str(kind),
            id=self._id(raw),
            key=self._key(raw, where) if kind in INPUTS else None,
            label=_text(raw.get("label")),
            description=_text(raw.get("description")),
            text=_text(raw.get("text")),
            rules=self._rules(raw.get("validate") or {}, where),
            default=raw.get("defaultValue"),
            read_only=raw.get("disabled") is True or raw.get("readonly") is True,
            hide=self._hide(raw.get("conditional") or {}, where),
            options=self._options(raw.get("values"), where),
            options_from=self._expression(raw.get("valuesExpression"), where, "valuesExpression"),
            subtype=self._subtype(raw, where),
            decimals=_count(raw.get("decimalDigits")),
            register=_text(properties.get("register")) if isinstance(properties, dict) else None,
            components=self._components(raw.get("components") or [], depth + 1) if kind == "group" else (),
            properties={str(k): str(v) for k, v in properties.items()} if isinstance(properties, dict) else {},
        )
        self._check(component, raw, where)
        return component

    def _check(self, component: Component, raw: Mapping[str, Any], where: str) -> None:
        if component.type in CHOICES and not component.options and component.options_from is None:
            self._wrong("options", "There is nothing to choose from.", where, cure="Give values or a valuesExpression.")
        if component.type in INPUTS and not component.label:
            self._wrong("label", "The field has no label, so nobody can tell what to enter.", where)
        if component.type == "group" and raw.get("path"):
            self._wrong("path", "Groups with a path are not supported.", where, cure="Remove the group's path.")

    def _id(self, raw: Mapping[str, Any]) -> str:
        """The component's id, else its key, else its number: one that no other component has."""
        wanted = str(raw.get("id") or raw.get("key") or "component")
        unique = wanted if wanted not in self._ids else f"{wanted}-{len(self._ids)}"
        self._ids.add(unique)
        return unique

    def _key(self, raw: Mapping[str, Any], where: str) -> str | None:
        key = raw.get("key")
        if not isinstance(key, str) or not NAME.fullmatch(key):
            self._wrong(
                "key", f"{key!r} is no usable key.", where, cure="Use letters, digits and _, beginning with a letter."
            )
            return None
        if key in self._keys:
            self._wrong("key", f"The key {key!r} is used twice.", where)
        self._keys.add(key)
        return key

    def _rules(self, raw: object, where: str) -> Rules:
        if not isinstance(raw, dict):
            self._wrong("validate", "`validate` must be an object.", where)
            return Rules()
        kind = raw.get("validationType")
        computed = {
            rule: text
            for name, rule in _LIMITS.items()
            if _is_computed(raw.get(name)) and (text := self._expression(raw.get(name), where, name)) is not None
        }
        fixed = {name: value for name, value in raw.items() if not _is_computed(value)}
        return Rules(
            computed=computed,
            required=raw.get("required") is True,
            minimum=self._number(fixed.get("min"), where, "min"),
            maximum=self._number(fixed.get("max"), where, "max"),
            min_length=self._length(fixed.get("minLength"), where, "minLength"),
            max_length=self._length(fixed.get("maxLength"), where, "maxLength"),
            pattern=self._pattern(raw.get("pattern"), where),
            kind=kind if kind in {"email", "phone"} else None,
        )

    def _number(self, value: object, where: str, name: str) -> float | None:
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong("validate", f"`{name}` must be a number, not {value!r}.", where)
            return None
        return value

    def _length(self, value: object, where: str, name: str) -> int | None:
        number = self._number(value, where, name)
        if number is not None and (number < 0 or number != int(number)):
            self._wrong("validate", f"`{name}` must be a whole number from 0 on.", where)
            return None
        return None if number is None else int(number)

    def _pattern(self, value: object, where: str) -> str | None:
        if value is None or value == "":
            return None
        try:
            # RE2 runs in linear time: a form cannot stall the service with a pattern that backtracks.
            re2.compile(str(value))
        except re2.error as error:
            self._wrong("pattern", f"The pattern {value!r} cannot be used: {_reason(error)}.", where)
            return None
        return str(value)

    def _hide(self, raw: object, where: str) -> str | None:
        condition = raw.get("hide") if isinstance(raw, dict) else None
        return self._expression(condition, where, "conditional.hide")

    def _expression(self, value: object, where: str, name: str) -> str | None:
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not value.startswith("="):
            self._wrong("expression", f"`{name}` must be an expression that begins with =.", where)
            return None
        line, column = self._place(value)
        self._expressions.append(Expression(where=where or None, text=value[1:], line=line, column=column))
        for found in check(value[1:], None, functions=self._functions):
            if found.severity == "error":
                before = json.dumps(value[1 : found.column], ensure_ascii=False)
                at = None if column is None or found.line != 1 else column + len(before) - 2
                self._wrong("expression", f"`{name}`: {found.message}", where, cure=found.cure, line=line, column=at)
        return value[1:]

    def _place(self, value: str) -> tuple[int | None, int | None]:
        """Where an expression stands in the file, behind its `=`: the next place that has this text."""
        written = json.dumps(value, ensure_ascii=False)
        start = self._text.find(written, self._read_to.get(written, 0))
        if start < 0:
            return None, None
        self._read_to[written] = start + 1
        line_start = self._text.rfind("\n", 0, start) + 1
        return self._text.count("\n", 0, start) + 1, start - line_start + 3

    def _options(self, raw: object, where: str) -> tuple[Option, ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list) or not all(isinstance(item, dict) and item.get("value") for item in raw):
            self._wrong("options", "`values` must be a list of objects with value and label.", where)
            return ()
        options = tuple(Option(value=str(i["value"]), label=str(i.get("label") or i["value"])) for i in raw)
        if len({option.value for option in options}) < len(options):
            self._wrong("options", "Two options have the same value.", where)
        return options

    def _subtype(self, raw: Mapping[str, Any], where: str) -> str | None:
        if raw.get("type") != "datetime":
            return None
        subtype = raw.get("subtype", "date")
        if subtype not in SUBTYPES:
            self._wrong("subtype", f"A datetime cannot be {subtype!r}.", where, cure=f"Use {', '.join(SUBTYPES)}.")
        return str(subtype)

    def _wrong(self, rule: str, message: str, where: str | None = None, **more: Any) -> None:
        self._findings.append(
            Finding(rule=f"form-{rule}", message=message, file=self._file, element_id=where or None, **more)
        )


def _reason(error: BaseException) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode() if isinstance(reason, bytes) else str(reason)


_LIMITS = {
    "required": "required",
    "min": "minimum",
    "max": "maximum",
    "minLength": "min_length",
    "maxLength": "max_length",
}
"""Limits that may be FEEL, as they are called in form-js and here."""


def _is_computed(value: object) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _translations(raw: object) -> dict[str, dict[str, str]]:
    if not isinstance(raw, dict):
        return {}
    return {
        str(language): {str(key): str(text) for key, text in texts.items()}
        for language, texts in raw.items()
        if isinstance(texts, dict)
    }
