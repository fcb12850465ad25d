"""Absences over HTTP, and what a deputy sees of tasks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM
from tests.webapi.callers import Caller
from webapi.runtime import library_resources

AWAY = {"firstDay": "2026-03-02", "lastDay": "2026-03-06", "deputy": "ben"}


@pytest.fixture
def ann(somebody: Callable[..., Caller]) -> Caller:
    """A case handler with a colleague, `ben`."""
    somebody("ben", "case-handlers")
    return somebody("ann", "case-handlers")


def test_an_absence_is_entered_shown_and_taken_back(ann: Caller) -> None:
    made = ann.post("/v2/people/ann/absences", AWAY)
    assert made.status_code == 201, made.json
    told = {"username": "ann", "deputy": "ben", "firstDay": "2026-03-02", "state": "now", "delegates": False}
    assert told.items() <= made.json.items()
    again = ann.post("/v2/people/ann/absences", AWAY)
    assert again.json["absenceKey"] == made.json["absenceKey"]
    path = f"/v2/people/ann/absences/{made.json['absenceKey']}"
    assert ann.delete(path).status_code == 204
    assert ann.delete(path).status_code == 409
    assert [row["state"] for row in ann.get("/v2/people/ann/absences").json["items"]] == ["cancelled"]


@pytest.mark.parametrize(
    ("changes", "status", "rule"),
    [
        ({"deputy": "ann"}, 422, "deputy-self"),
        ({"deputy": "nobody"}, 422, "deputy-unknown"),
        ({"lastDay": "2026-03-01"}, 422, "day-order"),
        ({"delegates": True}, 403, None),
        ({"lastDay": "soon"}, 400, None),
        ({"deputy": None}, 400, None),
        ({"why": "holiday"}, 400, None),
    ],
)
def test_what_cannot_be_is_refused(ann: Caller, changes: dict[str, object], status: int, rule: str | None) -> None:
    answer = ann.post("/v2/people/ann/absences", {**AWAY, **changes})
    assert answer.status_code == status
    if rule:
        assert [finding["rule"] for finding in answer.json["findings"]] == [rule]
    assert ann.get("/v2/people/ann/absences").json["items"] == []


def test_only_who_manages_people_enters_the_absence_of_others(ann: Caller, somebody: Callable[..., Caller]) -> None:
    assert ann.post("/v2/people/ben/absences", {**AWAY, "deputy": "ann"}).status_code == 403
    assert ann.get("/v2/people/ben/absences").status_code == 403
    admin = somebody("root", "administrators")
    assert admin.post("/v2/people/ben/absences", {**AWAY, "deputy": "ann"}).status_code == 201
    assert admin.get("/v2/people/nobody/absences").status_code == 404


def test_a_deputy_takes_over_by_the_ordinary_calls(
    engine: Engine, ann: Caller, somebody: Callable[..., Caller]
) -> None:
    engine.deployments.deploy(SYSTEM, library_resources())
    clerk, cem = somebody("clerk", "front-office"), somebody("cem", "front-office")
    filed = clerk.post("/v2/complaints", {"description": "It broke.", "channel": "phone", "anonymous": True})
    found = {"filter": {"businessId": filed.json["reference"]}}
    key = clerk.post("/v2/user-tasks/search", found).json["items"][0]["userTaskKey"]
    assert clerk.post(f"/v2/user-tasks/{key}/assignment", {"assignee": "clerk"}).status_code == 204
    assert cem.post(f"/v2/user-tasks/{key}/assignment", {"assignee": "cem"}).status_code == 409
    clerk.post("/v2/people/clerk/absences", {**AWAY, "deputy": "cem"})
    assert cem.post(f"/v2/user-tasks/{key}/assignment", {"assignee": "cem"}).status_code == 204
    task = cem.get(f"/v2/user-tasks/{key}").json
    assert (task["assignee"], task["onBehalfOf"]) == ("cem", "clerk")
