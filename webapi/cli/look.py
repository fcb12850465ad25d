"""`amends tasks`, `amends timers`, `amends incidents`: what waits, for whom, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import click

from engine.bootstrap import Engine
from engine.types import SYSTEM, SearchRequest
from webapi.cli.common import as_json, open_engine, out, print_rows

_FORMATS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d")
_TIMER = {
    "Timer": "timer_key",
    "Due": "due_date",
    "Element": "element_id",
    "Process": "process_definition_id",
    "Instance": "process_instance_key",
    "Repeats": "repetitions_left",
    "Failures": "failures",
}
_LIMIT = click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="How many rows.")


@click.command()
@click.option("--assignee", help="Only tasks of this person.")
@click.option("--group", help="Only tasks of this candidate group.")
@click.option("--reference", help="Only tasks of this case.")
@_LIMIT
@as_json
def tasks(limit: int, machine: bool, **narrow: str | None) -> None:  # noqa: FBT001 - an option
    """Show open user tasks, the most urgent first."""
    names = {"assignee": "assignee", "group": "candidate_group", "reference": "business_id"}
    wanted: dict[str, object] = {names[name]: value for name, value in narrow.items() if value is not None}
    request = SearchRequest(filter={"state": "CREATED", **wanted}, sort=[("due_date", "asc")], limit=limit)
    columns = {
        "Task": "user_task_key",
        "Name": "name",
        "Case": "business_id",
        "Assignee": "assignee",
        "Groups": "candidate_groups",
        "Due": "due_date",
    }
    with open_engine() as engine:
        page = engine.tasks.search(SYSTEM, request)
    print_rows(page.items, columns, machine=machine, empty="No task is open.")
    _more(page.total_items, len(page.items), machine=machine)


@click.command()
@click.option("--instance", type=int, help="Only timers of this process instance.")
@click.option("--process", help="Only timers of this process.")
@click.option("--starts", is_flag=True, help="Only timers that start instances.")
@click.option(
    "--move", "moved", type=(int, click.DateTime([*_FORMATS])), help="Let this timer fire then instead (UTC)."
)
@click.option("--fire", type=int, help="Let this timer fire now.")
@click.option("--cancel", type=int, help="Let this timer fire no more.")
@_LIMIT
@as_json
def timers(limit: int, machine: bool, **options: Any) -> None:  # noqa: FBT001 - an option
    """Show armed timers, the next one first; or move or cancel one."""
    with open_engine() as engine:
        if _change_timer(engine, options):
            return
        names = {"instance": "process_instance_key", "process": "process_definition_id"}
        wanted: dict[str, object] = {names[name]: options[name] for name in names if options[name] is not None}
        if options["starts"]:
            wanted["process_instance_key"] = {"$exists": False}
        request = SearchRequest(filter=wanted, sort=[("due_date", "asc")], limit=limit)
        page = engine.timers.search(SYSTEM, request)
    print_rows(page.items, _TIMER, machine=machine, empty="No timer is armed.")
    _more(page.total_items, len(page.items), machine=machine)


def _change_timer(engine: Engine, options: Mapping[str, Any]) -> bool:
    """Whether a timer was to be changed; then it is."""
    if options["cancel"] is not None:
        engine.timers.cancel(SYSTEM, options["cancel"])
        out().print(f"Timer {options['cancel']} fires no more.")
        return True
    key, due = options["moved"] or (options["fire"], None)
    if key is None:
        return False
    due = engine.clock.now() if due is None else due.replace(tzinfo=UTC)
    engine.timers.move(SYSTEM, key, due)
    out().print(f"Timer {key} fires at {due.isoformat()}.")
    return True


@click.command()
@click.option("--all", "past", is_flag=True, help="Resolved ones too.")
@click.option("--resolve", "key", type=int, help="Try this one again instead of showing the list.")
@_LIMIT
@as_json
def incidents(past: bool, key: int | None, limit: int, machine: bool) -> None:  # noqa: FBT001 - options
    """Show open incidents, the newest first. Status 1 where there are any."""
    wanted: dict[str, object] = {} if past else {"state": "ACTIVE"}
    columns = {
        "Incident": "incident_key",
        "Since": "creation_time",
        "State": "state",
        "Case": "business_id",
        "Element": "element_id",
        "Kind": "error_type",
        "Message": "error_message",
    }
    with open_engine() as engine:
        if key is not None:
            engine.incidents.resolve(SYSTEM, key)
            out().print(f"Tried incident {key} again.")
            return
        page = engine.incidents.search(
            SYSTEM, SearchRequest(filter=wanted, sort=[("creation_time", "desc")], limit=limit)
        )
    print_rows(page.items, columns, machine=machine, empty="No incident is open.")
    _more(page.total_items, len(page.items), machine=machine)
    if any(incident.state == "ACTIVE" for incident in page.items):
        raise SystemExit(1)


def _more(total: int, shown: int, *, machine: bool) -> None:
    if total > shown and not machine:
        out().print(f"{shown} of {total}; --limit shows more.")
