"""Putting off an answer over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM
from tests.webapi.callers import Caller
from webapi.runtime import library_resources

WHY = "The supplier has not answered yet."


@pytest.fixture
def clerk(engine: Engine, somebody: Callable[..., Caller]) -> Caller:
    """Somebody of the front office, with the process library deployed."""
    engine.deployments.deploy(SYSTEM, library_resources())
    return somebody("clerk", "front-office")


@pytest.fixture
def path(clerk: Caller) -> str:
    """A complaint of a minute ago."""
    filed = clerk.post(
        "/v2/complaints", {"description": "It broke.", "channel": "phone", "language": "en", "anonymous": True}
    )
    return f"/v2/complaints/{filed.json['reference']}"


def test_the_new_date_and_its_reasons_stand_at_the_clock(clerk: Caller, path: str) -> None:
    answer = clerk.post(f"{path}/extension", {"until": "2026-05-29", "reason": WHY})
    assert answer.status_code == 200, answer.json
    (final,) = (clock for clock in answer.json["deadlines"] if clock["kind"] == "final_response")
    assert final["dueAt"].startswith("2026-05-29")
    assert [(each["reason"], each["consent"]) for each in final["extensions"]] == [(WHY, False)]
    assert clerk.get(f"{path}/messages").json["items"][-1]["kind"] == "extension"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"until": "2026-03-03", "reason": WHY}, 422),
        ({"until": "2026-05-29", "reason": "  "}, 422),
        ({"until": "2026-05-29"}, 400),
        ({"until": "soon", "reason": WHY}, 400),
        ({"until": "9999-12-31", "reason": WHY}, 422),
        ({"until": "2026-05-29", "reason": WHY, "more": 1}, 400),
    ],
)
def test_a_date_that_will_not_do_is_refused(clerk: Caller, path: str, body: dict[str, object], status: int) -> None:
    before = clerk.get(path).json["deadlines"]
    assert clerk.post(f"{path}/extension", body).status_code == status
    assert clerk.get(path).json["deadlines"] == before


def test_who_may_not_change_complaints_puts_nothing_off(path: str, somebody: Callable[..., Caller]) -> None:
    reader = somebody("vera", "top-management")
    assert reader.post(f"{path}/extension", {"until": "2026-05-29", "reason": WHY}).status_code == 403
