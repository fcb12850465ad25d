from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.errors import AlreadyCompleted, Malformed, NotFound
from engine.processes import ActivatedJob, StartInstance, enqueue
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, one_job, service_task, user_task

Begin = Callable[..., int]


def take(engine: Engine, **more: object) -> tuple[ActivatedJob, ...]:
    wanted = {"type": "paint", "worker": "w", "timeout": 60.0, "max_jobs": 10} | more
    return engine.jobs.activate(SYSTEM, **wanted)  # type: ignore[arg-type]  # a dictionary of the named arguments


def open_incidents(engine: Engine) -> list[tuple[str, str | None]]:
    page = engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"}))
    return [(incident.error_type, incident.element_id) for incident in page.items]


def test_a_job_is_activated_and_completed(engine: Engine, start: Begin) -> None:
    key = start(one_job(), business_id="C-1", colour="red")
    (job,) = take(engine)
    assert (job.element_id, job.business_id, job.retries, job.variables) == ("work", "C-1", 3, {"colour": "red"})
    engine.jobs.complete(SYSTEM, job.job_key, {"dry": True})
    assert engine.instances.get(SYSTEM, key).state == "COMPLETED"
    with pytest.raises(AlreadyCompleted):
        engine.jobs.complete(SYSTEM, job.job_key)


def test_only_what_a_worker_asks_for_is_given(engine: Engine, start: Begin) -> None:
    start(one_job(), colour="red", size=1)
    assert take(engine, type="other") == ()
    assert take(engine, fetch_variables=["size"])[0].variables == {"size": 1}


def test_two_workers_never_get_the_same_job(engine: Engine) -> None:
    engine.deployments.deploy(SYSTEM, [one_job()])
    for _ in range(10):
        engine.instances.start(SYSTEM, StartInstance(process_id="robot"))
    with ThreadPoolExecutor(2) as pool:
        taken = [job.job_key for jobs in pool.map(lambda _: take(engine, max_jobs=10), range(2)) for job in jobs]
    assert len(taken) == len(set(taken)) == 10


def test_a_lock_that_runs_out_gives_the_job_to_the_next_worker(
    engine: Engine, start: Begin, clock: SettableClock
) -> None:
    start(one_job())
    (first,) = take(engine)
    assert take(engine) == ()
    clock.pin(clock.now() + timedelta(seconds=61))
    (second,) = take(engine, worker="other")
    assert (second.job_key, second.worker) == (first.job_key, "other")
    engine.jobs.complete(SYSTEM, second.job_key)
    with pytest.raises(AlreadyCompleted):
        engine.jobs.complete(SYSTEM, first.job_key)


def test_a_failed_job_comes_again_after_its_back_off(engine: Engine, start: Begin, clock: SettableClock) -> None:
    start(one_job())
    (job,) = take(engine)
    engine.jobs.fail(SYSTEM, job.job_key, retries=2, error_message="no paint", retry_back_off=30)
    assert take(engine) == ()
    clock.pin(clock.now() + timedelta(seconds=31))
    assert take(engine)[0].retries == 2
    assert open_incidents(engine) == []


def test_without_retries_an_incident_waits_and_resolving_it_tries_again(engine: Engine, start: Begin) -> None:
    key = start(one_job())
    (job,) = take(engine)
    engine.jobs.fail(SYSTEM, job.job_key, retries=0, error_message="no paint")
    assert take(engine) == ()
    assert engine.instances.get(SYSTEM, key).has_incident
    (incident,) = engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"})).items
    assert (incident.error_type, incident.error_message, incident.job_key) == (
        "JOB_NO_RETRIES",
        "no paint",
        job.job_key,
    )
    engine.incidents.resolve(SYSTEM, incident.incident_key)
    (again,) = take(engine)
    engine.jobs.complete(SYSTEM, again.job_key)
    assert open_incidents(engine) == []


def test_cancelling_the_instance_ends_job_and_incident(engine: Engine, start: Begin) -> None:
    key = start(one_job())
    (job,) = take(engine)
    engine.jobs.fail(SYSTEM, job.job_key, retries=0)
    engine.instances.cancel(SYSTEM, key)
    assert open_incidents(engine) == []
    assert engine.jobs.search(SYSTEM, SearchRequest()).items[0].state != "CREATED"


def test_a_business_error_is_caught_by_the_diagram(
    engine: Engine, start: Begin, open_tasks: Callable[[int], list[str]]
) -> None:
    error = '<bpmn:error id="e" name="e" errorCode="NO-PAINT"/>'
    boundary = (
        '<bpmn:boundaryEvent id="caught" attachedToRef="work"><bpmn:errorEventDefinition errorRef="e"/>'
        "</bpmn:boundaryEvent>"
    )
    content = START + service_task("work", "paint") + boundary + user_task("buy") + END
    key = start(diagram("robot", content + flows("start", "work", "end") + flows("caught", "buy", "end"), extra=error))
    (job,) = take(engine)
    engine.jobs.throw_error(SYSTEM, job.job_key, "NO-PAINT")
    assert open_tasks(key) == ["buy"]
    assert engine.jobs.search(SYSTEM, SearchRequest()).items[0].state == "ERROR_THROWN"


def test_an_error_that_nothing_catches_is_an_incident(engine: Engine, start: Begin) -> None:
    start(one_job())
    (job,) = take(engine)
    engine.jobs.throw_error(SYSTEM, job.job_key, "FIRE", "it burns")
    assert open_incidents(engine) == [("UNHANDLED_ERROR_EVENT", "work")]


def test_a_detached_job_lives_without_an_instance(engine: Engine) -> None:
    with engine.units() as uow:
        key = enqueue(uow, "paint", {"letter": "1"}, "C-1")
    (job,) = take(engine)
    assert (job.job_key, job.variables, job.process_instance_key) == (key, {"letter": "1"}, None)
    engine.jobs.complete(SYSTEM, key)
    assert take(engine) == ()


def test_a_detached_job_of_a_command_that_fails_is_never_seen(engine: Engine) -> None:
    def fail() -> None:
        with engine.units() as uow:
            enqueue(uow, "paint", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert take(engine) == ()


@pytest.mark.parametrize("bad", [{"max_jobs": 0}, {"timeout": 0.0}, {"type": ""}])
def test_requests_that_make_no_sense_are_refused(engine: Engine, bad: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        take(engine, **bad)


def test_an_unknown_job_is_not_found(engine: Engine) -> None:
    with pytest.raises(NotFound):
        engine.jobs.complete(SYSTEM, 1)


def test_a_worker_may_ask_for_more_time(engine: Engine, start: Begin, clock: SettableClock) -> None:
    start(one_job())
    (job,) = take(engine)
    engine.jobs.update(SYSTEM, job.job_key, timeout=3_600)
    clock.pin(clock.now() + timedelta(minutes=30))
    assert take(engine) == ()
