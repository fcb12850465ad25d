"""Taking typed values out of a tree, collecting what is wrong: one finding for each wrong place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import TypeVar

from engine.bpmn.timers import parse_duration
from engine.errors import Finding
from engine.trials.document import Node
from engine.types import Json

T = TypeVar("T")
NOTHING = Node(line=0)


@dataclass(kw_only=True)
class Findings:
    """What is wrong in one file."""

    file: str
    found: list[Finding] = field(default_factory=list)

    def add(self, rule: str, line: int, message: str, cure: str | None = None, element_id: str | None = None) -> None:
        """One more."""
        self.found.append(
            Finding(rule=rule, message=message, cure=cure, file=self.file, line=line, element_id=element_id)
        )

    def wrong(self, node: Node, what: str, wanted: str) -> None:
        """`what` is something else than it has to be."""
        self.add("tests-value", node.line, f"{what} is {node.kind}, and {wanted} is wanted.")


def entries(node: Node, what: str, found: Findings, known: Collection[str] | None = None) -> Mapping[str, Node]:
    """A mapping; with `known` none but these keys."""
    if node.entries is None:
        if node.items is not None or node.scalar is not None:
            found.wrong(node, what, "a mapping")
        return {}
    for name in node.entries:
        if known is not None and name not in known:
            cure = like(name, known) or f"Known are: {', '.join(sorted(known))}."
            found.add("tests-unknown-key", node.key_lines[name], f"{what} has no key {name!r}.", cure)
    return node.entries


def like(name: str, known: Collection[str]) -> str | None:
    """A cure for a misspelt name."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"Is {close[0]!r} meant?" if close else None


def items(node: Node, what: str, found: Findings) -> list[Node]:
    """A list; a single value stands for a list of one."""
    if node.items is not None:
        return list(node.items)
    if node.entries is None and node.scalar is None:
        return []
    if node.entries is not None:
        found.wrong(node, what, "a list")
        return []
    return [node]


def text(node: Node, what: str, found: Findings) -> str:
    """A text; a number is taken as it is written."""
    if isinstance(node.scalar, bool) or node.scalar is None or not isinstance(node.scalar, str | int | float):
        found.wrong(node, what, "a text")
        return ""
    return str(node.scalar)


def texts(node: Node, what: str, found: Findings) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(text(item, f"an entry of {what}", found) for item in items(node, what, found))


def json_object(node: Node, what: str, found: Findings) -> dict[str, Json]:
    """Values by name."""
    return {name: value.plain() for name, value in entries(node, what, found).items()}


def optional(nodes: Mapping[str, Node], name: str, read: Callable[[Node], T]) -> T | None:
    """What stands under a key, if it is there."""
    return read(nodes[name]) if name in nodes else None


def instant(node: Node, what: str, found: Findings) -> datetime | None:
    """A date and time with an offset, in UTC."""
    try:
        value = datetime.fromisoformat(str(node.scalar))
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    found.wrong(node, what, "an instant such as 2026-03-02T09:00:00Z")
    return None


def when(node: Node, what: str, found: Findings) -> datetime | date | None:
    """An instant, or a plain day."""
    try:
        return date.fromisoformat(str(node.scalar))
    except ValueError:
        return instant(node, what, found)


def duration(node: Node, what: str, found: Findings) -> str:
    """An ISO 8601 duration that leads forward."""
    try:
        if parse_duration(str(node.scalar)).positive:
            return str(node.scalar)
    except ValueError:
        pass
    found.wrong(node, what, "an ISO duration such as P10D or PT2H")
    return "PT0S"
