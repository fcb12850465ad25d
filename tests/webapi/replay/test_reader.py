from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from webapi.cli.replay.reader import read, resample

OWN = Path(__file__).parents[2] / "data" / "complaints.jsonl"
REAL = Path(__file__).parents[3] / ".." / "shared" / "data" / "complaints.jsonl"


def written(folder: Path, *lines: object) -> Path:
    file = folder / "file.jsonl"
    file.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
    return file


def test_our_own_dozen_is_read_without_a_broken_line() -> None:
    reading = read(OWN)
    assert (len(reading.rows), reading.broken) == (12, ())
    assert reading.rows[0].received == reading.rows[1].received == date(2026, 3, 2)
    assert (reading.rows[3].via, reading.rows[3].timely) == (None, None)
    assert reading.rows[4].timely is False
    assert len({row.identity for row in reading.rows}) == 12


@pytest.mark.skipif(not REAL.is_file(), reason="the file of real complaints is not beside the repository")
def test_real_complaints_are_read_as_they_are() -> None:
    reading = read(REAL)
    assert len(reading.rows) + len(reading.broken) == 2500
    assert reading.broken == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "cut o', "not JSON"),
        (b"[1, 2]", "no object"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b'{"id": "1"}', "no text"),
        (b'{"text": "   "}', "no text"),
        (b'{"text": 7}', "text is no text"),
        (b'{"text": "a", "product": ["b"]}', "product is no text"),
        (b'{"text": "a", "received": "soon"}', "received is no date"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_is_read(tmp_path: Path, line: bytes, reason: str) -> None:
    reading = read(written(tmp_path, {"text": "first"}, line, b"", {"text": "last"}))
    assert [row.text for row in reading.rows] == ["first", "last"]
    assert [(broken.line, reason in broken.reason) for broken in reading.broken] == [(2, True)]


def test_identities_stay_the_same_when_the_file_grows_and_are_never_shared(tmp_path: Path) -> None:
    few = read(written(tmp_path, {"text": "a"}, {"text": "b", "id": "x"}, {"text": "c", "id": "x"}))
    more = read(written(tmp_path, {"text": "new"}, {"text": "a"}, {"text": "b", "id": "x"}, {"text": "c", "id": "x"}))
    assert [row.identity for row in few.rows] == [row.identity for row in more.rows[1:]]
    assert len({row.identity for row in more.rows}) == 4


def test_a_count_beyond_the_file_starts_again_from_the_top() -> None:
    rows = read(OWN).rows
    many = resample(rows, 30)
    assert len({row.identity for row in many}) == 30
    assert [row.text for row in many[12:24]] == [row.text for row in rows]
    assert resample(rows, 5) == rows[:5]
    assert resample(rows, None) == rows
    assert resample((), 5) == ()
