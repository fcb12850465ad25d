"""Days of the proleptic Gregorian calendar for any year, and time zones.

Python's datetime ends at the years 1 and 9999; FEEL does not (DMN 1.5, 10.3.2.3.5). Day numbers count from
1970-01-01. The conversions follow Howard Hinnant's `days_from_civil` (public domain).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.feel.errors import Problem

NANOS = 10**9
DAY_SECONDS = 86_400
DAY_NANOS = DAY_SECONDS * NANOS
MAX_YEAR = 999_999_999
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-/]*", re.ASCII)
_LONGEST_ZONE_NAME = 64


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def civil(number: int) -> tuple[int, int, int]:
    """Year, month and day of a day number."""
    era, day_of_era = divmod(number + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def is_leap(year: int) -> bool:
    """Has the year a 29th of February?"""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Days of a month."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises Problem if there is none."""
    known = _zone(name) if len(name) <= _LONGEST_ZONE_NAME else None
    if known is None:
        raise Problem("invalid-value", f"there is no time zone {name[:_LONGEST_ZONE_NAME]!r}")
    return known


@lru_cache(1024)
def _zone(name: str) -> ZoneInfo | None:
    if not _ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo("UTC" if name in ("Z", "z") else name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def instant_offset(name: str, days: int, nanos: int) -> int:
    """Seconds east of UTC in a zone at a day number and time of day in UTC; years as in `zone_offset`."""
    local = zone(name).fromutc(_near(days, nanos).replace(tzinfo=zone(name)))
    offset = local.utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def zone_offset(name: str, days: int, nanos: int) -> int:
    """Seconds east of UTC in a zone at a local day number and time of day.

    Years outside 2-9998 borrow the rules of the year with the same place in the 400-year cycle.
    """
    offset = zone(name).utcoffset(_near(days, nanos))
    return int(offset.total_seconds()) if offset is not None else 0


def _near(days: int, nanos: int) -> datetime:
    """A datetime that Python knows, with the rules of that day."""
    year, month, day = civil(days)
    if not 2 <= year <= 9998:
        year = year % 400 + (400 if year < 2 else 9200)
        day = min(day, month_length(year, month))
    return datetime(year, month, day) + timedelta(seconds=nanos // NANOS)  # noqa: DTZ001 - the zone is asked about it
