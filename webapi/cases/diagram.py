"""Where a case stands in its process: for the picture, and in words for whoever does not see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.processes.instance_views import ElementInstanceView
from engine.types import SYSTEM, SearchRequest
from webapi.cases.process import Described, elements
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
    def named(self) -> tuple[Token, ...]:
        """Of these, what has a name that a person can read; a gateway that waits often has none."""
        return tuple(token for token in self.active if token.name)

    @property
    def shown(self) -> list[dict[str, object]]:
        """The tokens as the viewer reads them."""
        return [token.json for token in self.tokens if not token.container]


def diagrams_of(instance_key: int | None) -> tuple[Diagram, ...]:
    """The processes that the case is in, its own first, each with its tokens; its own alone when it is over."""
    if instance_key is None:
        return ()
    wanted = SearchRequest(
        filter={"process_instance_key": instance_key}, sort=(("element_instance_key", "asc"),), limit=MOST
    )
    failed = _failed(instance_key)
    by_definition: dict[int, dict[str, list[ElementInstanceView]]] = {}
    for found in engine().instances.search_elements(SYSTEM, wanted).items:
        of_process = by_definition.setdefault(found.process_definition_key, {})
        of_process.setdefault(found.element_id, []).append(found)
    diagrams = [
        Diagram(definition_key=key, tokens=_tokens(elements(key), of_process.values(), failed))
        for key, of_process in by_definition.items()
    ]
    return tuple([diagram for diagram in diagrams if diagram.active] or diagrams[:1])


def _failed(instance_key: int) -> frozenset[int]:
    """Element instances that an open incident holds up."""
    wanted = SearchRequest(filter={"process_instance_key": instance_key, "state": "ACTIVE"}, limit=MOST)
    found = engine().incidents.search(SYSTEM, wanted).items
    return frozenset(one.element_instance_key for one in found if one.element_instance_key is not None)


def _tokens(
    described: Mapping[str, Described], visited: Iterable[list[ElementInstanceView]], failed: frozenset[int]
) -> tuple[Token, ...]:
    return tuple(_token(described.get(visits[0].element_id), visits, failed) for visits in visited)


def _token(described: Described | None, visits: list[ElementInstanceView], failed: frozenset[int]) -> Token:
    states = [_state(visit, failed) for visit in visits]
    state, first = min(states, key=_ORDER.index), visits[0]
    return Token(
        element_id=first.element_id,
        name=described.name if described else first.element_name or "",
        state=state,
        count=states.count(state),
        container=first.type in _CONTAINERS,
    )


def _state(visit: ElementInstanceView, failed: frozenset[int]) -> str:
    if visit.element_instance_key in failed:
        return "incident"
    return "active" if visit.state == "ACTIVE" else "done"
