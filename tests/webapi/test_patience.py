"""Requests while the database comes and goes: repeated where that is safe, told as 503 where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.records import NewNode
from engine.settings import Settings
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import one_user_task
from tests.faults.severing import Way
from tests.webapi.callers import Caller
from webapi import patience
from webapi.app import create_app
from webapi.sessions import Sessions


@pytest.fixture
def way(database_url: str) -> Iterator[Way]:
    way = Way(database_url)
    yield way
    way.close()


@pytest.fixture
def app(engine: Engine, settings: Settings, way: Way, clock: SettableClock) -> Iterator[Flask]:
    """The application over a way to the database that can be cut; `engine` has another way."""
    engine.deployments.deploy(SYSTEM, [one_user_task()])
    over = Sessions(way.url, pool_size=2)
    yield create_app(make_engine(settings, over, clock), settings, over, hears_clock=True)
    over.close()


@pytest.fixture
def ann(somebody: Callable[..., Caller]) -> Caller:
    caller = somebody("ann", "administrators")
    caller.get("/v2/process-instances/1")  # the token is remembered from here on
    return caller


def started(engine: Engine) -> int:
    return len(engine.instances.search(SYSTEM, SearchRequest()).items)


def start(caller: Caller, **headers: str) -> int:
    body = {"processDefinitionId": "case"}
    return caller.post("/v2/process-instances", json=body, headers=headers).status_code


def test_a_commit_that_never_arrived_is_repeated(ann: Caller, way: Way, engine: Engine) -> None:
    way.cut = "before"
    assert start(ann) == 200
    assert (way.cuts, started(engine)) == (1, 1)


def test_a_commit_whose_answer_was_lost_is_answered_and_not_repeated(ann: Caller, way: Way, engine: Engine) -> None:
    way.cut = "after"
    assert start(ann) == 200
    assert (way.cuts, started(engine)) == (1, 1)


def test_connections_that_were_ended_are_not_noticed(ann: Caller, engine: Engine, way: Way) -> None:
    assert start(ann) == 200
    way.drop()
    assert start(ann) == 200
    assert started(engine) == 2


def test_a_database_that_stays_away_is_told(ann: Caller, way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES", (0.0,))
    way.close()
    answer = ann.post("/v2/process-instances", json={"processDefinitionId": "case"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json["code"] == "unavailable"


def test_processes_are_told_by_the_topology(ann: Caller, engine: Engine) -> None:

    key = engine.nodes.register(NewNode(host="one", pid=7, release="1.0", roles=["api", "timers"]))
    (node,) = ann.get("/v2/topology").json["nodes"]
    assert (node["host"], node["pid"], node["roles"], node["alive"]) == ("one", 7, ["api", "timers"], True)
    assert abs(node["clockSkew"]) < 3_600
    engine.nodes.leave(key)
    assert ann.get("/v2/topology").json["nodes"] == []


def test_a_refusal_is_not_repeated(ann: Caller, engine: Engine) -> None:
    assert ann.post("/v2/process-instances", json={"processDefinitionId": "nothing"}).status_code == 404
