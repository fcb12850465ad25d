"""What an integrator sees of the clocks of a case, and may do with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.types import SYSTEM
from tests.webapi.callers import Caller
from webapi.runtime import library_resources

PAUSE = {"reason": "third-party", "until": "2026-03-13"}


@pytest.fixture
def clerk(engine: Engine, somebody: Callable[..., Caller]) -> Caller:
    """Somebody of the front office, with the process library deployed."""
    engine.deployments.deploy(SYSTEM, library_resources())
    return somebody("clerk", "front-office")


def file(clerk: Caller, **more: object) -> str:
    """The address of a new complaint."""
    body = {"description": "It broke.", "channel": "phone", "language": "en", "anonymous": True, **more}
    return f"/v2/complaints/{clerk.post('/v2/complaints', body).json['reference']}"


def final(answer: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    """The clock of our answer."""
    (found,) = (clock for clock in answer["deadlines"] if clock["kind"] == "final_response")
    return found


def test_a_clock_tells_budget_start_and_calculation(clerk: Caller) -> None:
    clock = final(clerk.get(file(clerk)).json)
    assert clock["limit"] == {
        "amount": 20, "unit": "business-days", "countFirstDay": False, "ends": "close", "rollForward": False,
    }  # fmt: skip
    assert (clock["startedBy"], clock["used"], clock["basis"]) == ("receipt", 0.0, "iso10002")
    rules = [step["rule"] for step in clock["derivation"]]  # type: ignore[attr-defined, index]
    assert rules == ["started", "counted", "closed-days", "ends"]


def test_the_ledger_is_kept_over_http(clerk: Caller) -> None:
    path = file(clerk)
    assert clerk.post(f"{path}/clock-resumption").status_code == 409
    stopped = clerk.post(f"{path}/clock-suspension", PAUSE)
    assert stopped.status_code == 200, stopped.json
    assert final(stopped.json)["state"] == "paused"
    assert clerk.post(f"{path}/clock-suspension", PAUSE).status_code == 409
    resumed = clerk.post(f"{path}/clock-resumption").json
    assert final(resumed)["state"] == "running"
    assert [(row["reason"], row["endedAt"] is None) for row in resumed["pauses"]] == [("third-party", False)]


@pytest.mark.parametrize(
    ("body", "status"),
    [({**PAUSE, "reason": "tea"}, 400), ({**PAUSE, "until": "2026-03-01"}, 422), ({"reason": "third-party"}, 400)],
)
def test_no_pause_without_reason_and_end(clerk: Caller, body: dict[str, str], status: int) -> None:
    path = file(clerk)
    assert clerk.post(f"{path}/clock-suspension", body).status_code == status
    assert clerk.get(path).json["pauses"] == []


def test_clocks_that_wait_for_the_file_say_so_and_start(clerk: Caller) -> None:
    path = file(clerk, regime="eu-adr")
    assert sorted(clerk.get(path).json["waitingForFile"]) == [
        "final_response", "level_1", "level_3", "statutory_response",
    ]  # fmt: skip
    assert clerk.post(f"{path}/file-completion", {"completeOn": "2026-03-05"}).status_code == 422
    done = clerk.post(f"{path}/file-completion", {"completeOn": "2026-03-02"}).json
    assert done["waitingForFile"] == []
    assert final(done)["startedBy"] == "complete-file"
    assert done["fileCompleteAt"].startswith("2026-03-02")
    assert clerk.post(f"{path}/file-completion").status_code == 409


def test_who_only_reads_stops_no_clock(clerk: Caller, somebody: Callable[..., Caller]) -> None:
    path, reader = file(clerk), somebody("vera", "top-management")
    for call in ("clock-suspension", "clock-resumption", "file-completion"):
        assert reader.post(f"{path}/{call}", PAUSE if call == "clock-suspension" else {}).status_code == 403
