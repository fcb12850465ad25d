"""`amends doctor`: look at an installation and say what is wrong with it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import click
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import AmendsError
from engine.settings import Settings
from engine.types import SYSTEM, SearchRequest
from webapi.cli.common import as_json, out, print_json, settings
from webapi.runtime import Runtime

State = Literal["good", "mind", "bad"]
_STYLE = {"good": "green", "mind": "yellow", "bad": "red"}
_LEAST_FREE = 1_000_000_000
_SKEW = 2.0
"""Seconds by which the clock of a machine may differ from the database's."""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing that was looked at. `mind`: fine for a trial, not for real work."""

    what: str
    state: State
    message: str


@click.command()
@as_json
def doctor(machine: bool) -> None:  # noqa: FBT001 - an option
    """Check settings, database, process library and secrets. Status 1 where something is bad."""
    found = settings()
    remarks = [*_settings(found), *_database(found)]
    if machine:
        print_json(remarks)
    else:
        table = Table(box=None, show_header=False)
        for remark in remarks:
            table.add_row(f"[{_STYLE[remark.state]}]{remark.state}[/]", remark.what, remark.message)
        out().print(table)
    if any(remark.state == "bad" for remark in remarks):
        raise SystemExit(1)


def _remark(what: str, state: State, message: str) -> Remark:
    return Remark(what=what, state=state, message=message)


def _settings(found: Settings) -> Iterator[Remark]:
    if found.clock == "settable":
        yield _remark(
            "clock", "bad", "AMENDS_CLOCK=settable: whoever may set it can miss every deadline. For trials only."
        )
    else:
        yield _remark("clock", "good", "follows the machine")
    if not found.rate_limits:
        yield _remark("rate limits", "bad", "AMENDS_RATE_LIMITS=off: passwords can be guessed without end.")
    local = found.public_url.startswith(("http://127.0.0.1", "http://localhost"))
    if not local and not found.cookie_secure:
        yield _remark("cookies", "bad", "AMENDS_COOKIE_SECURE is off although the service is reached from outside.")
    if local:
        yield _remark("address", "mind", f"letters link to {found.public_url}, which nobody else can reach.")
    if found.smtp_url is None:
        yield _remark("mail", "mind", f"no AMENDS_SMTP_URL: letters lie in {found.mailbox}.")
    yield from _secret(found)
    yield _free(found)


def _secret(found: Settings) -> Iterator[Remark]:
    path = found.secret_file or found.data / "secret"
    if not path.exists():
        yield _remark("secret", "mind", "made at the first start.")
    elif os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield _remark("secret", "bad", f"others may read {path}: chmod 600.")
    else:
        yield _remark("secret", "good", "kept to its owner")


def _free(found: Settings) -> Remark:
    folder = found.data if found.data.exists() else found.data.absolute().parent
    free = shutil.disk_usage(folder if folder.exists() else ".").free
    state: State = "good" if free > _LEAST_FREE else "bad"
    return _remark("disk", state, f"{free / 1e9:.1f} GB free")


def _database(found: Settings) -> Iterator[Remark]:
    try:
        with Runtime.open(found, pool_size=2) as runtime:
            yield from (check(runtime) for check in _CHECKS)
    except (SQLAlchemyError, AmendsError, OSError) as error:
        yield _remark("database", "bad", str(error).splitlines()[0])


def _version(runtime: Runtime) -> Remark:
    with runtime.sessions.pool.connect() as connection:
        number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    state: State = "good" if number >= 150_000 else "bad"
    return _remark("database", state, f"PostgreSQL {number // 10_000}.{number % 10_000}")


def _library(runtime: Runtime) -> Remark:
    page = runtime.engine.deployments.search_processes(SYSTEM, SearchRequest(limit=1))
    if not page.items:
        return _remark("processes", "bad", "none is deployed: `amends serve` or `amends deploy --library`.")
    return _remark("processes", "good", f"{page.total_items} versions deployed")


def _incidents(runtime: Runtime) -> Remark:
    page = runtime.engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"}, limit=1))
    if page.total_items:
        return _remark("incidents", "bad", f"{page.total_items} open: `amends incidents`.")
    return _remark("incidents", "good", "none open")


def _processes(runtime: Runtime) -> Remark:
    nodes = runtime.engine.nodes.running(SYSTEM)
    alive = [node for node in nodes if node.alive]
    if not alive:
        return _remark("running", "mind", "no process of the service.")
    told = "; ".join(
        f"{node.release} on {node.host} (process {node.pid}: {', '.join(node.roles)}) since "
        f"{node.started_at:%Y-%m-%d %H:%M}, seen {node.seen_at:%H:%M:%S}"
        for node in alive
    )
    lost = [f"{node.host} (process {node.pid})" for node in nodes if not node.alive]
    mixed = len({node.release for node in alive}) > 1
    state: State = "mind" if lost or mixed else "good"
    gone = f"; silent without a goodbye: {', '.join(lost)}" if lost else ""
    return _remark("running", state, f"{told}{gone}{'; several releases' if mixed else ''}")


def _clocks(runtime: Runtime) -> Remark:
    off = [node for node in runtime.engine.nodes.running(SYSTEM) if node.alive and abs(node.clock_skew) > _SKEW]
    if off:
        told = ", ".join(f"{node.host} by {node.clock_skew:+.1f} s" for node in off)
        return _remark("clocks", "bad", f"apart from the database's: {told}. Locks of jobs count on them: use NTP.")
    return _remark("clocks", "good", "all machines agree with the database")


_CHECKS: tuple[Callable[[Runtime], Remark], ...] = (_version, _library, _incidents, _processes, _clocks)
