"""From the engine's view of a form to what the templates draw: fields with values, errors and places in the row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from markupsafe import Markup

from engine.tasks.forms.model import CHOICES, FormView, Shown
from engine.types import Json
from webapi.pages.text import markdown

Raw: TypeAlias = Mapping[str, Any]

COLUMNS = 16
"""form-js divides a row into sixteen columns."""

MANY = frozenset({"checklist", "taglist"})
INPUTS = frozenset({"textfield", "textarea", "number", "datetime", "checkbox"}) | frozenset(CHOICES)
LIST_FROM = 12
"""From so many choices on, several are chosen in a list box instead of open boxes."""


@dataclass(frozen=True, kw_only=True)
class Error:
    """One thing that is wrong with the answer to `key`; `text` is in the reader's language."""

    key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of the values that a field offers."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Field:
    """One component as it is drawn; `name` is the key of its answer, `control` the template's word for its kind."""

    control: str
    name: str = ""
    label: str = ""
    hint: str = ""
    required: bool = False
    readonly: bool = False
    steers: bool = False
    value: str = ""
    date: str = ""
    time: str = ""
    choices: tuple[Choice, ...] = ()
    errors: tuple[str, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    text: Markup | str = ""
    columns: int = COLUMNS
    fields: tuple[Field, ...] = ()

    @property
    def id(self) -> str:
        """The element's id on the page."""
        return f"f-{self.name}"

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader reads beside the label."""
        parts = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*parts, *([f"{self.id}-error"] if self.errors else [])])

    @property
    def first_id(self) -> str:
        """The id of the control that a link in the error summary leads to."""
        if self.control in {"radio", "checklist"}:
            return f"{self.id}-0"
        return f"{self.id}-date" if self.control == "datetime" else self.id


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form as it is drawn."""

    fields: tuple[Field, ...]
    title: str = ""
    errors: tuple[Error, ...] = ()

    def all_fields(self) -> tuple[Field, ...]:
        """Every field, also those in groups, in reading order."""
        return tuple(_flat(self.fields))

    def summary(self) -> tuple[tuple[str, str], ...]:
        """(id of the control, sentence) for the error summary, in reading order; what fits no field comes last."""
        found = [(f.first_id, f"{f.label}: {text}") for f in self.all_fields() for text in f.errors]
        known = {f.name for f in self.all_fields()}
        return (*found, *(("content", e.text) for e in self.errors if e.key not in known))


def _flat(fields: Iterable[Field]) -> Iterable[Field]:
    for one in fields:
        yield one
        yield from _flat(one.fields)


def build(view: FormView, errors: Iterable[Error] = ()) -> Form:
    """The form of `view` as it is drawn, with `errors` beside their fields; what is hidden is left out."""
    errors = tuple(errors)
    raw: Sequence[Raw] = view.schema.get("components") or ()
    building = _Building(errors=errors, steering=_steering(view.components))
    return Form(fields=building.rows(view.components, raw), title=view.title or "", errors=errors)


def _steering(components: Iterable[Shown]) -> frozenset[str]:
    """Names that occur in a condition of some component: a change of their value may show or hide fields."""
    return frozenset(name for text in _conditions(components) for name in re.findall(r"[A-Za-z_]\w*", text))


def _conditions(components: Iterable[Shown]) -> Iterable[str]:
    for shown in components:
        yield shown.component.hide or ""
        yield from _conditions(shown.components)


@dataclass(frozen=True, kw_only=True)
class _Building:
    errors: tuple[Error, ...]
    steering: frozenset[str]

    def rows(self, components: Sequence[Shown], raw: Sequence[Raw]) -> tuple[Field, ...]:
        visible = [(one, other) for one, other in zip(components, raw, strict=True) if not one.hidden]
        layouts = [other.get("layout") or {} for _, other in visible]
        return tuple(
            self.field(one, other, _columns(other.get("layout") or {}, layouts))
            for one, other in visible
            if one.component.type != "button"
        )

    def field(self, shown: Shown, raw: Raw, columns: int) -> Field:
        component = shown.component
        if component.type in INPUTS and component.key:
            return self.input(shown, raw, columns)
        if shown.components:
            inner = self.rows(shown.components, raw.get("components") or ())
            return Field(control="group", label=component.label or "", fields=inner, columns=columns)
        return _static(shown, raw, columns)

    def input(self, shown: Shown, raw: Raw, columns: int) -> Field:
        component, appearance = shown.component, raw.get("appearance") or {}
        name, value = str(component.key), shown.value
        day, _, hour = written(value).partition("T")
        return Field(
            control=_control(shown),
            name=name,
            label=component.label or str(raw.get("dateLabel") or raw.get("timeLabel") or name),
            hint=component.description or "",
            required=component.rules.required,
            readonly=component.read_only,
            steers=name in self.steering,
            value=written(value),
            date=day,
            time=hour[:5],
            choices=_choices(shown),
            errors=tuple(e.text for e in self.errors if e.key == name),
            attributes=_attributes(shown),
            before=str(appearance.get("prefixAdorner") or ""),
            after=str(appearance.get("suffixAdorner") or ""),
            columns=columns,
        )


def written(value: Json) -> str:
    """A value as it stands in a text control; an unticked box, nothing and lists are empty."""
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None or isinstance(value, Mapping | list | tuple) else str(value)


def _choices(shown: Shown) -> tuple[Choice, ...]:
    chosen = shown.value if isinstance(shown.value, list | tuple) else [shown.value]
    return tuple(Choice(value=o.value, label=o.label, chosen=o.value in chosen) for o in shown.options)


def _control(shown: Shown) -> str:
    kind = shown.component.type
    if kind == "datetime":
        return shown.component.subtype or "date"
    if kind == "taglist":
        return "checklist" if len(shown.options) < LIST_FROM else "many"
    return kind


def _attributes(shown: Shown) -> dict[str, object]:
    """HTML attributes that help while typing; what is right is decided by the engine alone."""
    component = shown.component
    found: dict[str, object] = {
        "maxlength": component.rules.max_length if component.type in {"textfield", "textarea"} else None,
        "autocomplete": component.properties.get("autocomplete"),
        "inputmode": {"email": "email", "phone": "tel"}.get(component.rules.kind or ""),
    }
    return {name: value for name, value in found.items() if value}


def _columns(layout: Raw, beside: Sequence[Raw]) -> int:
    if isinstance(layout.get("columns"), int):
        return min(max(int(layout["columns"]), 2), COLUMNS)
    row = layout.get("row")
    count = sum(1 for other in beside if row and other.get("row") == row)
    return COLUMNS // max(count, 1)


def _static(shown: Shown, raw: Raw, columns: int) -> Field:
    component, kind = shown.component, shown.component.type
    if kind in {"text", "html"}:  # markup of others has no place on our pages: only its words are shown
        text = component.text or re.sub(r"<[^>]*>", " ", str(raw.get("content") or ""))
        return Field(control="text", text=markdown(text), columns=columns)
    if kind == "image":
        source = str(raw.get("source") or "")
        safe = source.startswith(("/", "data:image/")) and not source.startswith("//")
        return Field(control="image" if safe else "nothing", value=source, label=str(raw.get("alt") or ""))
    return Field(control=kind if kind in {"separator", "spacer"} else "nothing", columns=columns)
