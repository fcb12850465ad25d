"""What a replay remembers of one complaint, and what somebody is going to do about it."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from engine.types import Json
from webapi.cli.replay.choices import Script
from webapi.cli.replay.reader import Row


@dataclass(kw_only=True)
class Case:
    """A complaint that was posted. `turns` counts the changes that the replay has seen; `received_at` is aware, UTC."""

    row: Row
    script: Script
    reference: str
    instance_key: str
    received_at: datetime
    found_again: bool = False
    status: str = "received"
    turns: int = 0
    noted: set[tuple[str, int]] = field(default_factory=set)

    def hours(self, instant: datetime) -> int:
        """Whole hours since the receipt."""
        return int((instant - self.received_at).total_seconds() // 3600)


@dataclass(frozen=True, kw_only=True)
class Move:
    """Something that a person will do once the clock has reached `due`.

    `kind` is "task" (staff complete `task`), "reaction" (the complainant reacts to `status`) or "withdrawal".
    """

    due: datetime
    case: Case
    kind: str
    task: Mapping[str, Json] = field(default_factory=dict)
    status: str = ""


class Agenda:
    """Moves in the order in which they fall due."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Move]] = []
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, move: Move) -> None:
        """Remember a move."""
        heapq.heappush(self._heap, (move.due, next(self._order), move))

    def is_due(self, now: datetime) -> bool:
        """Whether anything is due by `now`."""
        return bool(self._heap) and self._heap[0][0] <= now

    def due(self, now: datetime) -> Iterator[Move]:
        """Take out everything due by `now`, earliest first."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]


def instant(value: Json) -> datetime:
    """An ISO 8601 time of the service as an aware datetime."""
    return datetime.fromisoformat(cast("str", value))
