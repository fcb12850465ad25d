"""Old and new code on one schema: expand first, contract later, and refuse what is not safe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import inspect, text

from engine.errors import ContractRefused, ReleaseTooOld, SchemaOutdated
from engine.store import embedded
from engine.store.connection import connect
from engine.store.migrations import Upgraded, fitness, line, upgrade
from engine.store.migrations.line import ROOM, Line

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
STEP = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, phase = "{id}", "{after}", "{phase}"
def upgrade():
    {change}
"""
ADD = 'op.add_column("node", sa.Column("room", sa.Text(), nullable=True))'
DROP = 'op.drop_column("node", "room")'
_ALIVE = """
    INSERT INTO node (key, host, pid, release, revision, roles, started_at, seen_at, clock_skew)
    SELECT 1, 'here', 7, '1.0', :revision, '{api}', seen, seen, 0
      FROM (SELECT clock_timestamp() - CAST(:ago AS interval) AS seen) AS x
"""
Make = Callable[..., Line]


@pytest.fixture
def database() -> Iterator[Database]:
    database = connect(embedded.start(Path(os.environ["AMENDS_TEST_RUN"]), f"phases_{WORKER}"))
    with database.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    yield database
    database.dispose()


@pytest.fixture
def url(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def later(tmp_path: Path) -> Make:
    """A later release: our revisions, and further ones of these phases."""

    def make(*phases: str) -> Line:
        folder = tmp_path / f"release{len(phases)}"
        shutil.copytree(ROOM / "versions", folder, ignore=shutil.ignore_patterns("__pycache__"))
        after = line().newest
        for number, phase in enumerate(phases):
            change = {"expand": ADD if number == 0 else "pass", "contract": DROP}[phase]
            step = STEP.format(id=f"later{number}", after=after, phase=phase, change=change)
            (folder / f"later{number}.py").write_text(step)
            after = f"later{number}"
        return Line(folder)

    return make


def alive(database: Database, revision: str, ago: str = "0") -> None:
    with database.begin() as connection:
        given = {"revision": revision, "ago": ago}
        connection.execute(text(_ALIVE), given)


def require(database: Database, known: Line) -> None:
    with database.begin() as connection:
        fitness.require(connection, known)


def test_every_revision_says_its_phase() -> None:
    assert line().newest == line().revisions[-1].id
    assert line().needed in {revision.id for revision in line().revisions}


def test_our_code_runs_on_tables_that_a_later_release_has_expanded(database: Database, url: str, later: Make) -> None:
    upgrade(url)
    assert upgrade(url, known=later("expand")) == Upgraded(before=line().newest, after="later0")
    require(database, line())
    assert upgrade(url) == Upgraded(before="later0", after="later0")


def test_tables_behind_the_code_are_refused_with_what_to_do(database: Database, url: str, later: Make) -> None:
    upgrade(url)
    with pytest.raises(SchemaOutdated, match=r"revision .* needs later0: run `amends migrate-db`"):
        require(database, later("expand"))


def test_contracting_waits_until_it_is_asked_for(database: Database, url: str, later: Make) -> None:
    upgrade(url)
    known = later("expand", "contract")
    assert upgrade(url, known=known).waiting == ("later1",)
    require(database, known)
    assert upgrade(url, known=known, contract=True).after == "later1"
    assert "room" not in {column["name"] for column in inspect(database).get_columns("node")}
    require(database, known)


def test_contracting_is_refused_while_an_older_process_is_alive(database: Database, url: str, later: Make) -> None:
    upgrade(url)
    alive(database, line().newest)
    known = later("expand", "contract")
    with pytest.raises(ContractRefused, match=r"1\.0 on here \(process 7\)"):
        upgrade(url, known=known, contract=True)
    assert upgrade(url, known=known).after == "later0"


@pytest.mark.parametrize(("revision", "ago"), [(line().newest, "2 minutes"), ("later1", "0")])
def test_dead_processes_and_new_ones_are_not_in_the_way(
    database: Database, url: str, later: Make, revision: str, ago: str
) -> None:
    upgrade(url)
    known = later("expand", "contract")
    alive(database, revision, ago)
    assert upgrade(url, known=known, contract=True).after == "later1"


def test_our_code_is_refused_once_a_later_release_has_contracted(database: Database, url: str, later: Make) -> None:
    upgrade(url)
    upgrade(url, known=later("expand", "contract"), contract=True)
    with pytest.raises(ReleaseTooOld, match=r"later1.*install the release"):
        require(database, line())
    with pytest.raises(ReleaseTooOld):
        upgrade(url)


def test_a_release_that_cannot_begin_without_contracting_says_so(database: Database, url: str, later: Make) -> None:
    upgrade(url)
    with pytest.raises(SchemaOutdated, match=r"later2, which comes after later1"):
        upgrade(url, known=later("expand", "contract", "expand"))


def test_an_empty_database_gets_everything_at_once(database: Database, url: str, later: Make) -> None:
    known = later("expand", "contract", "expand")
    assert upgrade(url, known=known).after == "later2"
    require(database, known)
    with pytest.raises(ReleaseTooOld):
        require(database, line())


def test_a_revision_without_a_phase_is_refused(later: Make, tmp_path: Path) -> None:
    known = later("expand")
    script = tmp_path / "release1" / "later0.py"
    script.write_text(script.read_text().replace('"expand"', '"whenever"'))
    with pytest.raises(ValueError, match="without a phase: later0"):
        _ = known.revisions
