"""Dates, times and durations written as text (DMN 1.5, 10.3.2.3.4-7 and 10.3.4.1; XML Schema 1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from engine.feel.calendar import NANOS, zone
from engine.feel.errors import Problem
from engine.feel.values import Date, DateTime, DaysTime, Time, YearsMonths

V = TypeVar("V")
_DATE = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d+)?"
    r"(?:(?P<utc>[zZ])|(?P<sign>[+-])(?P<oh>\d\d):(?P<om>\d\d)(?::(?P<os>\d\d))?|@(?P<zone>[A-Za-z][\w+\-/]*))?"
)
_DATE_TEXT = re.compile(_DATE, re.ASCII)
_TIME_TEXT = re.compile("T?" + _TIME, re.ASCII)
_DATE_TIME_TEXT = re.compile(_DATE + "T" + _TIME, re.ASCII)
_MONTHS_TEXT = re.compile(r"(-?)P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_DAYS_TEXT = re.compile(
    r"(-?)P(?=[\dT])(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,14})(\.\d*)?S)?)?", re.ASCII
)


def _or_none(make: Callable[[], V]) -> V | None:
    try:
        return make()
    except Problem:
        return None


def _nanos(fraction: str | None) -> int:
    return int((fraction[1:] + "000000000")[:9]) if fraction else 0


def _date(match: re.Match[str]) -> Date:
    if match["year"] == "-0000":
        raise Problem("invalid-value", "there is no year -0")
    return Date(int(match["year"]), int(match["month"]), int(match["day"]))


def _offset(match: re.Match[str]) -> int | None:
    if match["utc"]:
        return 0
    if not match["sign"]:
        return None
    if int(match["om"]) > 59 or int(match["os"] or 0) > 59:
        raise Problem("invalid-value", "no offset from UTC")
    size = int(match["oh"]) * 3600 + int(match["om"]) * 60 + int(match["os"] or 0)
    return -size if match["sign"] == "-" else size


def _time(match: re.Match[str]) -> tuple[Time, int]:
    """The time, and 1 if it is midnight at the end of the day (24:00:00)."""
    hour, minute, second, nanos = (
        int(match["hour"]),
        int(match["minute"]),
        int(match["second"]),
        _nanos(match["fraction"]),
    )
    next_day = hour == 24 and not (minute or second or nanos)
    if (hour > 23 and not next_day) or minute > 59 or second > 59:
        raise Problem("invalid-value", "there is no such time of day")
    if match["zone"]:
        zone(match["zone"])
    seconds = 0 if next_day else hour * 3600 + minute * 60 + second
    return Time(seconds * NANOS + nanos, _offset(match), match["zone"]), int(next_day)


def parse_date(text: str) -> Date | None:
    """The date that the text says, or None."""
    match = _DATE_TEXT.fullmatch(text)
    return _or_none(lambda: _date(match)) if match else None


def parse_time(text: str) -> Time | None:
    """The time of day that the text says, or None."""
    match = _TIME_TEXT.fullmatch(text)
    return _or_none(lambda: _time(match)[0]) if match else None


def parse_date_time(text: str) -> DateTime | None:
    """The date and time that the text says, or None."""
    match = _DATE_TIME_TEXT.fullmatch(text)
    if not match:
        return None

    def make() -> DateTime:
        time, next_day = _time(match)
        date = _date(match)
        return DateTime(Date.of_days(date.days + 1) if next_day else date, time)

    return _or_none(make)


def parse_duration(text: str) -> YearsMonths | DaysTime | None:
    """The duration of either kind that the text says, or None."""
    match = _MONTHS_TEXT.fullmatch(text)
    if match:
        months = (int(match[2] or 0) * 12 + int(match[3] or 0)) * (-1 if match[1] else 1)
        return _or_none(lambda: YearsMonths(months))
    match = _DAYS_TEXT.fullmatch(text)
    if not match or not any(match.groups()[1:]):
        return None
    hours = int(match[2] or 0) * 24 + int(match[3] or 0)
    seconds = (hours * 60 + int(match[4] or 0)) * 60 + int(match[5] or 0)
    nanos = seconds * NANOS + _nanos(match[6])
    sign = -1 if match[1] else 1
    return _or_none(lambda: DaysTime(sign * nanos))


def parse_temporal(text: str) -> Date | DateTime | Time | YearsMonths | DaysTime | None:
    """What `@"..."` means: a date, date and time, time or duration; None if it is none of them."""
    return parse_date(text) or parse_date_time(text) or parse_time(text) or parse_duration(text)
