"""The unit of work: one command, one transaction, and the only commit of the code base."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeAlias

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm import scoped_session as ScopedSession  # noqa: N812 - a class in all but name

from engine.clock import Clock
from engine.errors import OutcomeUnknown, Unavailable
from engine.store.attempt import Attempt
from engine.store.base import Base
from engine.store.bulk import Part, Target, transaction_id, write_rows
from engine.store.connection import WRITES
from engine.store.era import era
from engine.store.keys import Keys
from engine.store.outcome import gave_up, is_lost, is_passing, outcome

SessionFactory = Callable[[], Session] | sessionmaker[Session] | ScopedSession[Session]

WRITTEN = "written"
"""In a session's `info` once a command has changed something over it: what follows must not be repeated blindly."""
_LOG = logging.getLogger(__name__)

Left: TypeAlias = tuple[dict[Part, list[dict[str, Any]]], dict[tuple[str, str], None], dict[object, Any]]


class UnitOfWork(AbstractContextManager["UnitOfWork"]):
    """Everything that one command reads and writes.

    Leaving the block without an error commits; leaving it with one rolls back everything. What is handed to
    `after_commit` runs once the commit stands (to fill a cache, say) and must not raise. `notify` reaches
    listeners only if the transaction commits. `scratch` lets rooms keep things for the length of the command.

    Where the database is away, or gave up for a reason that passes, `Unavailable` is raised: nothing was changed.
    After a connection was lost during the commit, the database is asked what became of it; `OutcomeUnknown` is raised
    only where it cannot tell.
    """

    session: Session

    def __init__(self, session_factory: SessionFactory, clock: Clock, keys: Keys) -> None:
        self._session_factory, self._clock, self._keys = session_factory, clock, keys
        self._after: list[Callable[[], None]] = []
        self._notices: dict[tuple[str, str], None] = {}
        self._rows: dict[Part, list[dict[str, Any]]] = {}
        self._now: datetime | None = None
        self._abandoned = False
        self._xid: str | None = None
        self.scratch: dict[object, Any] = {}

    def __enter__(self) -> Self:
        self.session, self._era = self._session_factory(), era()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        done = error is None and not self._abandoned
        try:
            if done:
                self._finish()
            else:
                self.session.rollback()
        except Exception as failure:
            if is_passing(failure):
                raise _unavailable(failure) from failure
            raise
        finally:
            self.session.close()
        if error is not None and is_passing(error):
            raise _unavailable(error) from error
        if done:
            for call in self._after:
                call()

    def _finish(self) -> None:
        try:
            self.write_out()
        except BaseException:
            self.session.rollback()
            raise
        writes = self.session.in_transaction() and WRITES in self.session.connection().info
        try:
            self.session.commit()
        except DBAPIError as error:
            self.session.rollback()
            if not is_lost(error):
                raise
            if writes:  # else there was nothing to be kept
                self._ask(error)
        if writes:
            self.session.info[WRITTEN] = True

    def _ask(self, error: DBAPIError) -> None:
        """The answer to the commit was lost: go on only if it stands."""
        found = outcome(self._session_factory, self._xid, self._era)
        _LOG.warning("connection lost during a commit", extra={"transaction": self._xid, "outcome": found})
        if found == "unknown":
            raise OutcomeUnknown(lost=True) from error
        if found == "aborted":
            raise Unavailable(lost=True) from error

    def write_out(self) -> None:
        """Write now what was appended and put so far, together with what the session holds."""
        session = self.session
        changed = bool(session.new or session.dirty or session.deleted)
        session.flush()
        if self._rows or self._notices:
            self._xid = write_rows(session.connection(), self._rows, list(self._notices))
            self._rows, self._notices = {}, {}
        elif changed and self._xid is None:
            self._xid = transaction_id(session.connection())

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


def _unavailable(error: BaseException) -> Unavailable:
    """`lost`: the way to the database, not only this try."""
    return Unavailable(lost=not gave_up(error))


class UnitsOfWork:
    """Opens units of work over one database: `with units() as uow: ...`."""

    def __init__(self, session_factory: SessionFactory, clock: Clock, keys: Keys | None = None) -> None:
        self.session_factory, self.clock, self.keys = session_factory, clock, keys or Keys()

    def __call__(self) -> UnitOfWork:
        """A new unit of work, to be used as a context manager."""
        return UnitOfWork(self.session_factory, self.clock, self.keys)
