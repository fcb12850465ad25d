"""Reads a file of complaints, one JSON object a line, as it is: whatever is missing stays missing.

A line that cannot be used is not fatal; it is kept with its number and the reason, so that the run can name it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

DATE_FORMATS = ("%m/%d/%y", "%Y-%m-%d", "%m/%d/%Y")
TEXT_FIELDS = ("product", "issue", "via", "response", "timely")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One complaint as the file tells it.

    `identity` is unique within the file and stays the same when the file grows: the `id` of the line or, without
    one, a digest of its text. `received` is a calendar date without a zone; `timely` whether the answer was in time.
    """

    line: int
    identity: str
    text: str
    product: str | None = None
    issue: str | None = None
    received: date | None = None
    via: str | None = None
    response: str | None = None
    timely: bool | None = None


class BrokenLine(NamedTuple):
    """A line that was skipped: its number, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a file holds: the usable rows in the order of the file, and the lines that are broken."""

    rows: tuple[Row, ...]
    broken: tuple[BrokenLine, ...]


class _Unusable(Exception):
    """A line that is no complaint; the message says why."""


def read(path: Path) -> Reading:
    """Read the whole file. Raises OSError when it cannot be opened; broken lines are in the answer, never raised."""
    rows: list[Row] = []
    broken: list[BrokenLine] = []
    seen: Counter[str] = Counter()
    for number, raw in _lines(path):
        try:
            row = _row(number, raw)
        except _Unusable as reason:
            broken.append(BrokenLine(number, str(reason)))
            continue
        seen[row.identity] += 1
        if seen[row.identity] > 1:
            row = replace(row, identity=f"{row.identity}~{seen[row.identity]}")
        rows.append(row)
    return Reading(rows=tuple(rows), broken=tuple(broken))


def resample(rows: tuple[Row, ...], count: int | None) -> tuple[Row, ...]:
    """The first `count` rows; when the file has fewer, it starts again from the top with identities of their own."""
    if count is None or count <= len(rows):
        return rows[:count]
    rounds = range(-(-count // len(rows))) if rows else ()
    every = (row if turn == 0 else replace(row, identity=f"{row.identity}+{turn}") for turn in rounds for row in rows)
    return tuple(row for row, _ in zip(every, range(count), strict=False))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if raw.strip():
                yield number, raw


def _row(number: int, raw: bytes) -> Row:
    fields = _object(raw)
    text = _text(fields, "text")
    if text is None:
        raise _Unusable("there is no text")
    product, issue, via, response, timely = (_text(fields, name) for name in TEXT_FIELDS)
    return Row(
        line=number,
        identity=_identity(fields, text),
        text=text,
        product=product,
        issue=issue,
        received=_date(_text(fields, "received")),
        via=via,
        response=response,
        timely=None if timely is None else timely.casefold() == "yes",
    )


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _Unusable(f"this is not UTF-8 (byte {error.start + 1})") from None
    except json.JSONDecodeError as error:
        raise _Unusable(f"this is not JSON (column {error.colno}: {error.msg})") from None
    except RecursionError:
        raise _Unusable("this is nested too deeply") from None
    if not isinstance(value, dict):
        raise _Unusable("this is JSON but no object")
    return value


def _text(fields: Mapping[str, object], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _Unusable(f"{name} is no text")
    return value.strip() or None


def _identity(fields: Mapping[str, object], text: str) -> str:
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(fields, "id") or "text-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar date, no instant
        except ValueError:
            continue
    raise _Unusable(f"received is no date: {text[:20]!r}")
