"""Where a case stands in its process: for the picture, and in words for whoever does not see it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from engine.types import SYSTEM, SearchRequest
from webapi.cases.process import elements
from webapi.context import engine

MOST = 500
"""Element instances that are read for one picture; a case has some dozens."""

_ORDER = ("incident", "active", "done")
_CONTAINERS = frozenset({"PROCESS", "SUB_PROCESS", "EVENT_SUB_PROCESS"})


@dataclass(frozen=True, kw_only=True)
class Token:
    """How an element of the diagram stands: `active`, `incident` or `done`; `count` for how many at once."""

    element_id: str
    name: str
    state: str
    count: int
    container: bool = False

    @property
    def json(self) -> dict[str, object]:
        """As the viewer reads it."""
        return {"elementId": self.element_id, "state": self.state, "count": self.count}


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """One process of a case."""

    definition_key: int
    tokens: tuple[Token, ...]

    @property
    def active(self) -> tuple[Token, ...]:
        """Where the case is now; what only holds other elements says nothing more."""
        return tuple(token for token in self.tokens if token.state != "done" and not token.container)

    @property
    def shown(self) -> list[dict[str, object]]:
        """The tokens as the viewer reads them."""
        return [token.json for token in self.tokens if not token.container]


def diagrams_of(instance_key: int | None) -> tuple[Diagram, ...]:
    """The processes of the case, its own first, each with its tokens; nothing where it has none."""
    if instance_key is None:
        return ()
    wanted = SearchRequest(
        filter={"process_instance_key": instance_key}, sort=(("element_instance_key", "asc"),), limit=MOST
    )
    by_definition: dict[int, list[Any]] = defaultdict(list)
    for found in engine().instances.search_elements(SYSTEM, wanted).items:
        by_definition[found.process_definition_key].append(found)
    return tuple(_diagram(key, found) for key, found in by_definition.items())


def _diagram(definition_key: int, found: list[Any]) -> Diagram:
    described = elements(definition_key)
    states: dict[str, list[str]] = defaultdict(list)
    kinds: dict[str, str] = {}
    for one in found:
        states[one.element_id].append(_state(one))
        kinds[one.element_id] = one.type
    tokens = []
    for element_id, all_states in states.items():
        state = min(all_states, key=_ORDER.index)
        name = described[element_id].name if element_id in described else ""
        tokens.append(
            Token(
                element_id=element_id,
                name=name or element_id,
                state=state,
                count=all_states.count(state),
                container=kinds[element_id] in _CONTAINERS,
            )
        )
    return Diagram(definition_key=definition_key, tokens=tuple(tokens))


def _state(found: Any) -> str:
    if found.state != "ACTIVE":
        return "done"
    return "incident" if found.has_incident else "active"
