"""Values that every room speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

Json: TypeAlias = "None | bool | int | float | str | Sequence[Json] | Mapping[str, Json]"
Variables: TypeAlias = "Mapping[str, Json]"
"""Process variables as they cross the boundary: JSON values by name."""

Key: TypeAlias = int
"""64-bit identity of a row; a string of digits in JSON."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: a person, an integration that holds a token, or the system itself.

    `groups` are candidate groups; `permissions` are the values of `engine.permissions.Permission` they give.
    """

    username: str
    groups: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()


SYSTEM = Actor(username="system", permissions=frozenset({"*"}))
COMPLAINANT = Actor(username="complainant")
"""Whoever holds a tracking code. Never has an account and no permission beyond the own complaint."""


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """A search as the HTTP contract describes it; field names are snake_case here.

    `filter` maps a field to a value or to `{"$in": [...]}`, `{"$gte": ...}` and their kin; `after` is the opaque
    cursor of an earlier page.
    """

    filter: Mapping[str, object] = field(default_factory=dict)
    sort: Sequence[tuple[str, Literal["asc", "desc"]]] = ()
    limit: int = 100
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page of a search with keyset cursors."""

    items: tuple[T, ...]
    total_items: int
    start_cursor: str | None = None
    end_cursor: str | None = None
