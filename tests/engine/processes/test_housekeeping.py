from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.processes import StartInstance, enqueue
from engine.store.idempotency import Idempotency
from engine.store.job import Job
from engine.types import SYSTEM
from tests.engine.processes.diagrams import one_user_task


def test_old_answers_and_old_detached_jobs_are_forgotten(engine: Engine, clock: SettableClock) -> None:
    engine.deployments.deploy(SYSTEM, [one_user_task()])
    engine.instances.start(SYSTEM, StartInstance(process_id="case", idempotency="old"))
    with engine.units() as uow:
        done, waiting = enqueue(uow, "paint", {}), enqueue(uow, "paint", {})
    engine.jobs.complete(SYSTEM, done)
    clock.pin(clock.now() + timedelta(days=31))
    engine.instances.start(SYSTEM, StartInstance(process_id="case", idempotency="new"))
    engine.housekeeping.tidy()
    with engine.units() as uow:
        assert list(uow.session.scalars(select(Idempotency.idempotency_key))) == ["new"]
        assert list(uow.session.scalars(select(Job.key))) == [waiting]
