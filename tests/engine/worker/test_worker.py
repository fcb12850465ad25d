from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.processes import ActivatedJob, Resource, StartInstance, enqueue
from engine.store.job import Job
from engine.store.user_task import UserTask
from engine.types import SYSTEM, Json
from engine.worker import Duties, Worker
from tests.engine.processes.diagrams import one_job, reminded

PATIENCE = 20.0
"""Seconds after which a test gives up; nothing is asserted about how long anything takes."""


@pytest.fixture
def until(engine: Engine) -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds."""

    def wait(holds: Callable[[], bool]) -> None:
        pause, tries = threading.Event(), int(PATIENCE / 0.02)
        for _ in range(tries):
            if holds():
                return
            pause.wait(0.02)
        pytest.fail("it did not happen")

    return wait


def begin(engine: Engine, resource: Resource, **variables: Json) -> int:
    engine.deployments.deploy(SYSTEM, [resource])
    process_id = resource.name.removesuffix(".bpmn")
    return engine.instances.start(
        SYSTEM, StartInstance(process_id=process_id, variables=variables)
    ).process_instance_key


@pytest.fixture
def working(engine: Engine, database_url: str) -> Iterator[Callable[[Engine], Engine]]:
    """Let a worker work for an engine until the test ends."""
    workers: list[Worker] = []

    def run(engine: Engine) -> Engine:
        worker = Worker(engine, database_url)
        worker.start()
        workers.append(worker)
        return engine

    yield run
    for worker in workers:
        worker.stop()


def test_a_worker_fires_timers_when_the_clock_moves_elsewhere(
    engine: Engine,
    working: Callable[[Engine], Engine],
    until: Callable[[Callable[[], bool]], None],
    clock: SettableClock,
) -> None:
    begin(engine, reminded(), deadline="PT1H")
    working(engine)
    clock.pin(clock.now() + timedelta(hours=1))
    with engine.units() as uow:
        uow.notify("amends_timers", clock.now().isoformat())

    def reminded_of() -> bool:
        with engine.units() as uow:
            return uow.session.scalar(select(UserTask.key).where(UserTask.element_id == "remind")) is not None

    until(reminded_of)


def test_a_worker_does_built_in_jobs(
    engine: Engine, working: Callable[[Engine], Engine], until: Callable[[Callable[[], bool]], None]
) -> None:
    painted: list[Json] = []

    def paint(job: ActivatedJob) -> None:
        painted.append(job.variables["colour"])

    engine = working(replace(engine, handlers={"paint": paint}))
    key = begin(engine, one_job(), colour="red")
    until(lambda: engine.instances.get(SYSTEM, key).state == "COMPLETED")
    assert painted == ["red"]


def test_a_job_that_fails_is_tried_again_and_becomes_an_incident(
    engine: Engine,
    working: Callable[[Engine], Engine],
    until: Callable[[Callable[[], bool]], None],
    clock: SettableClock,
) -> None:
    def refuse(job: ActivatedJob) -> None:
        raise RuntimeError("secret text")

    engine = working(replace(engine, handlers={"paint": refuse}))
    with engine.units() as uow:
        key = enqueue(uow, "paint", {}, retries=2)

    def given_up() -> bool:
        clock.pin(clock.now() + timedelta(hours=1))  # past every back-off
        with engine.units() as uow:
            return uow.session.get_one(Job, key).retries == 0

    until(given_up)
    with engine.units() as uow:
        assert uow.session.get_one(Job, key).error_message == "RuntimeError"


def test_stopping_finishes_what_was_begun_and_leaves_the_rest(engine: Engine, database_url: str) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def slow(job: ActivatedJob) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        done.append(job.job_key)

    engine = replace(engine, handlers={"paint": slow})
    with engine.units() as uow:
        keys = [enqueue(uow, "paint", {}) for _ in range(3)]
    worker = Worker(engine, database_url, Duties(threads=1))
    worker.start()
    assert begun.wait(PATIENCE)
    stopping = threading.Thread(target=worker.stop)
    worker._jobs.ask_to_stop()
    stopping.start()
    go_on.set()
    stopping.join()
    with engine.units() as uow:
        states = {job.key: (job.state, job.available_at <= uow.now()) for job in uow.session.scalars(select(Job))}
    assert done == keys[:1]
    assert states == {keys[0]: ("COMPLETED", False), keys[1]: ("CREATED", True), keys[2]: ("CREATED", True)}
