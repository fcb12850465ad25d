"""What became of a commit whose answer was lost with the connection.

PostgreSQL remembers the fate of each transaction; whoever noted its number can ask over another connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from engine.store.era import era

PATIENCE = 20.0
"""Seconds that a command waits for the database to say what became of its commit: a restart or fail-over long."""
_PAUSE = 0.25
_PASSING = frozenset({"40001", "40P01", "55P03", "57014", "53300", "53400"})
"""SQLSTATEs of what passes: serialization, deadlock, a lock or statement that took too long, too many connections."""
_STATUS = text("SELECT pg_xact_status(CAST(CAST(:xid AS text) AS xid8))")
_FUTURE = "22023"
"""What PostgreSQL answers about a transaction that it has never seen: it was lost in a fail-over."""

Outcome = Literal["committed", "aborted", "unknown"]


def is_lost(error: BaseException) -> bool:
    """Whether the connection, or the way to the database, was lost."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error)[:3] in {"080", "57P"})


def is_passing(error: BaseException) -> bool:
    """Whether the same command may well succeed when tried again: nothing is wrong with what it asks for."""
    if isinstance(error, PoolExhausted):
        return True
    return isinstance(error, DBAPIError) and (is_lost(error) or _no_server(error) or gave_up(error))


def gave_up(error: BaseException) -> bool:
    """Whether the database is there, and ended the transaction for the sake of another one or of time."""
    return isinstance(error, DBAPIError) and _sqlstate(error) in _PASSING


def outcome(open_session: Callable[[], Session], xid: str | None, began_in: int) -> Outcome:
    """The fate of transaction `xid` (None where its number is not known), asked until the database answers.

    After a fail-over (`began_in` is the era in which the transaction began) the number may stand for another one.
    """
    until = time.monotonic() + PATIENCE
    while xid is not None:
        found = _ask(open_session, xid)
        if found is not None and era() == began_in:
            return found
        if found is not None:
            return "aborted" if found == "aborted" else "unknown"
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE)
    return "unknown"


def _ask(open_session: Callable[[], Session], xid: str) -> Outcome | None:
    session = open_session()
    try:
        status = session.execute(_STATUS, {"xid": xid}).scalar_one()
    except SQLAlchemyError as error:
        lost_for_good = isinstance(error, DBAPIError) and _sqlstate(error) == _FUTURE
        return "aborted" if lost_for_good else None
    else:
        known: dict[str | None, Outcome] = {"committed": "committed", "aborted": "aborted", None: "unknown"}
        return known.get(status)  # a server that has not noticed the loss calls it in progress: ask again
    finally:
        session.rollback()
        session.close()


def _no_server(error: DBAPIError) -> bool:
    return _sqlstate(error) == "" and type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
