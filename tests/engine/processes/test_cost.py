"""What a command costs in statements: a figure that does not depend on the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import event

from engine.bootstrap import Engine
from engine.types import SYSTEM
from tests.engine.processes.diagrams import END, START, diagram, flows, user_task

LONG = diagram(
    "long",
    START + "".join(user_task(f"t{i}") for i in range(6)) + END + flows("start", *(f"t{i}" for i in range(6)), "end"),
)


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(connection, cursor, statement, *more) -> None:  # type: ignore[no-untyped-def]  # SQLAlchemy's event
        seen.append(statement)

    event.listen(database, "before_cursor_execute", note)
    yield seen
    event.remove(database, "before_cursor_execute", note)


def test_completing_a_task_takes_at_most_ten_statements(
    engine: Engine, start: Callable[..., int], complete: Callable[..., None], statements: list[str]
) -> None:
    key = start(LONG, a=1)
    complete(key, "t0")
    statements.clear()
    complete(key, "t1", a=2, b={"c": [1, 2]})
    assert len(statements) <= 10, statements


def test_a_cached_instance_is_not_read_from_its_bytes(
    engine: Engine, start: Callable[..., int], complete: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = start(LONG)
    complete(key, "t0")

    def load(*_: object, **__: object) -> None:
        pytest.fail("loaded from bytes")

    monkeypatch.setattr("engine.processes.advance.Instance.load", load)
    complete(key, "t1")
    assert engine.instances.get(SYSTEM, key).rev == 3
