"""Fixtures of the web: the application over a real engine, and people who call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.records import NewPerson
from engine.settings import Settings
from engine.types import SYSTEM
from webapi.app import create_app
from webapi.sessions import Sessions

PASSWORD = "a good pass phrase"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls the API with a token (none: a stranger)."""

    client: FlaskClient
    token: str | None = None

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """Any call."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers.update(options.pop("headers", {}))
        return self.client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> TestResponse:
        """POST of a JSON body, or of nothing."""
        return self.call("POST", path, **({"json": body} if body is not None else {}), **options)

    def put(self, path: str, body: object, **options: Any) -> TestResponse:
        """PUT of a JSON body."""
        return self.call("PUT", path, json=body, **options)

    def patch(self, path: str, body: object, **options: Any) -> TestResponse:
        """PATCH with a JSON body."""
        return self.call("PATCH", path, json=body, **options)

    def delete(self, path: str) -> TestResponse:
        """DELETE."""
        return self.call("DELETE", path)

    def found(self, things: str, **where: object) -> list[dict[str, Any]]:
        """What a search finds."""
        answer = self.post(f"/v2/{things}/search", {"filter": where})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json["items"]
        return items


@pytest.fixture(scope="session")
def request_sessions(database_url: str) -> Iterator[Sessions]:
    """The sessions of requests over the test database."""
    sessions = Sessions(database_url, pool_size=10)
    yield sessions
    sessions.close()


@pytest.fixture
def engine(
    settings: Settings, session_factory: sessionmaker[Session], request_sessions: Sessions, clock: SettableClock
) -> Engine:
    """The whole engine over empty tables, with the sessions of requests."""
    del session_factory  # asked for, because it empties the tables
    return make_engine(settings, request_sessions, clock)


@pytest.fixture
def app(engine: Engine, settings: Settings, request_sessions: Sessions) -> Flask:
    """The application."""
    return create_app(engine, settings, request_sessions)


@pytest.fixture
def stranger(app: Flask) -> Caller:
    """Nobody we know."""
    return Caller(client=app.test_client())


@pytest.fixture
def somebody(app: Flask, engine: Engine) -> Callable[..., Caller]:
    """Makes people: `somebody("ann", "front-office")` is Ann with a token."""

    def make(username: str, *groups: str) -> Caller:
        person = NewPerson(username=username, name=username.title(), password=PASSWORD, groups=groups)
        engine.people.create(SYSTEM, person)
        return Caller(client=app.test_client(), token=engine.people.create_token(SYSTEM, username, "test"))

    return make


@pytest.fixture
def admin(somebody: Callable[..., Caller]) -> Caller:
    """Somebody who may do everything."""
    return somebody("root", "administrators")
