"""Where a case stands in its process: for the picture, and in words for whoever does not see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from engine.types import SYSTEM, SearchRequest
from webapi.context import engine

MOST = 500
"""Element instances that are read for one picture; a case has some dozens."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """How an element of the diagram stands: `active`, `incident` or `done`; `count` for how many at once."""

    element_id: str
    name: str
    state: str
    count: int

    @property
    def json(self) -> dict[str, object]:
        """As the viewer reads it."""
        return {"elementId": self.element_id, "state": self.state, "count": self.count}


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """One process of a case."""

    definition_key: int
    process_id: str
    tokens: tuple[Token, ...]

    @property
    def active(self) -> tuple[Token, ...]:
        """Where the case is now."""
        return tuple(token for token in self.tokens if token.state != "done")


def diagrams_of(instance_key: int | None) -> tuple[Diagram, ...]:
    """The processes of the case, its own first, each with its tokens; nothing where it has none."""
    if instance_key is None:
        return ()
    return ()
