from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store import embedded
from engine.store.connection import connect

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, time
from pathlib import Path
from engine.store import embedded
print(embedded.start(Path(sys.argv[1])), flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="amends-"))
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_start_after_kill_9_finds_everything_again(folder: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        database = connect(process.stdout.readline().strip())
        with database.begin() as connection:
            connection.execute(text("CREATE TABLE kept (a int)"))
        database.dispose()
        process.send_signal(signal.SIGKILL)
    again = connect(embedded.start(folder))
    with again.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM kept")) == 0
    again.dispose()
    embedded.stop(folder)
    assert not (folder / "pg" / "postmaster.pid").exists()


def test_starting_twice_gives_the_same_server(folder: Path) -> None:
    assert embedded.start(folder) == embedded.start(folder)
