"""A YAML file as a tree that knows its lines.

Read from the parser's events, not with PyYAML's loaders, and only what the core schema of YAML 1.2 says: `yes` and
`no` are texts, as forms mean them, dates are texts, and true, false, null and numbers are what they look like. What a
hostile file could use is refused: aliases, anchors, tags, several documents, depth and size beyond reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NoReturn

import yaml

from engine.errors import Finding
from engine.trials.errors import ProcessTestsInvalid
from engine.types import Json

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: Mapping[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One value with the line (from 1) that it begins at: a scalar, a list or a mapping with texts as keys."""

    line: int
    scalar: Json = None
    items: Sequence[Node] | None = None
    entries: Mapping[str, Node] | None = None
    key_lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What it is, in words."""
        if self.entries is not None:
            return "a mapping"
        if self.items is not None:
            return "a list"
        return "nothing" if self.scalar is None else repr(self.scalar)

    def plain(self) -> Json:
        """The value without its lines."""
        if self.entries is not None:
            return {name: node.plain() for name, node in self.entries.items()}
        return self.scalar if self.items is None else [node.plain() for node in self.items]


def read_yaml(name: str, content: bytes) -> Node:
    """The one document in a file. Raises `ProcessTestsInvalid`, with file and line."""
    if len(content) > MAX_BYTES:
        raise _invalid(name, 1, f"The file is larger than {MAX_BYTES} bytes.", "Divide it.")
    try:
        return _Reader(name, content).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = 1 if mark is None else min(mark.line + 1, len(content.splitlines()))
        raise _invalid(name, max(line, 1), f"This is no YAML: {why}.") from error


class _Reader:
    def __init__(self, name: str, content: bytes) -> None:
        self._name = name
        self._events: Iterator[Any] = yaml.parse(content, Loader=_LOADER)

    def document(self) -> Node:
        found: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    self._refuse(event, "There is a second document in the file.", "Put it into a file of its own.")
                found = self._node(next(self._events), 0)
        if found is None:
            raise _invalid(self._name, 1, "The file is empty.", "Begin with `scenarios:`.")
        return found

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, "Anchors and aliases are not read here.", "Write the value out, or use `answers`.")
        if event.tag is not None:
            self._refuse(event, f"The tag {event.tag} is not read here.", "Leave it out.")
        if depth > MAX_DEPTH:
            self._refuse(event, f"This is nested deeper than {MAX_DEPTH} levels.", "Make it flatter.")
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            return Node(line=line, scalar=_scalar(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(line=line, items=tuple(self._items(depth)))
        return self._mapping(line, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, line: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "A name is expected before the colon.", "Write a text.")
            name = event.value
            if name in entries:
                self._refuse(event, f"{name!r} stands here twice; first in line {lines[name]}.", "Keep one of them.")
            lines[name] = key.line
            entries[name] = self._node(next(self._events), depth + 1)
        return Node(line=line, entries=entries, key_lines=lines)

    def _refuse(self, event: Any, message: str, cure: str) -> NoReturn:
        raise _invalid(self._name, event.start_mark.line + 1, message, cure)


def _scalar(event: Any) -> Json:
    text: str = event.value
    if event.style:  # quoted, or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return number if _NUMBER.fullmatch(text) and isfinite(number := float(text)) else text


def _invalid(name: str, line: int, message: str, cure: str | None = None) -> ProcessTestsInvalid:
    return ProcessTestsInvalid(findings=[Finding(rule="tests-yaml", message=message, cure=cure, file=name, line=line)])
