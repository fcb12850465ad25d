"""Whether this code and the tables of a database go together, and which processes are in the way of a contraction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import ProgrammingError

from engine.errors import ReleaseTooOld, SchemaOutdated
from engine.store.migrations.line import Line
from engine.store.node import Node, SchemaFloor

SILENT_SECONDS = 60
"""A process that has not been seen for so long is taken for dead."""
_CURRENT = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True, kw_only=True)
class InTheWay:
    """A process that runs with code which does not know the revision that would contract."""

    host: str
    pid: int
    release: str


def current(connection: Connection) -> str | None:
    """The revision at which the tables are; None where there are none."""
    try:
        with connection.begin_nested():
            found: str | None = connection.scalar(_CURRENT)
    except ProgrammingError:
        return None
    return found


def require(connection: Connection, line: Line) -> None:
    """Go on only if this code can work with the tables. Raises `SchemaOutdated`, or `ReleaseTooOld`, with the cure."""
    found = current(connection)
    place, needed = line.place(found), line.place(line.needed)
    if place is None:
        require_release(connection, line)
    elif needed is None or place < needed:
        state = "The database has no tables yet" if found is None else f"The tables are at revision {found}"
        raise SchemaOutdated(f"{state}; this release needs {line.needed}: run `amends migrate-db`.")


def require_release(connection: Connection, line: Line) -> None:
    """Tables from a newer release are fine as long as nothing was taken away that this code does not know of."""
    unknown = [floor for floor in connection.scalars(select(SchemaFloor.revision)) if line.place(floor) is None]
    if unknown:
        raise ReleaseTooOld(
            f"The tables were contracted by revision {max(unknown)}, which this release does not know (it knows "
            f"{line.newest}): install the release that the other processes run."
        )


def in_the_way(connection: Connection, line: Line, revision: str) -> list[InTheWay]:
    """Processes that are alive and older than `revision`. Nobody can register until this transaction ends."""
    if not inspect(connection).has_table(Node.__tablename__):
        return []
    connection.execute(text("LOCK TABLE node IN SHARE ROW EXCLUSIVE MODE"))
    alive = Node.seen_at > text(f"clock_timestamp() - interval '{SILENT_SECONDS} seconds'")
    rows = connection.execute(select(Node.host, Node.pid, Node.release, Node.revision).where(alive).order_by(Node.key))
    limit = line.place(revision) or 0
    older = [row for row in rows if (place := line.place(row.revision)) is not None and place < limit]
    return [InTheWay(host=row.host, pid=row.pid, release=row.release) for row in older]
