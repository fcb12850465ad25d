"""Fixtures of the web: the application over a real engine, and people who call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.records import NewPerson
from engine.settings import Settings
from engine.types import SYSTEM
from tests.webapi.callers import Caller
from webapi import logs
from webapi.app import create_app
from webapi.sessions import Sessions


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    """Log as the service does: a stack trace without the values in it."""
    logs.configure(level="warning", form="text")


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
    made = make_engine(settings, request_sessions, clock)
    made.set_clock(SYSTEM, clock.now())  # every request asks the database what time it is
    return made


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
    """Makes people: `somebody("ann", "front-office")` is Ann with a token, and a password where one is given."""

    def make(username: str, *groups: str, password: str | None = None) -> Caller:
        person = NewPerson(username=username, name=username.title(), password=password, groups=groups)
        engine.people.create(SYSTEM, person)
        return Caller(client=app.test_client(), token=engine.people.create_token(SYSTEM, username, "test"))

    return make


@pytest.fixture
def admin(somebody: Callable[..., Caller]) -> Caller:
    """Somebody who may do everything."""
    return somebody("root", "administrators")
