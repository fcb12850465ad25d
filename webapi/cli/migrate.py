"""`amends migrate`: running instances go on with another version of their process, after a look at each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.types import SYSTEM, SearchRequest
from webapi.cli.common import as_json, err, finding_line, open_engine, out, print_json

if TYPE_CHECKING:
    from engine.bootstrap import Engine
    from engine.bpmn import Change
    from engine.processes import InstanceMigration, MigrationPlan
    from engine.processes.definition_views import ProcessDefinitionView
    from engine.types import Page

BATCH = 100
"""Instances between two movements of the bar."""
_VERBS: Mapping[str, str] = {
    "STAYS": "{source} stays",
    "MOVES": "{source} becomes {target}",
    "WAIT_KEPT": "{source} keeps waiting",
    "WAIT_ADDED": "{target} begins to wait",
    "WAIT_REMOVED": "{source} waits no more",
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is asked for: instances of `source` (None: all that run, else these keys) by a plan."""

    source: ProcessDefinitionView
    target: ProcessDefinitionView
    plan: MigrationPlan
    keys: tuple[int, ...] | None
    dry_run: bool


@click.command()
@click.option("--from", "source", required=True, help="The version they run on: its key, or id:version.")
@click.option("--to", "target", required=True, help="The version to go to: its key, id:version, or id for the latest.")
@click.option("--instances", multiple=True, help="Only these process instances: keys, with commas between them.")
@click.option("--all", "every", is_flag=True, help="All running instances of that version.")
@click.option("--map", "pairs", multiple=True, metavar="OLD=NEW", help="An element that has another id there.")
@click.option("--called", is_flag=True, help="Processes that are being called go to their latest versions, too.")
@click.option("--dry-run", is_flag=True, help="Say what would change for each, and who cannot go; change nothing.")
@as_json
def migrate(  # noqa: PLR0913, PLR0917 - one parameter an option
    source: str,
    target: str,
    instances: tuple[str, ...],
    every: bool,  # noqa: FBT001 - an option
    pairs: tuple[str, ...],
    called: bool,  # noqa: FBT001 - an option
    dry_run: bool,  # noqa: FBT001 - an option
    machine: bool,  # noqa: FBT001 - an option
) -> None:
    """Let running instances go on with another version of their process.

    Each goes by itself, wholly or not at all: one that cannot go stays on its version as it was, and the others go.
    Status 1: there were such. Deadlines that wait keep their time.
    """
    from engine.processes import MigrationPlan  # noqa: PLC0415 - `amends --help` needs none of the engine

    keys, mapping = _keys(instances, every=every), _mapping(pairs)
    with open_engine() as engine:
        old, new = _definition(engine, source), _definition(engine, target)
        plan = MigrationPlan(
            process_definition_key=new.process_definition_key, mapping=mapping, called_processes=called
        )
        order = Order(source=old, target=new, plan=plan, keys=keys, dry_run=dry_run)
        refused = _run(engine, order, machine=machine)
    if refused:
        raise SystemExit(1)


def _keys(instances: Sequence[str], *, every: bool) -> tuple[int, ...] | None:
    if every == bool(instances):
        raise click.UsageError("Say which instances: --instances with their keys, or --all.")
    given = [key.strip() for text in instances for key in text.split(",") if key.strip()]
    if not all(key.isascii() and key.isdigit() for key in given):
        raise click.UsageError("--instances takes keys: numbers with commas between them.")
    return None if every else tuple(dict.fromkeys(map(int, given)))


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        old, sign, new = pair.partition("=")
        if not (sign and old.strip() and new.strip()) or old.strip() in found:
            raise click.UsageError(f"--map {pair}: OLD=NEW is needed, and each OLD once.")
        found[old.strip()] = new.strip()
    return found


def _definition(engine: Engine, name: str) -> ProcessDefinitionView:
    """A version by its key, by `id:version`, or the latest by its id. Raises a usage error."""
    if name.isascii() and name.isdigit():
        return engine.deployments.process(SYSTEM, int(name))
    process_id, sign, version = name.rpartition(":")
    if sign and not version.isdigit():
        raise click.UsageError(f"{name}: a version is a number, as in complaint-handling:3.")
    wanted: dict[str, object] = {"process_definition_id": process_id if sign else name}
    if sign:
        wanted["version"] = int(version)
    request = SearchRequest(filter=wanted, sort=(("version", "desc"),), limit=1)
    found = engine.deployments.search_processes(SYSTEM, request).items
    if not found:
        raise click.UsageError(f"{name}: no such process version is deployed.")
    return found[0]


def _run(engine: Engine, order: Order, *, machine: bool) -> int:
    """Migrate batch by batch and tell of each instance; gives how many could not go."""
    told: list[InstanceMigration] = []
    for item in _with_bar(_pages(engine, order), order):
        told.append(item)
        if not machine:
            out().print(_line(item), markup=False, highlight=False)
    refused = sum(item.state == "REFUSED" for item in told)
    if machine:
        print_json(told)
    else:
        err().print(_summary(order, len(told), refused), highlight=False)
    return refused


def _pages(engine: Engine, order: Order) -> Iterator[Page[InstanceMigration]]:
    on_version = {"process_definition_key": order.source.process_definition_key}
    if order.keys is None:
        yield from _walk(engine, order, on_version)
        return
    for start in range(0, len(order.keys), BATCH):
        left = list(order.keys[start : start + BATCH])
        for page in _walk(engine, order, {**on_version, "process_instance_key": {"$in": list(left)}}):
            yield page
            found = {item.process_instance_key for item in page.items}
            left = [key for key in left if key not in found]
        yield _not_there(order, left)


def _walk(engine: Engine, order: Order, wanted: Mapping[str, object]) -> Iterator[Page[InstanceMigration]]:
    after = None
    while True:
        request = SearchRequest(filter=wanted, limit=BATCH, after=after)
        page = engine.migrations.migrate_all(SYSTEM, request, order.plan, dry_run=order.dry_run)
        yield page
        after = page.end_cursor
        if after is None or len(page.items) < BATCH:
            return


def _not_there(order: Order, keys: Sequence[int]) -> Page[InstanceMigration]:
    from engine.processes import InstanceMigration  # noqa: PLC0415 - as above
    from engine.types import Page  # noqa: PLC0415

    items = tuple(
        InstanceMigration(
            process_instance_key=key,
            state="REFUSED",
            source_process_definition_key=order.source.process_definition_key,
            source_process_definition_version=order.source.version,
            reason="It does not run on this version.",
        )
        for key in keys
    )
    return Page(items=items, total_items=len(items))


def _with_bar(pages: Iterable[Page[InstanceMigration]], order: Order) -> Iterator[InstanceMigration]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = err()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        total = None if order.keys is None else len(order.keys)
        bar = bars.add_task("Looking" if order.dry_run else "Migrating", total=total)
        done = 0
        for page in pages:
            if order.keys is None and done == 0:
                bars.update(bar, total=page.total_items)
            done += len(page.items)
            bars.update(bar, completed=done)
            yield from page.items


def _line(item: InstanceMigration) -> str:
    """As compilers write it: `key: outcome: what changes`, or a line for each reason."""
    key = item.process_instance_key
    if item.state == "REFUSED":
        reasons = [finding_line(finding) for finding in item.findings] or [item.reason or ""]
        return "\n".join(f"{key}: refused: {reason}" for reason in reasons)
    changes = "; ".join(map(_change, item.changes)) or "nothing changes"
    return f"{key}: {item.state.lower()}: {changes}"


def _change(change: Change) -> str:
    if change.kind == "RENEWED":
        anew = ", ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in change.renewed.items())
        return f"{change.target_element_id} takes {anew}"
    told = _VERBS[change.kind].format(source=change.source_element_id, target=change.target_element_id)
    if change.source_element_id != change.target_element_id and change.kind == "WAIT_KEPT":
        told += f" as {change.target_element_id}"
    return told if change.due is None else f"{told} (due {change.due.isoformat(timespec='seconds')})"


def _value(value: object) -> str:
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)


def _summary(order: Order, count: int, refused: int) -> str:
    went = "could go" if order.dry_run else "went"
    where = f"{order.target.process_definition_id} version {order.target.version}"
    return (
        f"{count - refused} of {count} instances {went} to {where}; {refused} stay on version {order.source.version}."
    )
