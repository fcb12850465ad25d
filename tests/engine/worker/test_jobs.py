"""What the runner of jobs tells, and when."""

from __future__ import annotations

from dataclasses import replace

from engine.bootstrap import Engine
from engine.processes import ActivatedJob
from engine.processes.jobs import enqueue
from engine.records import Action
from engine.types import SYSTEM, SearchRequest
from engine.worker.jobs import BATCH, JobRunner


def states(engine: Engine) -> list[str]:
    return [job.state for job in engine.jobs.search(SYSTEM, SearchRequest(limit=100)).items]


def leave(engine: Engine, count: int, job_type: str = "paint") -> None:
    with engine.units() as uow:
        for _ in range(count):
            enqueue(uow, job_type, {})


def test_a_batch_is_done_and_told(engine: Engine) -> None:
    seen: list[int] = []

    def do(job: ActivatedJob) -> None:
        seen.append(job.job_key)

    runner = JobRunner(replace(engine, handlers={"paint": do, "other": do}), 1)
    leave(engine, BATCH + 1)
    assert [runner.work(), runner.work(), runner.work()] == [BATCH, 1, 0]
    assert len(set(seen)) == BATCH + 1
    assert set(states(engine)) == {"COMPLETED"}


def test_one_that_fails_does_not_touch_the_others(engine: Engine) -> None:
    leave(engine, 3)
    turns = iter(["well", "badly", "well"])

    def do(_: object) -> None:
        if next(turns) == "badly":
            raise RuntimeError

    JobRunner(replace(engine, handlers={"paint": do}), 1).work()
    assert sorted(states(engine)) == ["COMPLETED", "COMPLETED", "FAILED"]


def test_telling_twice_changes_nothing(engine: Engine) -> None:
    leave(engine, 1)
    (job,) = engine.jobs.activate_any(SYSTEM, ["paint", "other"], worker="w", timeout=60, max_jobs=5)
    engine.jobs.complete_detached(SYSTEM, [job.job_key])
    engine.jobs.complete_detached(SYSTEM, [job.job_key])
    told = engine.audit.search(SYSTEM, SearchRequest(filter={"action": Action.JOB_COMPLETED.value}))
    assert len(told.items) == 1
    assert states(engine) == ["COMPLETED"]
