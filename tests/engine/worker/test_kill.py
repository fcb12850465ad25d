from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock, SystemClock
from engine.processes import StartInstance
from engine.settings import Settings
from engine.store.job import Job
from engine.store.process_instance import ElementInstance, ProcessInstance
from engine.types import SYSTEM
from tests.engine.processes.diagrams import one_job
from tests.engine.processes.test_starts import begun_by, timer

ROOT = Path(__file__).parents[3]
COUNT = 30


def test_kill_9_in_the_middle_loses_nothing(engine: Engine, settings: Settings, database_url: str) -> None:
    now = make_engine(settings, engine.units.session_factory, SystemClock())
    now.deployments.deploy(SYSTEM, [one_job()])
    for _ in range(COUNT):
        now.instances.start(SYSTEM, StartInstance(process_id="robot"))
    command = [sys.executable, "-m", "tests.engine.worker.survivor", database_url, str(settings.data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            assert process.stdout.readline().startswith("begun")
        process.send_signal(signal.SIGKILL)
    finish(now, settings)
    with engine.units() as uow:
        completed = select(func.count()).where(ProcessInstance.state == "COMPLETED")
        works = select(func.count()).where(ElementInstance.element_id == "work", ElementInstance.state == "COMPLETED")
        jobs = select(func.count()).where(Job.state == "COMPLETED")
        assert [uow.session.scalar(query) for query in (completed, works, jobs)] == [COUNT, COUNT, COUNT]


def finish(now: Engine, settings: Settings) -> None:
    """The next worker, after the locks of the killed one have run out."""
    later = SettableClock(now.clock.now() + timedelta(hours=1))
    engine = make_engine(settings, now.units.session_factory, later)
    while jobs := engine.jobs.activate(SYSTEM, type="paint", worker="next", timeout=60.0, max_jobs=10):
        for job in jobs:
            engine.jobs.complete(SYSTEM, job.job_key)


def test_kill_9_of_a_sweep_starts_each_instance_once(engine: Engine, settings: Settings, database_url: str) -> None:
    now = make_engine(settings, engine.units.session_factory, SystemClock())
    past = timer("2026-01-01T00:00:00Z", "timeDate")
    now.deployments.deploy(SYSTEM, [begun_by(past, f"begun-{number}") for number in range(COUNT)])
    command = [sys.executable, "-m", "tests.engine.worker.sweeper", database_url, str(settings.data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(5):
            assert process.stdout.readline().startswith("fired")
        process.send_signal(signal.SIGKILL)
    while now.timers.fire_due():
        pass
    with engine.units() as uow:
        processes = select(func.count(), func.count(ProcessInstance.process_id.distinct()))
        assert tuple(uow.session.execute(processes).one()) == (COUNT, COUNT)
