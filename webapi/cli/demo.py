"""`amends demo`: people of every role, so that somebody new can log in and look around."""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from engine.errors import ConfigurationInvalid
from engine.records import NewPerson
from engine.types import SYSTEM, SearchRequest
from webapi.cli.common import as_json, open_engine, out, print_json

if TYPE_CHECKING:
    from engine.bootstrap import Engine
    from engine.settings import Settings

PEOPLE = "demo/people.toml"
PASSWORDS = "demo-passwords.toml"
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "juniper", "kelp", "linden")


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """Somebody to log in as."""

    username: str
    name: str
    groups: tuple[str, ...]
    password: str | None
    """None where the account was there before and its password is not ours to know."""


@click.command()
@as_json
def demo(machine: bool) -> None:  # noqa: FBT001 - an option
    """Make demo people of every role, once, and show how to log in as them."""
    with open_engine() as engine:
        people = ensure_people(engine)
        address = engine.settings.public_url
    if machine:
        print_json(people)
    else:
        show(people, address)


def ensure_people(engine: Engine) -> list[DemoPerson]:
    """Make whoever of `demo/people.toml` is missing. Their passwords lie in the data directory, for the next call."""
    known = _passwords(engine.settings)
    there = {person.username for person in engine.people.list(SYSTEM, SearchRequest(limit=1_000)).items}
    found = []
    for row in _rows(engine.settings):
        if row["username"] not in there:
            known[row["username"]] = _new_password()
            engine.people.create(SYSTEM, NewPerson(**row, password=known[row["username"]]))
        password = known.get(row["username"])
        found.append(
            DemoPerson(username=row["username"], name=row["name"], groups=tuple(row["groups"]), password=password)
        )
    _keep(engine.settings, known)
    return found


def _rows(settings: Settings) -> list[dict[str, Any]]:
    path = settings.config_file(PEOPLE)
    try:
        rows: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))["people"]
        return [{**row, "groups": tuple(row["groups"]), "name": row.get("name", row["username"])} for row in rows]
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigurationInvalid(f"{PEOPLE} cannot be read: {error}") from error


def _new_password() -> str:
    # Easy to type from a terminal into a browser; for a demonstration, never for an account that matters.
    return "-".join((*(secrets.choice(_WORDS) for _ in range(3)), str(secrets.randbelow(9_000) + 1_000)))


def _passwords(settings: Settings) -> dict[str, str]:
    path = settings.data / PASSWORDS
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _keep(settings: Settings, passwords: dict[str, str]) -> None:
    path = settings.data / PASSWORDS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f'"{name}" = "{word}"\n' for name, word in sorted(passwords.items())), "utf-8")


def show(people: list[DemoPerson], address: str) -> None:
    """Print a table of who can log in, and where."""
    table = Table("Log in as", "Password", "Groups", box=None, header_style="bold")
    for person in people:
        table.add_row(person.username, person.password or "(set before)", ", ".join(person.groups))
    out().print(f"Staff log in at {address}/log-in; whoever complains starts at {address}/.", highlight=False)
    out().print(table)
