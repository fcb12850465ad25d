"""Alembic migrations of all tables, run from code: no configuration file, no shell.

`upgrade(url)` expands the tables for this release while older processes go on; `upgrade(url, contract=True)` takes away
what only older code used, once none of it runs. `require_current` keeps a process from tables it cannot work with.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from alembic import command
from sqlalchemy import Connection, Engine, create_engine, pool, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from engine.errors import ContractRefused, SchemaOutdated, Unavailable
from engine.store.connection import normalise
from engine.store.migrations import fitness
from engine.store.migrations.line import Line
from engine.store.node import SchemaFloor

_LOCK = text("SELECT pg_advisory_lock(20180710003)")
_UNLOCK = text("SELECT pg_advisory_unlock(20180710003)")
_BRIEFLY = text("SET LOCAL lock_timeout = '3s'")
"""A change that waits for a table makes everybody else wait behind it: better to step back and try again."""
_TRIES = 20
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True, kw_only=True)
class Upgraded:
    """From which revision to which; `waiting` are those that contract and were not asked for."""

    before: str | None
    after: str | None
    waiting: tuple[str, ...] = ()


@cache
def line() -> Line:
    """The revisions that this code knows."""
    return Line()


def upgrade(url: str, *, contract: bool = False, known: Line | None = None) -> Upgraded:
    """Bring the tables at `url` up to date. Several processes may call it at once: they take turns.

    Tables of a newer release are left alone if this code can work with them. Without `contract` nothing is taken away
    that older code uses. Raises `ContractRefused` while older processes run, `ReleaseTooOld`, `SchemaOutdated` where
    this release cannot begin without a contraction, `Unavailable` where tables stay busy.
    """
    engine = create_engine(normalise(url), poolclass=pool.NullPool)
    try:
        with engine.connect() as lock:
            lock.execute(_LOCK)
            try:
                return _patiently(engine, lambda connection: _upgrade(connection, known or line(), contract=contract))
            finally:
                lock.execute(_UNLOCK)
    finally:
        engine.dispose()


def _patiently(engine: Engine, do: Callable[[Connection], Upgraded]) -> Upgraded:
    for _ in range(_TRIES):
        try:
            with engine.begin() as connection:
                connection.execute(_BRIEFLY)
                return do(connection)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
        time.sleep(0.5)
    raise Unavailable("The tables are busy: a long transaction keeps them from being changed. Try again.")


def _upgrade(connection: Connection, known: Line, *, contract: bool) -> Upgraded:
    before = fitness.current(connection)
    place = known.place(before)
    if place is None:
        fitness.require_release(connection, known)
        return Upgraded(before=before, after=before)
    ahead = known.revisions[place + 1 :]
    contracting = [revision.id for revision in ahead if revision.phase == "contract"]
    if contracting and contract:
        _require_alone(connection, known, contracting[-1])
    if contracting and not contract and before is not None:
        ahead = ahead[: [revision.id for revision in ahead].index(contracting[0])]
        _require_enough(known, contracting[0])
    else:
        contracting = []
    if ahead:
        command.upgrade(known.config(connection), ahead[-1].id)
        _note_floors(connection, [revision.id for revision in ahead if revision.phase == "contract"])
    return Upgraded(before=before, after=ahead[-1].id if ahead else before, waiting=tuple(contracting))


def _require_alone(connection: Connection, known: Line, revision: str) -> None:
    found = fitness.in_the_way(connection, known, revision)
    if found:
        names = ", ".join(f"{one.release} on {one.host} (process {one.pid})" for one in found)
        raise ContractRefused(
            f"Revision {revision} takes away what these processes still use: {names}. Stop or upgrade them first; one "
            f"that was killed is forgotten after {fitness.SILENT_SECONDS} seconds."
        )


def _require_enough(known: Line, first: str) -> None:
    if (known.place(known.needed) or 0) > (known.place(first) or 0):
        raise SchemaOutdated(
            f"This release needs revision {known.needed}, which comes after {first}, and that one takes something "
            "away: upgrade all processes to the release before this one, and run its `amends migrate-db --contract`."
        )


def _note_floors(connection: Connection, contracted: list[str]) -> None:
    for revision in contracted:
        connection.execute(insert(SchemaFloor).values(revision=revision).on_conflict_do_nothing())


def stamp(connection: Connection) -> None:
    """Note that the tables, made from the metadata a moment ago, are up to date."""
    command.stamp(line().config(connection), "head")


def is_current(connection: Connection) -> bool:
    """Whether this code can work with the tables."""
    try:
        require_current(connection)
    except SchemaOutdated:
        return False
    return True


def require_current(connection: Connection) -> None:
    """Go on only with tables that this code can work with; raises `SchemaOutdated` or `ReleaseTooOld` otherwise."""
    fitness.require(connection, line())
