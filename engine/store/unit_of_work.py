"""The unit of work: one command, one transaction, and the only commit of the code base."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeAlias

from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm import scoped_session as ScopedSession  # noqa: N812 - a class in all but name

from engine.clock import Clock
from engine.store.attempt import Attempt
from engine.store.base import Base
from engine.store.bulk import Part, Target, write_rows
from engine.store.keys import Keys

SessionFactory = Callable[[], Session] | sessionmaker[Session] | ScopedSession[Session]

Left: TypeAlias = tuple[dict[Part, list[dict[str, Any]]], dict[tuple[str, str], None], dict[object, Any]]


class UnitOfWork(AbstractContextManager["UnitOfWork"]):
    """Everything that one command reads and writes.

    Leaving the block without an error commits; leaving it with one rolls back everything. What is handed to
    `after_commit` runs once the commit stands (to fill a cache, say) and must not raise. `notify` reaches
    listeners only if the transaction commits. `scratch` lets rooms keep things for the length of the command.
    """

    session: Session

    def __init__(self, session_factory: SessionFactory, clock: Clock, keys: Keys) -> None:
        self._session_factory, self._clock, self._keys = session_factory, clock, keys
        self._after: list[Callable[[], None]] = []
        self._notices: dict[tuple[str, str], None] = {}
        self._rows: dict[Part, list[dict[str, Any]]] = {}
        self._now: datetime | None = None
        self._abandoned = False
        self.scratch: dict[object, Any] = {}

    def __enter__(self) -> Self:
        self.session = self._session_factory()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and not self._abandoned:
                self._finish()
            else:
                self.session.rollback()
        finally:
            self.session.close()
        if kind is None and not self._abandoned:
            for call in self._after:
                call()

    def _finish(self) -> None:
        try:
            self.write_out()
            self.session.commit()
        except BaseException:
            self.session.rollback()
            raise

    def write_out(self) -> None:
        """Write now what was appended and put so far, together with what the session holds."""
        self.session.flush()
        if self._rows or self._notices:
            write_rows(self.session.connection(), self._rows, list(self._notices))
            self._rows, self._notices = {}, {}

    def attempt(self) -> Attempt:
        """Begin a part of the command that may be taken back by itself."""
        return Attempt(self)

    def left(self) -> Left:
        """What is to be written and sent at the end so far, and what rooms keep, for `put_back`."""
        kept = {key: value.copy() if isinstance(value, dict | list) else value for key, value in self.scratch.items()}
        return {part: rows.copy() for part, rows in self._rows.items()}, self._notices.copy(), kept

    def put_back(self, left: Left) -> None:
        """Forget what was appended, announced and kept since `left` was taken."""
        self._rows, self._notices, self.scratch = left

    def abandon(self) -> None:
        """Take everything back at the end, without an error: this was a trial."""
        self._abandoned = True

    def at(self, instant: datetime) -> None:
        """Do this command as of `instant`, which lies before the clock's time: a timer that fires when it was due."""
        self._now = instant

    def now(self) -> datetime:
        """The instant of this command: the same at every call, aware, in UTC."""
        if self._now is None:
            self._now = self._clock.now()
        return self._now

    def new_key(self) -> int:
        """A fresh 64-bit key."""
        return self._keys.new(self.session)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once the commit stands."""
        self._after.append(call)

    def append(self, table: type[Base], **values: Any) -> None:
        """Write one row at the end of the command, together with all others of its table.

        For records that the command itself does not read.
        """
        self._rows.setdefault((table, tuple(values)), []).append(values)

    def put(self, target: Target, rows: Iterable[dict[str, Any]]) -> None:
        """Write rows of one target at the end of the command or with the next `write_out`; see `append`."""
        for row in rows:
            self._rows.setdefault((target, tuple(row)), []).append(row)

    def notify(self, channel: str, payload: str = "") -> None:
        """Tell listeners of `channel` at commit (PostgreSQL NOTIFY); equal notices are sent once."""
        self._notices[channel, payload] = None


class UnitsOfWork:
    """Opens units of work over one database: `with units() as uow: ...`."""

    def __init__(self, session_factory: SessionFactory, clock: Clock, keys: Keys | None = None) -> None:
        self.session_factory, self.clock, self.keys = session_factory, clock, keys or Keys()

    def __call__(self) -> UnitOfWork:
        """A new unit of work, to be used as a context manager."""
        return UnitOfWork(self.session_factory, self.clock, self.keys)
