"""The simulated days of a replay: when a complaint comes in, when anybody acts, when the clock moves on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

HOURS = (time(9), time(15))
"""Twice a day somebody looks at the work, in UTC; on Saturdays and Sundays once, and then complainants only."""

SATURDAY = 5
LONGEST_RECEIPT = 60


def days_for(count: int) -> int:
    """Over how many days that many complaints come in: about ten a day, in two months at most."""
    return max(1, min(LONGEST_RECEIPT, -(-count // 10)))


def is_working_day(instant: datetime) -> bool:
    """Whether staff are at work on this day. Holidays are the service's business, people here work through them."""
    return instant.weekday() < SATURDAY


def begins_a_day(instant: datetime) -> bool:
    """Whether it is the first of the steps of its day."""
    return instant.time() == HOURS[0]


def steps(after: datetime) -> Iterator[datetime]:
    """The instants, later than `after` (aware), to which the clock is set one by one; without end."""
    day = after
    while True:
        for hour in HOURS if is_working_day(day) else HOURS[:1]:
            instant = datetime.combine(day.date(), hour, tzinfo=after.tzinfo)
            if instant > after:
                yield instant
        day += timedelta(days=1)


def receipt_times(start: datetime, count: int, days: int) -> list[datetime]:
    """When each of `count` complaints comes in, in order, evenly over `days` from `start` on; the first at `start`."""
    return [start + timedelta(days=days) * index / count for index in range(count)]
