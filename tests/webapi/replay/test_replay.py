from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

AMENDS = Path(sys.executable).with_name("amends")
OWN = Path(__file__).parents[2] / "data" / "complaints.jsonl"


def ended(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    output, complaints = process.communicate(timeout=300)
    assert output, complaints
    return process.returncode, json.loads(output)


def test_a_dozen_complaints_run_to_closure_and_a_second_run_finds_them(live: Any) -> None:
    status, report = ended(live.replay(OWN))
    assert (status, report["differences"]) == (0, [])
    assert report["received"] == report["acknowledged"] == report["closed"] == 12
    assert sum(report["outcomes"].values()) == 12
    assert (report["open_incidents"], report["waiting"], report["found_again"]) == (0, {}, 0)

    status, again = ended(live.replay(OWN))
    assert status == 0
    assert (again["received"], again["found_again"], again["tasks_completed"]) == (12, 12, 0)
    assert again["outcomes"] == report["outcomes"]


def test_a_broken_line_is_named_and_the_run_ends_non_zero(live: Any, tmp_path: Path) -> None:
    lines = OWN.read_text("utf-8").splitlines()[:3]
    file = tmp_path / "broken.jsonl"
    file.write_text("\n".join([lines[0], '{"text": "half a li', *lines[1:]]), "utf-8")
    status, report = ended(live.replay(file))
    assert status == 1
    assert [broken["line"] for broken in report["broken_lines"]] == [2]
    assert (report["received"], report["closed"], report["differences"]) == (3, 3, [])


def test_the_books_balance_although_the_service_was_killed_in_the_middle(live: Any) -> None:
    running = live.replay(OWN, "--count", "30", "--days", "10")
    wait_for_complaints(live, 12)
    live.kill()
    live.start()
    status, report = ended(running)
    assert (status, report["differences"]) == (0, [])
    assert report["received"] == report["closed"] == 30
    assert report["repeated_requests"] > 0


def test_a_service_whose_clock_cannot_be_set_gets_no_complaint(live: Any) -> None:
    live.kill()
    del live.environment["AMENDS_CLOCK"]
    live.start()
    process = live.replay(OWN)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "clock" in told
    with client(live) as service:
        assert complaints(service) == 0


def client(live: Any) -> httpx.Client:
    """HTTP as the administrator."""
    made = subprocess.run(
        [AMENDS, "token", "create", "--user", "admin"], env=live.environment, capture_output=True, text=True, check=True
    )
    return httpx.Client(base_url=live.url, headers={"Authorization": f"Bearer {made.stdout.strip()}"})


def complaints(service: httpx.Client) -> int:
    """How many complaints there are."""
    answer = service.post("/v2/complaints/search", json={"page": {"limit": 1}})
    total: int = answer.raise_for_status().json()["page"]["totalItems"]
    return total


def wait_for_complaints(live: Any, count: int) -> None:
    with client(live) as service:
        while complaints(service) < count:
            time.sleep(0.05)  # the replay is another process: there is nothing to await


def test_without_a_database_or_a_token_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [AMENDS, "replay", OWN], env={"AMENDS_DATA": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "--token" in done.stderr


@pytest.mark.parametrize("arguments", [["nowhere.jsonl"], [str(OWN), "--count", "0"]])
def test_a_wrong_use_ends_with_status_2(arguments: list[str]) -> None:
    done = subprocess.run([AMENDS, "replay", *arguments], capture_output=True, check=False)
    assert done.returncode == 2
