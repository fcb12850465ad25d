"""The running processes of an installation: each tells now and then that it is there, and anybody may look.

Times are the database's, so that machines whose clocks differ agree on who is alive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Float, Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from engine.clock import SystemClock
from engine.permissions import Permission, require
from engine.store.base import Instant
from engine.store.migrations import line, require_current
from engine.store.migrations.fitness import SILENT_SECONDS
from engine.store.node import Node
from engine.store.unit_of_work import UnitsOfWork
from engine.types import Actor, Key

_MACHINE = SystemClock()
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class NewNode:
    """What a process says of itself. `roles` are of `api`, `timers`, `jobs` and `jobs:TYPE`."""

    host: str
    pid: int
    release: str
    roles: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class NodeView:
    """One process. `clock_skew` in seconds, by which its machine's clock is ahead of the database's."""

    node_key: Key
    host: str
    pid: int
    release: str
    revision: str
    roles: tuple[str, ...]
    started_at: datetime
    seen_at: datetime
    clock_skew: float
    alive: bool


class NodeService:
    """Says and tells which processes run."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    def register(self, node: NewNode) -> Key:
        """A process has started; gives the key under which it goes on to be seen. Raises `SchemaOutdated`."""
        with self._units() as uow:
            # Before the row: a migration may have gone on just now. After it, a contraction sees the row.
            require_current(uow.session.connection())
            key = uow.new_key()
        self.beat(key, node)
        return key

    def beat(self, key: Key, node: NewNode) -> None:
        """The process is still there. Raises `SchemaOutdated` once the tables are no longer for its release."""
        given = {"key": key, "host": node.host, "pid": node.pid, "release": node.release, "roles": list(node.roles)}
        given |= {"revision": line().newest, "now": _MACHINE.now(), "kept": _FORGOTTEN.total_seconds()}
        with self._units() as uow:
            connection = uow.session.connection()
            connection.execute(_BEAT, given)
            require_current(connection)

    def leave(self, key: Key) -> None:
        """The process ends."""
        with self._units() as uow:
            uow.session.connection().execute(_LEAVE, {"key": key})

    def running(self, actor: Actor) -> tuple[NodeView, ...]:
        """Processes seen in the last day, those that have not said goodbye and are silent now included.

        Needs `process:read`.
        """
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            rows = uow.session.execute(_RUNNING).all()
        return tuple(_view(node, alive=alive) for node, alive in rows)


def _view(node: Node, *, alive: bool) -> NodeView:
    return NodeView(
        node_key=node.key,
        host=node.host,
        pid=node.pid,
        release=node.release,
        revision=node.revision,
        roles=tuple(node.roles),
        started_at=node.started_at,
        seen_at=node.seen_at,
        clock_skew=node.clock_skew,
        alive=alive,
    )


_BEAT = text("""
    WITH forgotten AS (
        DELETE FROM node WHERE seen_at < clock_timestamp() - make_interval(secs => :kept) AND key <> :key
    )
    INSERT INTO node (key, host, pid, release, revision, roles, started_at, seen_at, clock_skew)
    VALUES (:key, :host, :pid, :release, :revision, :roles, clock_timestamp(), clock_timestamp(),
            extract(epoch FROM :now - clock_timestamp()))
    ON CONFLICT (key) DO UPDATE SET seen_at = excluded.seen_at, clock_skew = excluded.clock_skew,
                                    revision = excluded.revision
""").bindparams(bindparam("roles", type_=ARRAY(Text)), bindparam("now", type_=Instant), bindparam("kept", type_=Float))
_LEAVE = text("DELETE FROM node WHERE key = :key")
_ALIVE = text(f"seen_at > clock_timestamp() - interval '{SILENT_SECONDS} seconds' AS alive")
_RUNNING = select(Node, _ALIVE).order_by(Node.key)
