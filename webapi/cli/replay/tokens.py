"""Where the tokens of a replay's people come from.

Nobody may approve or review the own decision, so a replay needs several people, each with a token. Either these are
handed in, one `--token` a person; or the replay runs where the service's database is, and makes accounts and tokens
there, through the engine, as whoever has that machine could. HTTP has no call that hands out tokens, on purpose.
"""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from engine.bootstrap import Engine
from engine.errors import Conflict
from engine.records.people import ADMIN, NewPerson
from engine.settings import Settings
from engine.types import SYSTEM
from webapi.cli.common import open_engine
from webapi.cli.replay.client import Rejected, Service
from webapi.cli.replay.people import Person

ROLES = ("front-office", "case-handlers", "senior-handlers", "reviewers", "managers")
EACH = 2
"""People in each role: two, so that work that may not come back to the same person finds somebody else."""
NAME = "replay"


class NoPeople(Exception):
    """There is nobody to act as; the message says what to do about it."""


def people_of(service: Service, tokens: tuple[str, ...]) -> list[Person]:
    """Who holds each of `tokens`, as the service says. Raises NoPeople for a token that it does not take."""
    found = []
    for token in tokens:
        try:
            me = service.get("/v2/authentication/me", token=token)
        except Rejected as error:
            raise NoPeople(f"The service does not take this token: {error}") from error
        groups = frozenset(cast("list[str]", me.get("groups") or []))
        found.append(Person(username=str(me["username"]), groups=groups, token=token))
    return found


def has_local_database(settings: Settings) -> bool:
    """Whether the database of an installation with these settings is within reach of this process."""
    return settings.database_url is not None or (settings.data / "pg").is_dir()


def local_people() -> tuple[str, list[Person]]:
    """A token of `admin`, and staff of every role with theirs; accounts that are there already are used again."""
    with open_engine() as engine:
        staff = [_person(engine, f"{NAME}-{role}-{number}", role) for role in ROLES for number in range(1, EACH + 1)]
        return engine.people.create_token(SYSTEM, ADMIN, NAME), staff


def _person(engine: Engine, username: str, role: str) -> Person:
    name = username.replace("-", " ").capitalize()
    with suppress(Conflict):
        # Without a password: nobody can log in as them, only the tokens of this run work.
        engine.people.create(SYSTEM, NewPerson(username=username, name=name, groups=(role,)))
    token = engine.people.create_token(SYSTEM, username, NAME)
    return Person(username=username, groups=frozenset({role}), token=token)
