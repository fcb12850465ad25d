"""`amends try`: one instance of a diagram in memory, without a database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from engine.bootstrap import make_trials
from engine.clock import SystemClock
from engine.trials import Case, Given, Shelf
from webapi.cli.common import as_json, err, out, print_json, read_variables, settings
from webapi.cli.process_tests import BESIDE, shelf_of
from webapi.runtime import SUFFIXES


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--process", "process_id", help="Id of the process; may be left out where the file has one.")
@click.option("--variables", help="A JSON object, or @FILE that holds one.")
@click.option("--complaint", help="The complaint that was received, as a JSON object; {} for any.")
@click.option("--at", "instant", help="When it starts, as 2026-03-02T09:00:00Z; now, if it is not said.")
@click.option("--start", help="Id of the start event, if it is not the plain one.")
@click.option(
    "--answer", "answers", multiple=True, metavar="TASK=JSON", help="Complete this user task, when it is open."
)
@click.option("--message", "messages", multiple=True, metavar="NAME=JSON", help="Let this message come.")
@click.option("--advance", metavar="DURATION", help="Let time pass, for example P10D; timers fire on the way.")
@BESIDE
@as_json
def try_out(file: Path, more: tuple[Path, ...], machine: bool, **asked: Any) -> None:  # noqa: FBT001 - an option
    """Run one instance of a diagram in memory and print what happens.

    Tables, forms and called processes come from the directory of FILE, from `--with`, else from the library.
    """
    trials = make_trials(settings())
    beside = [one for one in sorted(file.parent.iterdir()) if one.suffix in SUFFIXES]
    others = [one for one in beside if one.suffix != ".bpmn" or one == file]
    shelf = shelf_of(trials, others, [*more, *(one for one in beside if one not in others)])
    process_id = asked["process_id"] or _only(shelf, file)
    if process_id not in shelf.process_ids:
        raise click.UsageError(f"--process: there is no process {process_id!r}.")
    given = Given(
        now=_instant(asked["instant"]),
        variables=read_variables(asked["variables"]),
        complaint=None if asked["complaint"] is None else read_variables(asked["complaint"]),
        start=asked["start"],
    )
    case = trials.start(shelf, process_id, given)
    _go_on(case, _pairs("--answer", asked["answers"]), _pairs("--message", asked["messages"]), asked["advance"])
    told = _standing(case)
    if machine:
        print_json(told)
    else:
        _show_case(case, told)


def _only(shelf: Shelf, file: Path) -> str:
    found = [one.process_id for one in shelf.at_hand.processes.values() if one.resource_name == file.name]
    if len(found) != 1:
        raise click.UsageError(f"--process is needed, one of: {', '.join(found)}.")
    return found[0]


def _instant(text: str | None) -> datetime:
    if text is None:
        return SystemClock().now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--at: {error}") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _pairs(option: str, given: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for text in given:
        name, _, value = text.partition("=")
        try:
            read = json.loads(value or "{}")
        except ValueError as error:
            raise click.UsageError(f"{option} {name}: {error}") from error
        if not isinstance(read, dict):
            raise click.UsageError(f"{option} {name}: a JSON object is needed.")
        found.append((name, read))
    return found


def _go_on(
    case: Case,
    answers: Sequence[tuple[str, Mapping[str, Any]]],
    messages: Sequence[tuple[str, Mapping[str, Any]]],
    advance: str | None,
) -> None:
    left = list(answers)
    _answer(case, left)
    for name, variables in messages:
        case.message(name, None, variables)
        _answer(case, left)
    if advance is not None:
        try:
            case.advance(advance)
        except ValueError as error:
            raise click.UsageError(f"--advance: {error}") from error
        _answer(case, left)
    for element_id, _ in left:
        err().print(f"Note: the task {element_id} was never open.", style="yellow", markup=False)


def _answer(case: Case, left: list[tuple[str, Mapping[str, Any]]]) -> None:
    """Complete open tasks for which there are answers, each answer once and in the order in which they were given."""
    while True:
        tasks = {task.element_id for task in case.tasks}
        ready = next((one for one in left if one[0] in tasks), None)
        if ready is None:
            return
        left.remove(ready)
        case.complete(*ready)


def _standing(case: Case) -> dict[str, Any]:
    return {
        "state": case.state,
        "now": case.now,
        "path": case.trail.elements,
        "tasks": [
            {
                "elementId": row.element_id,
                "name": row.name,
                "candidateGroups": list(row.candidate_groups),
                "assignee": row.assignee,
                "dueDate": row.due_at,
                "formId": row.form_id,
            }
            for row in case.tasks
        ],
        "jobs": [{"elementId": row.element_id, "type": row.job_type} for row in case.jobs],
        "timers": [{"elementId": row.element_id, "dueDate": row.due_at} for row in case.timers],
        "messages": [{"name": row.name, "correlationKey": row.correlation_key} for row in case.messages],
        "variables": dict(case.variables),
        "decisions": dict(case.trail.decisions),
        "letters": list(case.letters),
        "complaint": dict(case.complaint),
        "incidents": [
            {"elementId": row.element_id, "errorType": row.code, "errorMessage": row.message} for row in case.incidents
        ],
    }


def _show_case(case: Case, told: Mapping[str, Any]) -> None:
    lines = [f"{case.state}, at {case.now.isoformat(timespec='seconds')}"]
    lines += _section("path", told["path"])
    for heading in ("tasks", "jobs", "timers", "messages", "incidents"):
        lines += _section(heading, [_row(row) for row in told[heading]])
    for heading in ("variables", "decisions", "complaint"):
        values = sorted(told[heading].items())
        lines += _section(heading, [f"{n} = {json.dumps(v, ensure_ascii=False, default=str)}" for n, v in values])
    lines += _section("letters", told["letters"])
    for line in lines:
        out().print(line, markup=False, highlight=False)


def _section(heading: str, lines: Sequence[str]) -> list[str]:
    return [heading, *(f"  {line}" for line in lines)] if lines else []


def _row(row: Mapping[str, Any]) -> str:
    first, *rest = ((name, value) for name, value in row.items() if value not in (None, [], ""))
    shown = [f"{name} {', '.join(value) if isinstance(value, list) else _plain(value)}" for name, value in rest]
    return "; ".join([str(first[1]), *shown])


def _plain(value: object) -> str:
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)
