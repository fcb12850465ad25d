"""`amends user ...` and `amends token ...`: accounts, and tokens for integrations."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import click

from engine.identity import new_password
from engine.records import NewAbsence, NewPerson
from engine.types import SYSTEM, SearchRequest
from webapi.cli.common import as_json, open_engine, out, print_json, print_rows


@click.group()
def user() -> None:
    """Accounts of staff and integrations."""


@user.command("add")
@click.argument("username")
@click.option("--name", help="The person's name; the user name where nothing is said.")
@click.option("--email")
@click.option("--group", "groups", multiple=True, help="A group of config/roles.toml; may be repeated.")
@click.option("--locale", help="Language of the pages, for example nl.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--no-password", is_flag=True, help="No log-in: only tokens will work.")
@as_json
def add(username: str, password_stdin: bool, no_password: bool, machine: bool, **fields: object) -> None:  # noqa: FBT001
    """Make an account. A password is made up and printed unless one is given."""
    if password_stdin and no_password:
        raise click.UsageError("--password-stdin and --no-password exclude each other.")
    given = sys.stdin.readline().rstrip("\n") if password_stdin else None
    password = None if no_password else given or new_password()
    with open_engine() as engine:
        person = NewPerson(
            username=username,
            name=str(fields["name"] or username),
            email=_text(fields["email"]),
            password=password,
            groups=tuple(fields["groups"]),  # type: ignore[arg-type]  # a tuple of texts
            locale=_text(fields["locale"]),
        )
        made = engine.people.create(SYSTEM, person)
    shown = password if not (password_stdin or no_password) else None
    if machine:
        print_json({"username": made.username, "groups": made.groups, "password": shown})
    else:
        out().print(f"Made the account {made.username}." + (f" Password: {shown}" if shown else ""), markup=False)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@user.command("list")
@as_json
def list_users(machine: bool) -> None:  # noqa: FBT001 - an option of the command line
    """Show all accounts."""
    columns = {"User": "username", "Name": "name", "Groups": "groups", "Language": "locale", "Active": "active"}
    with open_engine() as engine:
        page = engine.people.list(SYSTEM, SearchRequest(sort=[("username", "asc")], limit=1_000))
    print_rows(page.items, columns, machine=machine, empty="There are no accounts.")


_DAY = click.DateTime(["%Y-%m-%d"])


@user.command("away")
@click.argument("username")
@click.option("--from", "first", type=_DAY, required=True, help="First day, as 2026-12-24.")
@click.option("--until", "last", type=_DAY, required=True, help="Last day.")
@click.option("--deputy", required=True, help="Who does the work meanwhile.")
@click.option("--delegate", is_flag=True, help="The deputy acts with the absent person's groups as well.")
@as_json
def away(username: str, first: datetime, last: datetime, machine: bool, **fields: object) -> None:  # noqa: FBT001
    """Enter an absence; while it lasts the deputy finds the person's tasks."""
    asked = NewAbsence(
        username=username,
        deputy=str(fields["deputy"]),
        first_day=first.date(),
        last_day=last.date(),
        delegates=fields["delegate"] is True,
    )
    with open_engine() as engine:
        made = engine.absences.enter(SYSTEM, asked)
    if machine:
        print_json(made)
    else:
        line = f"{made.username} is away from {made.first_day} to {made.last_day}; {made.deputy} stands in."
        out().print(f"{line} Key: {made.absence_key}", markup=False)


@user.command("back")
@click.argument("username")
@click.argument("key", type=int)
@as_json
def back(username: str, key: int, machine: bool) -> None:  # noqa: FBT001 - an option of the command line
    """Take an absence back, or end it now."""
    with open_engine() as engine:
        ended = engine.absences.cancel(SYSTEM, username, key)
    if machine:
        print_json(ended)
    else:
        out().print(f"The absence of {ended.username} is over.", markup=False)


@user.command("absences")
@click.argument("username")
@as_json
def absences(username: str, machine: bool) -> None:  # noqa: FBT001 - an option of the command line
    """Show somebody's absences, the latest first."""
    columns = {"Key": "absence_key", "From": "first_day", "Until": "last_day", "Deputy": "deputy", "State": "state"}
    with open_engine() as engine:
        rows = engine.absences.of(SYSTEM, username)
    print_rows(rows, columns, machine=machine, empty="There are no absences.")


@click.group()
def token() -> None:
    """Bearer tokens."""


@token.command("create")
@click.option("--user", "username", required=True, help="Whose token it is; `admin` is always there.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option("--scope", "scopes", multiple=True, help="A permission that it is limited to; may be repeated.")
@click.option("--days", type=click.IntRange(1, 3_650), help="How long it is good; without limit where nothing is said.")
def create(username: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Print a new token, and nothing else. It cannot be read again."""
    with open_engine() as engine:
        expires: datetime | None = None if days is None else engine.clock.now() + timedelta(days=days)
        made = engine.people.create_token(SYSTEM, username, name, scopes=scopes or None, expires_at=expires)
    click.echo(made)
