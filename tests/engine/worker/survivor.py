"""A worker process for the test that kills it: does slow jobs over the database given as its first argument."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from engine.bootstrap import make_engine
from engine.clock import SystemClock
from engine.processes import ActivatedJob
from engine.settings import Settings
from engine.store.connection import connect, sessions
from engine.worker.jobs import JobRunner


def main(url: str, data: str) -> None:
    """Do jobs until killed; tell on standard output when one has begun."""

    def slow(job: ActivatedJob) -> None:
        print("begun", job.job_key, flush=True)  # noqa: T201 - the test reads it
        time.sleep(0.05)

    database = connect(url)
    engine = make_engine(Settings(data=Path(data), database_url=url), sessions(database), SystemClock())
    runner = JobRunner(replace(engine, handlers={"paint": slow}), 2)
    while True:
        runner.work()


if __name__ == "__main__":
    main(*sys.argv[1:])
