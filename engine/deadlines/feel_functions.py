"""What expressions may ask a calendar: `add working days(date, n)` and `working days between(a, b)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from engine.deadlines.calendar import BusinessCalendar
from engine.deadlines.limits import MOST
from engine.errors import Refused


@dataclass(frozen=True, kw_only=True)
class CalendarFunction:
    """A function for expressions: its FEEL name, its parameters in order, and what it does (null for bad arguments)."""

    name: str
    parameters: tuple[str, ...]
    call: Callable[[object, object], object]


def calendar_functions(calendar: BusinessCalendar) -> tuple[CalendarFunction, ...]:
    """The calendar's functions for expressions. Arguments may be dates or aware date-times; a date-time keeps its time.

    As FEEL wants it, an argument of another type, or a count beyond the calendar, gives null and no error.
    """

    def add(day: object, count: object) -> object:
        amount = _whole(count)
        if amount is None or not isinstance(day, date):
            return None
        try:
            return _shifted(calendar, day, amount)
        except Refused:
            return None

    def between(start: object, end: object) -> object:
        if not isinstance(start, date) or not isinstance(end, date):
            return None
        try:
            return Decimal(calendar.working_days_between(_day(calendar, start), _day(calendar, end)))
        except Refused:
            return None

    return (
        CalendarFunction(name="add working days", parameters=("date", "n"), call=add),
        CalendarFunction(name="working days between", parameters=("a", "b"), call=between),
    )


def _shifted(calendar: BusinessCalendar, day: date, count: int) -> date:
    if not isinstance(day, datetime):
        return calendar.add_working_days(day, count)
    # Wall-clock arithmetic: the same time of day, whatever the clocks did in between.
    local = day if day.tzinfo is None else calendar.local(day)
    return local + timedelta(days=(calendar.add_working_days(local.date(), count) - local.date()).days)


def _day(calendar: BusinessCalendar, value: date) -> date:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else calendar.local(value)).date()
    return value


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, Decimal) and not (value.is_finite() and value == value.to_integral_value()):
        return None
    return int(value) if -MOST <= value <= MOST else None
