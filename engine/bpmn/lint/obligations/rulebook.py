"""Rules about the course of a process, written as data: who they apply to, which elements, what has to hold."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from lxml import etree

from engine.bpmn.dialect.document import definitions, extension, kind_of, local
from engine.errors import ConfigurationInvalid, Severity

Kind: TypeAlias = Literal["before", "deadline", "exists", "separate"]
_SELECTORS = frozenset(
    {"id", "kind", "job", "form", "trigger", "top", "headers", "not_headers", "without_headers", "properties"}
)
_KEYS = frozenset({"clause", "kind", "of", "first", "from", "message", "cure", "severity", "aside"})


@dataclass(frozen=True, kw_only=True)
class Selector:
    """Chooses elements: every condition that is given has to hold, each by one of its values."""

    said: Mapping[str, object]

    def chooses(self, element: etree._Element) -> bool:
        """Whether an element is meant."""
        return all(_holds(element, name, wanted) for name, wanted in self.said.items())


@dataclass(frozen=True, kw_only=True)
class Obligation:
    """One rule. `id` is that of the book and of the rule; `of`, `first` and `apart` choose elements.

    `aside`: what non-interrupting events begin beside the case counts as well.
    """

    id: str
    clause: str
    kind: Kind
    of: tuple[Selector, ...]
    message: str
    cure: str
    first: tuple[Selector, ...] = ()
    apart: tuple[Selector, ...] = ()
    severity: Severity = "error"
    aside: bool = True


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Obligations of the processes that carry the properties in `applies_to`."""

    id: str
    title: str
    applies_to: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Obligation, ...] = ()

    def applies(self, process: etree._Element) -> bool:
        """Whether a process is tagged so that these rules hold for it."""
        said = properties(process)
        return bool(self.applies_to) and all(said.get(name) == value for name, value in self.applies_to.items())


def load_rulebook(name: str, text: str) -> Rulebook:
    """A rule book from TOML; `name` stands in front of its rules' ids. Raises `ConfigurationInvalid`."""
    try:
        data = tomllib.loads(text)
        rules = tuple(_rule(name, key, rule) for key, rule in data.get("rules", {}).items())
        tag = {str(key): str(value) for key, value in data["applies_to"].items()}
        return Rulebook(id=name, title=str(data["title"]), applies_to=tag, rules=rules)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationInvalid(f"The rules in lint/{name}.toml cannot be read: {error}") from error


def _rule(book: str, key: str, rule: Mapping[str, object]) -> Obligation:
    unknown = set(rule) - _KEYS
    kind, severity = rule["kind"], rule.get("severity", "error")
    if unknown or kind not in get_args(Kind) or severity not in get_args(Severity):
        raise ValueError(f"rule {key}: {sorted(unknown) or [kind, severity]} is not known")
    if kind == "before" and not rule.get("first"):
        raise ValueError(f"rule {key}: nothing says what has to come first")
    return Obligation(
        id=f"{book}-{key}",
        clause=str(rule.get("clause", "")),
        kind=kind,  # type: ignore[arg-type]  # looked at above
        of=_selectors(key, rule["of"]),
        message=str(rule["message"]),
        cure=str(rule["cure"]),
        first=_selectors(key, rule.get("first", [])),
        apart=_selectors(key, rule.get("from", [])),
        aside=bool(rule.get("aside", True)),
        severity=severity,  # type: ignore[arg-type]  # looked at above
    )


def _selectors(key: str, said: object) -> tuple[Selector, ...]:
    if not isinstance(said, list) or not all(isinstance(one, dict) and one for one in said):
        raise ValueError(f"rule {key}: elements are chosen by a list of tables")
    for one in said:
        if set(one) - _SELECTORS:
            raise ValueError(f"rule {key}: elements cannot be chosen by {sorted(set(one) - _SELECTORS)}")
    return tuple(Selector(said=one) for one in said)


def chosen(selectors: Iterable[Selector], element: etree._Element) -> bool:
    """Whether one of the selectors means an element."""
    return any(selector.chooses(element) for selector in selectors)


def properties(element: etree._Element) -> dict[str, str]:
    """The `zeebe:property` pairs of an element."""
    return _pairs(element, "properties", ("name", "value"))


def _pairs(element: etree._Element, name: str, keys: tuple[str, str]) -> dict[str, str]:
    found = extension(element, name)
    return {} if found is None else {one.get(keys[0], ""): one.get(keys[1], "") for one in found}


def _holds(element: etree._Element, name: str, wanted: object) -> bool:
    headers = _pairs(element, "taskHeaders", ("key", "value"))
    if name == "top":
        parent = element.getparent()
        return (parent is not None and local(parent) == "process") is wanted
    if name == "without_headers":
        return not _texts(wanted) & set(headers)
    if isinstance(wanted, Mapping):
        pairs = properties(element) if name == "properties" else headers
        matches = (pairs.get(key) in _texts(values) for key, values in wanted.items())
        return not any(matches) if name == "not_headers" else all(matches)
    return bool(_said(element, name) & _texts(wanted))


def _said(element: etree._Element, name: str) -> set[str]:
    """What an element says of itself under the name of a condition."""
    if name == "trigger":
        return {kind_of(definition) for definition in definitions(element)}
    if name in ("job", "form"):
        tag, attribute = {"job": ("taskDefinition", "type"), "form": ("formDefinition", "formId")}[name]
        places = [extension(place, tag) for place in (element, *definitions(element))]
        return {place.get(attribute, "") for place in places if place is not None}
    return {element.get("id", "") if name == "id" else local(element)}


def _texts(wanted: object) -> set[str]:
    return {str(one) for one in wanted} if isinstance(wanted, list) else {str(wanted)}


def due_date(element: etree._Element) -> bool:
    """Whether a task has a due date."""
    said = extension(element, "taskSchedule")
    return said is not None and bool(said.get("dueDate"))
