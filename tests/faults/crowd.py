"""A crowd of waiting timers, and what firing the few that are due costs beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from engine.bootstrap import Engine
from engine.processes import Resource, StartInstance
from engine.processes.sweep import _CLAIM
from engine.types import SYSTEM, Key
from engine.worker import Duties, Worker
from tests.engine.processes.diagrams import reminded

AFAR = timedelta(days=3_650)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What firing some timers has cost. `blocks` of the database were looked at for one claim, by the index `index`."""

    waiting: int
    fired: int
    seconds: float
    blocks: int
    index: str


def due_later(
    engine: Engine, count: int, wait: Callable[[int], timedelta], resource: Resource | None = None
) -> list[Key]:
    """Start instances whose timers are due `wait(number)` from now; gives their keys."""
    resource = resource or reminded()
    engine.deployments.deploy(SYSTEM, [resource])
    process_id = resource.name.removesuffix(".bpmn")
    keys = []
    for number in range(count):
        variables = {"deadline": f"PT{wait(number).total_seconds():.3f}S"}
        started = engine.instances.start(SYSTEM, StartInstance(process_id=process_id, variables=variables))
        keys.append(started.process_instance_key)
    return keys


def gather(engine: Engine, count: int) -> None:
    """Let the table hold that many further timers, with instances of their own, due in ten years."""
    with engine.units() as uow:
        connection = uow.session.connection()
        first = connection.execute(text("SELECT count(*) FROM timer")).scalar_one()
        given = {"first": first + 1, "last": first + count, "due": engine.clock.now() + AFAR}
        for statement in _GATHER:
            connection.execute(text(statement), given)
    with engine.units() as uow:
        for table in ("timer", "process_instance"):
            uow.session.execute(text(f"ANALYZE {table}"))


def fire(engine: Engine, waiting: int) -> Cost:
    """Fire what is due, and say what it cost."""
    blocks, index = look(engine)
    began, fired = time.perf_counter(), 0
    while done := engine.timers.fire_due():
        fired += done
    return Cost(waiting=waiting, fired=fired, seconds=time.perf_counter() - began, blocks=blocks, index=index)


def look(engine: Engine) -> tuple[int, str]:
    """How many blocks one claim looks at, and by which index of the table of timers it goes."""
    with engine.units() as uow:
        connection = uow.session.connection()
        plan = _explain(connection, engine.clock.now())
        uow.abandon()
    nodes: list[Mapping[str, Any]] = [plan]
    index = ""
    for node in nodes:
        nodes += node.get("Plans", [])
        if node.get("Relation Name") == "timer":
            index = node.get("Index Name", node["Node Type"])
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"]), index


def _explain(connection: Connection, now: datetime) -> Mapping[str, Any]:
    compiled = _CLAIM.compile(dialect=connection.dialect)
    given = {**compiled.params, "horizon": now, "resting": []}
    found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled}", given).scalar_one()
    return found[0]["Plan"]  # type: ignore[no-any-return]  # a plan in JSON


def lateness(engine: Engine, url: str, keys: list[Key], patience: float) -> list[float]:
    """Let a worker fire the timers of these instances; gives by how many seconds each was late, in order."""
    with Worker(engine, url, Duties(jobs=False)):
        until, pause = time.monotonic() + patience, threading.Event()
        while len(late := _late(engine, keys)) < len(keys) and time.monotonic() < until:
            pause.wait(0.5)
    return sorted(late)


def _late(engine: Engine, keys: list[Key]) -> list[float]:
    with engine.units() as uow:
        return [float(late) for late in uow.session.scalars(text(_LATE), {"keys": keys})]


def break_all(engine: Engine, process_id: str) -> None:
    """Let no instance of a process be loaded any more."""
    with engine.units() as uow:
        uow.session.execute(text(_BREAK), {"process": process_id})


_GATHER = (
    """
    INSERT INTO process_instance (key, definition_key, process_id, version, state, rev, started_at, started_by)
    SELECT 4000000000000000 + n, p.key, p.process_id, p.version, 'ACTIVE', 1, now(), 'crowd'
      FROM generate_series(CAST(:first AS bigint), :last) AS n,
           (SELECT key, process_id, version FROM process_definition ORDER BY key LIMIT 1) AS p
     WHERE CAST(:due AS timestamptz) IS NOT NULL
    """,
    """
    INSERT INTO timer (key, instance_key, definition_key, process_id, element_instance_key, element_id, position,
                       due_at, retry_at, failures, repetitions_left)
    SELECT 5000000000000000 + n, 4000000000000000 + n, p.key, p.process_id, 6000000000000000 + n, 'late', 0,
           :due + n * interval '1 second', :due + n * interval '1 second', 0, 0
      FROM generate_series(CAST(:first AS bigint), :last) AS n,
           (SELECT key, process_id FROM process_definition ORDER BY key LIMIT 1) AS p
    """,
)
_BREAK = "UPDATE process_instance SET snapshot = 'x', rev = rev + 1 WHERE process_id = :process"
_LATE = """
    SELECT extract(epoch FROM at - (details ->> 'due')::timestamptz) FROM audit_entry
     WHERE action = 'timer.fired' AND instance_key = ANY(:keys)
"""
