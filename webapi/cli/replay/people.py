"""The staff of a replay: one token a person, because whoever decided may not approve or review the own decision."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who works on tasks: who it is, in which candidate groups, and the bearer token to act with."""

    username: str
    groups: frozenset[str]
    token: str


class Team:
    """All people of a replay, asked in an order of its own for each complaint, so that work is spread evenly."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = sorted(people, key=lambda person: person.username)

    @property
    def usernames(self) -> tuple[str, ...]:
        """Who is in the team."""
        return tuple(person.username for person in self._people)

    def candidates(self, groups: Iterable[str], reference: str) -> Iterator[Person]:
        """Those who may take a task of these candidate groups; the others never, unless nobody is in the groups.

        For a task without groups that somebody of the team can be in (one token only), everybody is asked.
        """
        wanted = frozenset(groups)
        fit = [person for person in self._people if wanted & person.groups] or self._people
        first = zlib.crc32(reference.encode()) % max(len(fit), 1)
        yield from fit[first:] + fit[:first]
