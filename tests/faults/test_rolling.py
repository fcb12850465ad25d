"""A rolling upgrade: older code works on the tables of today, and ours on those of tomorrow."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import text

from engine.bootstrap import make_engine
from engine.clock import SystemClock
from engine.settings import Settings
from engine.store import embedded, migrate
from engine.store.connection import connect, sessions
from engine.types import SYSTEM, SearchRequest
from webapi.runtime import library_resources

ROOT = Path(__file__).parents[2]
OLDER = "9f68190"
"""The last state of the code that knew revision 0003 only. After a release: that release."""
PARTS = ("engine", "config", "workflows", "forms", "pyproject.toml")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
PROGRAM = """
import importlib.util
import sys
from pathlib import Path
from engine.bootstrap import make_engine
from engine.clock import SystemClock
from engine.complaints import PartyData, Receipt
from engine.settings import Settings
from engine.store.connection import connect, sessions
from engine.types import SYSTEM, SearchRequest

url, data = sys.argv[1:]
engine = make_engine(Settings(data=Path(data), database_url=url), sessions(connect(url)), SystemClock())
if importlib.util.find_spec("engine.store.migrations.line"):  # before that, code wanted the very tables of its day
    engine.check()
ada = PartyData(name="Ada Example", email="ada@example.org")
received = engine.complaints.receive(SYSTEM, Receipt(description="old", channel="phone", complainant=ada))
(task,) = engine.tasks.search(SYSTEM, SearchRequest(filter={"business_id": received.reference})).items
engine.people.ensure_admin("a good pass phrase")
engine.tasks.assign(SYSTEM, task.user_task_key, "admin")
engine.timers.fire_due()
print(received.reference, task.element_id)
"""


def older_code(folder: Path) -> str | None:
    """Unpack the code of `OLDER`; gives what keeps us from it, if something does."""
    try:
        pack = ["git", "archive", OLDER, *PARTS]
        content = subprocess.run(pack, cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "the history of the repository is not here"
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")
    return None


@pytest.fixture
def database() -> Iterator[Database]:
    url = embedded.start(Path(os.environ["AMENDS_TEST_RUN"]), f"rolling_{WORKER}")
    database = connect(url)
    with database.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    migrate(url)
    yield database
    database.dispose()


@pytest.fixture
def url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_older_code_works_on_the_tables_of_today(url: str, database: Database, tmp_path: Path) -> None:
    reason = older_code(tmp_path / "old")
    if reason is not None:
        pytest.skip(reason)
    engine = make_engine(Settings(data=tmp_path, database_url=url), sessions(database), SystemClock())
    engine.deployments.deploy(SYSTEM, library_resources())
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "old")}
    command = [sys.executable, "-c", PROGRAM, url, str(tmp_path)]
    told = subprocess.run(command, cwd=tmp_path / "old", env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    reference, element_id = told.stdout.split()
    (task,) = engine.tasks.search(SYSTEM, SearchRequest(filter={"business_id": reference})).items
    assert (task.element_id, task.assignee) == (element_id, "admin")


def test_the_code_of_today_works_on_tables_that_have_more(url: str, database: Database, tmp_path: Path) -> None:
    with database.begin() as connection:
        for table in connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars():
            if table != "alembic_version":
                connection.execute(text(f'ALTER TABLE "{table}" ADD COLUMN of_tomorrow text'))
        connection.execute(text("UPDATE alembic_version SET version_num = 'tomorrow'"))
    told = subprocess.run(
        [sys.executable, "-c", _DEPLOYING + PROGRAM, url, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr


_DEPLOYING = """
import sys
from pathlib import Path
from engine.bootstrap import make_engine
from engine.clock import SystemClock
from engine.settings import Settings
from engine.store.connection import connect, sessions
from engine.types import SYSTEM
from webapi.runtime import library_resources
url, data = sys.argv[1:]
engine = make_engine(Settings(data=Path(data), database_url=url), sessions(connect(url)), SystemClock())
engine.deployments.deploy(SYSTEM, library_resources())
"""
