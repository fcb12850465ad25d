from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session, sessionmaker

from engine.clock import SettableClock
from engine.errors import Malformed
from engine.store.incident import Incident
from engine.store.search import Searchable, search
from engine.store.unit_of_work import UnitsOfWork
from engine.types import SearchRequest


def code_of(row: Row[Any]) -> tuple[str, int | None, int]:
    incident: Incident = row[0]
    return incident.code, incident.job_key, incident.key


SEARCH = Searchable(
    columns={"code": Incident.code, "job_key": Incident.job_key, "created_at": Incident.created_at},
    key=Incident.key,
    view=code_of,
)


@pytest.fixture
def units(session_factory: sessionmaker[Session], clock: SettableClock) -> UnitsOfWork:
    return UnitsOfWork(session_factory, clock)


def fill(units: UnitsOfWork, rows: list[tuple[str, int | None]]) -> None:
    with units() as uow:
        uow.session.execute(delete(Incident))
        for code, job_key in rows:
            fields = {"key": uow.new_key(), "state": "ACTIVE", "message": "", "created_at": uow.now()}
            uow.session.add(Incident(code=code, job_key=job_key, **fields))


def found(units: UnitsOfWork, condition: Mapping[str, object]) -> list[str]:
    with units() as uow:
        page = search(uow.session, select(Incident), SEARCH, SearchRequest(filter=condition, sort=[("code", "asc")]))
    return [code for code, _, _ in page.items]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(1, 3)), max_size=12),
    limit=st.integers(1, 5),
    order=st.sampled_from(["asc", "desc"]),
)
def test_pages_give_every_row_once_and_in_order(
    units: UnitsOfWork, rows: list[tuple[str, int | None]], limit: int, order: Any
) -> None:
    fill(units, rows)
    sort = [("job_key", order), ("code", order)]
    seen: list[tuple[str, int | None, int]] = []
    after = None
    while True:
        with units() as uow:
            request = SearchRequest(sort=sort, limit=limit, after=after)
            page = search(uow.session, select(Incident), SEARCH, request)
        seen += page.items
        after = page.end_cursor
        if after is None:
            break
    sign = 1 if order == "asc" else -1
    expected = sorted(seen, key=lambda r: (r[1] is None, sign * (r[1] or 0), sign * ord(r[0]), sign * r[2]))
    assert seen == expected
    assert Counter((code, job) for code, job, _ in seen) == Counter(rows)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"code": "b"}, ["b"]),
        ({"code": {"$in": ["a", "c"]}}, ["a", "c"]),
        ({"code": {"$notIn": ["a"]}}, ["b", "c"]),
        ({"code": {"$neq": "b"}}, ["a", "c"]),
        ({"code": {"$gt": "a", "$lte": "c"}}, ["b", "c"]),
        ({"code": {"$like": "?"}}, ["a", "b", "c"]),
        ({"code": {"$like": "%"}}, []),
        ({"job_key": {"$exists": True}}, ["b"]),
        ({"job_key": None}, ["a", "c"]),
        ({"job_key": "7"}, ["b"]),
        ({"created_at": {"$gte": "2026-03-02T10:00:00+01:00"}}, ["a", "b", "c"]),
        ({"created_at": {"$lt": "2026-03-02T09:00:00Z"}}, []),
    ],
)
def test_filters(units: UnitsOfWork, condition: Mapping[str, object], expected: list[str]) -> None:
    fill(units, [("a", None), ("b", 7), ("c", None)])
    assert found(units, condition) == expected


@pytest.mark.parametrize(
    "bad",
    [
        SearchRequest(filter={"nonsense": 1}),
        SearchRequest(filter={"code": {"$regex": "x"}}),
        SearchRequest(filter={"code": 5}),
        SearchRequest(filter={"code": "\0"}),
        SearchRequest(filter={"job_key": "x"}),
        SearchRequest(filter={"job_key": str(2**70)}),
        SearchRequest(filter={"created_at": "2026-03-02T09:00:00"}),
        SearchRequest(filter={"code": {"$in": "a"}}),
        SearchRequest(sort=[("nonsense", "asc")]),
        SearchRequest(limit=0),
        SearchRequest(after="!"),
        SearchRequest(after="W10"),
    ],
)
def test_what_cannot_be_understood_is_refused(units: UnitsOfWork, bad: SearchRequest) -> None:
    with units() as uow, pytest.raises(Malformed):
        search(uow.session, select(Incident), SEARCH, bad)
