"""A form as the engine knows it: the typed reading of a form-js schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.types import Json

INPUTS = frozenset(
    {"textfield", "textarea", "number", "checkbox", "checklist", "taglist", "radio", "select", "datetime"}
)
"""Component types that take an answer."""

CHOICES = frozenset({"select", "radio", "checklist", "taglist"})
SEVERAL = frozenset({"checklist", "taglist"})
STATIC = frozenset({"text", "group", "spacer", "separator", "button"})
"""Component types that show or arrange. `group` holds others."""

LONGEST = {"textfield": 1_000, "textarea": 20_000}
"""Characters that a text may have where the form names no limit."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing to choose: the value that is kept, and the label that is read."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What form-js calls `validate`."""

    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    """A regular expression in RE2's syntax, matched anywhere in the text."""
    kind: str | None = None
    """`email` or `phone`, form-js' `validationType`."""
    computed: Mapping[str, str] = field(default_factory=dict)
    """FEEL of limits that depend on other answers, by name: minimum, maximum, min_length, max_length, required."""


@dataclass(frozen=True, kw_only=True)
class Component:
    """One component of a form. `key` names the answer and is None for what only shows.

    `hide` is the FEEL condition under which it is not shown; `options_from` the FEEL expression that gives its
    options. `register` is the field of the case to which the answer belongs instead of a process variable: personal
    data and free text never become variables.
    """

    type: str
    id: str
    key: str | None = None
    label: str | None = None
    description: str | None = None
    text: str | None = None
    rules: Rules = field(default_factory=Rules)
    default: Json = None
    read_only: bool = False
    hide: str | None = None
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    subtype: str | None = None
    """Of a datetime: `date`, `time` or `datetime`."""
    decimals: int | None = None
    register: str | None = None
    components: tuple[Component, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_input(self) -> bool:
        """Whether an answer is taken from whoever fills in the form."""
        return self.key is not None and self.type in INPUTS and not self.read_only

    @property
    def longest(self) -> int:
        """The most characters that a text may have."""
        return self.rules.max_length or LONGEST.get(self.type, 1_000)


@dataclass(frozen=True, kw_only=True)
class Expression:
    """FEEL in a form, without its `=`: the field that has it, and line and column of its first character in the file,
    which are None where the text stands there with escapes.
    """

    where: str | None
    text: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form that was read and found right. Immutable, shared by threads."""

    form_id: str
    components: tuple[Component, ...]
    schema: Mapping[str, Any]
    """The form-js JSON as it was deployed."""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Texts by language that came inside the form, see `engine.tasks.forms.translations`."""
    expressions: tuple[Expression, ...] = ()

    def walk(self) -> Iterator[Component]:
        """All components in reading order, a group before what it holds."""
        return walk(self.components)

    @property
    def fields(self) -> Mapping[str, Component]:
        """The components that have a key, by key."""
        return {component.key: component for component in self.walk() if component.key is not None}


def walk(components: tuple[Component, ...]) -> Iterator[Component]:
    """`components` and what they hold, in reading order."""
    for component in components:
        yield component
        yield from walk(component.components)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A component as one reader sees it: texts in the reader's language, options looked up, the answer so far."""

    component: Component
    hidden: bool = False
    options: tuple[Option, ...] = ()
    value: Json = None
    components: tuple[Shown, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FormView:
    """A form as one reader sees it.

    `schema` is form-js JSON with texts in `language` and the options filled in, for clients that render themselves;
    `components` is the same, typed, for pages that are rendered here. `values` are the answers so far by key.
    `title` is None where the form has none.
    """

    form_id: str
    form_key: int | None
    version: int | None
    language: str
    title: str | None
    schema: Mapping[str, Any]
    components: tuple[Shown, ...]
    values: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Answers that were found right: what becomes process variables, and what belongs to the case."""

    variables: Mapping[str, Json]
    register: Mapping[str, Json]
