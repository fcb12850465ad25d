"""`amends replay FILE.jsonl`: the options, the progress bar and the exit status."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from engine.errors import AmendsError
from engine.settings import Settings
from webapi.cli.replay.books import Books, check
from webapi.cli.replay.client import Rejected, Service, ServiceGone
from webapi.cli.replay.people import Team
from webapi.cli.replay.reader import Reading, read, resample
from webapi.cli.replay.report import Report, Speed, show
from webapi.cli.replay.run import Plan, Progress, Replay, Result
from webapi.cli.replay.tokens import NoPeople, has_local_database, local_people, people_of

URL = "http://127.0.0.1:8000"
PATIENCE = 120.0


@dataclass(frozen=True, kw_only=True)
class Options:
    """What stands on the command line, beside the file."""

    url: str = URL
    tokens: tuple[str, ...] = ()
    count: int | None = None
    seed: int = 1
    days: int | None = None
    speed: float | None = None
    patience: float = PATIENCE
    as_json: bool = False


@click.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default=URL, show_default=True, help="Where the service runs.")
@click.option("--token", "tokens", multiple=True, help="Bearer token; once for each person who is to act.")
@click.option("--count", type=click.IntRange(min=1), help="How many; beyond the end the file starts again.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same choices.")
@click.option("--days", type=click.IntRange(min=1), help="Simulated days over which the complaints come in.")
@click.option(
    "--speed", type=click.FloatRange(min=0.1), help="Simulated days a minute; without it, as fast as it goes."
)
@click.option("--patience", type=click.FloatRange(min=0), default=PATIENCE, help="Seconds to wait for a lost service.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def replay(file: Path, **options: Any) -> None:
    """Post the complaints of FILE, one JSON object a line, and let scripted people work them to closure.

    The service needs AMENDS_CLOCK=settable: months pass in minutes. Run it again with the same file and seed to go on
    after an interruption. On the machine of the service one administrator's token, or none, is enough; elsewhere give
    one for each person: an administrator's first, then front office, handlers, reviewers and managers.

    Exit status 0: every line was used and the books balance; 1 otherwise.
    """
    wanted, reading = Options(**options), read(file)
    began = time.monotonic()
    try:
        with _service(wanted) as (service, team, bars):
            result = _play(service, team, bars, _plan(reading, wanted))
            books = check(service, result.cases)
            report = _report(result, books, service, reading, time.monotonic() - began)
    except (ServiceGone, NoPeople, Rejected, AmendsError) as error:
        raise click.ClickException(str(error)) from error
    _print(report, as_json=wanted.as_json)
    if not report.clean:
        raise SystemExit(1)


def _plan(reading: Reading, wanted: Options) -> Plan:
    rows = resample(reading.rows, wanted.count)
    return Plan(rows=rows, seed=wanted.seed, days=wanted.days, pace=wanted.speed)


@contextmanager
def _service(wanted: Options) -> Iterator[tuple[Service, Team, Bars]]:
    """The service, the people who act and the progress display; told on standard error while it is waited for."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console, refresh_per_second=4) as bars:
        note = bars.add_task("", total=1, visible=False)

        def on_wait(what: str) -> None:
            bars.update(note, description=what or "the service is back", visible=bool(what))

        service = Service(wanted.url, next(iter(wanted.tokens), None), patience=wanted.patience, on_wait=on_wait)
        try:
            yield service, _team(service, wanted.tokens), bars
        finally:
            service.close()


def _team(service: Service, tokens: tuple[str, ...]) -> Team:
    """Who works: those whose tokens were given or, with one token or none, people made in the local database."""
    settings = Settings.from_environment()
    if len(tokens) > 1 or (tokens and not has_local_database(settings)):
        return Team(people_of(service, tokens))
    if not has_local_database(settings):
        raise NoPeople(f"There is no database in {settings.data}: give --token, once for each person who is to act.")
    admin, staff = local_people()
    service.token = service.token or admin
    try:
        service.get("/v2/authentication/me", token=staff[0].token)
    except Rejected as error:
        if not tokens:
            raise NoPeople(f"The service does not use the database in {settings.data}: give --token.") from error
        return Team(people_of(service, tokens))
    return Team(staff)


def _play(service: Service, team: Team, bars: Bars, plan: Plan) -> Result:
    posted = bars.add_task("received", total=len(plan.rows))
    closed = bars.add_task("closed", total=len(plan.rows))

    def tell(progress: Progress) -> None:
        bars.update(posted, completed=progress.posted)
        day = f"{progress.now:%a %d %b %Y}" if progress.now else ""
        bars.update(closed, completed=progress.closed, description=f"closed    {day}, {progress.tasks:,} tasks")

    return Replay(service, team, plan, Progress(tell=tell)).run()


def _report(result: Result, books: Books, service: Service, reading: Reading, seconds: float) -> Report:
    requests = sum(service.sent.values()) - service.sent["repeated"]
    tasks, received = result.counts["task"], len(result.cases)
    days = (result.ended - result.began).days if result.ended and result.began else 0
    incidents = service.count("incidents", {"state": "ACTIVE"})
    trouble = [f"{incidents} incidents are open"] if incidents else []
    return Report(
        received=received,
        found_again=sum(case.found_again for case in result.cases.values()),
        acknowledged=books.acknowledged,
        closed=books.closed,
        outcomes=dict(books.outcomes),
        waiting=dict(books.waiting),
        escalations=dict(books.escalations),
        deadlines_kept=dict(books.kept),
        deadlines_missed=dict(books.missed),
        open_incidents=incidents,
        tasks_completed=tasks,
        requests=requests,
        repeated_requests=service.sent["repeated"],
        simulated_days=days,
        speed=Speed(
            seconds=round(seconds, 2),
            complaints=round(received / seconds, 2),
            tasks=round(tasks / seconds, 2),
            requests=round(requests / seconds, 2),
        ),
        broken_lines=reading.broken,
        refused=tuple(result.refused),
        differences=(*result.problems, *books.differences, *trouble),
    )


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        show(report, Console(file=sys.stdout))
