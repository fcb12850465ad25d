from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.processes import Resource
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, user_task

Begin = Callable[..., int]
Tasks = Callable[[int], list[str]]
ON_SIGNAL = '<bpmn:signalEventDefinition signalRef="s"/>'
SIGNAL = '<bpmn:signal id="s" name="fire"/>'


def listening(process_id: str) -> Resource:
    catch = '<bpmn:intermediateCatchEvent id="hear">' + ON_SIGNAL + "</bpmn:intermediateCatchEvent>"
    content = START + catch + user_task("run") + END + flows("start", "hear", "run", "end")
    return diagram(process_id, content, extra=SIGNAL)


def shouting(process_id: str) -> Resource:
    throw = '<bpmn:intermediateThrowEvent id="cry">' + ON_SIGNAL + "</bpmn:intermediateThrowEvent>"
    content = START + throw + user_task("rest") + END + flows("start", "cry", "rest", "end")
    return diagram(process_id, content, extra=SIGNAL)


def _died(_job: int) -> None:
    """As if the process had died right after the commit."""


def test_a_broadcast_reaches_all_who_wait(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    keys = [start(listening("one")), start(listening("two")), start(listening("two"))]
    engine.signals.broadcast(SYSTEM, "fire")
    assert [open_tasks(key) for key in keys] == [["run"]] * 3


def test_who_hears_a_thrown_signal_has_moved_when_the_command_returns(start: Begin, open_tasks: Tasks) -> None:
    hearers = [start(listening("one")), start(listening("one"))]
    loud = start(shouting("loud"))
    assert [open_tasks(key) for key in (*hearers, loud)] == [["run"], ["run"], ["rest"]]


def test_receivers_beyond_the_first_are_left_to_the_worker(
    engine: Engine, start: Begin, open_tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.processes.signals.AT_ONCE", 1)
    hearers = [start(listening("one")), start(listening("one"))]
    start(shouting("loud"))
    assert [open_tasks(key) for key in hearers] == [["run"], []]
    engine.signals.deliver(engine.jobs.search(SYSTEM, SearchRequest()).items[0].job_key)
    assert [open_tasks(key) for key in hearers] == [["run"], ["run"]]


def test_a_thrown_signal_reaches_others_by_a_job_that_loses_nobody(
    engine: Engine, start: Begin, open_tasks: Tasks
) -> None:
    engine.advance.deliver = _died
    hearers = [start(listening("one")), start(listening("one"))]
    start(shouting("loud"))
    (job,) = engine.jobs.search(SYSTEM, SearchRequest()).items
    assert [open_tasks(key) for key in hearers] == [[], []]
    assert engine.signals._deliver_one(job.job_key)  # as if the worker had died after the first
    engine.signals.deliver(job.job_key)
    assert [open_tasks(key) for key in hearers] == [["run"], ["run"]]
    assert engine.jobs.search(SYSTEM, SearchRequest()).items[0].state == "COMPLETED"


def test_an_instance_that_has_ended_meanwhile_is_passed_over(engine: Engine, start: Begin, open_tasks: Tasks) -> None:
    engine.advance.deliver = _died
    gone, there = start(listening("one")), start(listening("one"))
    start(shouting("loud"))
    engine.instances.cancel(SYSTEM, gone)
    engine.signals.deliver(engine.jobs.search(SYSTEM, SearchRequest()).items[0].job_key)
    assert open_tasks(there) == ["run"]
