"""The only reading of the wall clock. Everything else is given a `Clock`.

All instants are aware and in UTC; zones belong to presentation and to business calendars.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """The machine's clock until it is pinned to an instant: for tests, demos and replays, never for production."""

    def __init__(self, pinned: datetime | None = None) -> None:
        self._pinned = None if pinned is None else _utc(pinned)

    def now(self) -> datetime:
        """The pinned instant, or the machine's time while nothing is pinned; aware, in UTC."""
        return self._pinned or datetime.now(UTC)

    def pin(self, instant: datetime) -> None:
        """Stand still at `instant` (aware) until told otherwise."""
        self._pinned = _utc(instant)

    def reset(self) -> None:
        """Follow the machine again."""
        self._pinned = None


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset from UTC")
    return instant.astimezone(UTC)
