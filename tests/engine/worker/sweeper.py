"""A sweeping process for the test that kills it: fires timers over the database given as its first argument."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.bootstrap import make_engine
from engine.clock import SystemClock
from engine.settings import Settings
from engine.store.connection import connect, sessions


def main(url: str, data: str) -> None:
    """Fire one after the other until killed; tell on standard output of each."""
    database = connect(url)
    engine = make_engine(Settings(data=Path(data), database_url=url), sessions(database), SystemClock())
    while True:
        print("fired", engine.timers.fire_due(1), flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
