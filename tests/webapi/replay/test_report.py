from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console

from webapi.cli.replay.reader import BrokenLine
from webapi.cli.replay.report import MOST_SHOWN, Report, Speed, show

REPORT = Report(
    received=1200,
    found_again=0,
    acknowledged=1200,
    closed=1199,
    outcomes={"resolved": 1199},
    waiting={"user task close": 1},
    escalations={"level 1": 3},
    deadlines_kept={"final_response": 9, "level_1": 0},
    deadlines_missed={"final_response": 3, "level_1": 0},
    open_incidents=0,
    tasks_completed=77,
    requests=709,
    repeated_requests=2,
    simulated_days=106,
    speed=Speed(seconds=20.0, complaints=60.0, tasks=3.8, requests=35.0),
)


def shown(report: Report) -> str:
    console = Console(file=io.StringIO(), width=120)
    show(report, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_table_has_the_figures_and_no_empty_clock() -> None:
    text = shown(REPORT)
    assert all(word in text for word in ("1,200", "waiting: user task close", "9 / 3", "709 (2)", "balance"))
    assert "level_1" not in text


def test_what_is_wrong_stands_below_the_table_and_a_long_list_is_cut() -> None:
    report = replace(
        REPORT, broken_lines=(BrokenLine(7, "this is not JSON"),), differences=("[lost] one",) * (MOST_SHOWN + 2)
    )
    text = shown(report)
    assert "line 7 skipped: this is not JSON" in text
    assert text.count("difference: [lost] one") == MOST_SHOWN
    assert "and 2 more" in text


def test_clean_means_every_line_was_used_and_the_books_balance() -> None:
    assert REPORT.clean
    for trouble in ({"broken_lines": (BrokenLine(1, "x"),)}, {"refused": ("x",)}, {"differences": ("x",)}):
        assert not replace(REPORT, **trouble).clean


def test_json_has_all_figures() -> None:
    value = json.loads(json.dumps(replace(REPORT, broken_lines=(BrokenLine(7, "why"),)).to_json()))
    assert value["clean"] is False
    assert value["broken_lines"] == [{"line": 7, "reason": "why"}]
    assert value["speed"]["seconds"] == 20.0
