"""Functions of dates and of the present moment (DMN 1.5, 10.3.4.7 and 10.3.4.10)."""

from __future__ import annotations

from decimal import Decimal

from engine.feel.builtins.conversion import day_of, whole
from engine.feel.calendar import month_length
from engine.feel.convert import to_feel
from engine.feel.errors import Problem
from engine.feel.functions import Library
from engine.feel.limits import Run
from engine.feel.values import Date, DateTime, DaysTime, YearsMonths

LIBRARY = Library()
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _now(run: Run) -> DateTime:
    moment = to_feel(run.now())
    if not isinstance(moment, DateTime):
        raise Problem("invalid-value", "the clock gives no moment")
    return moment


def _day_of_year(date: Date) -> Decimal:
    return Decimal(date.days - Date(date.year, 1, 1).days + 1)


def _week_of_year(date: Date) -> Decimal:
    """ISO 8601: the week that holds the year's first Thursday is week 1."""
    thursday = Date.of_days(date.days - date.weekday + 4)
    return Decimal((thursday.days - Date(thursday.year, 1, 1).days) // 7 + 1)


def _last_day_of_month(date: Date) -> Date:
    return Date(date.year, date.month, month_length(date.year, date.month))


def _cycle(repetitions: Decimal | None, interval: DaysTime | YearsMonths) -> str:
    """A cycle of a timer in ISO 8601 (as Camunda has it); without an end where there are no repetitions."""
    if repetitions is not None and repetitions < 0:
        raise Problem("out-of-range", "a cycle has no fewer than 0 repetitions")
    count = "" if repetitions is None else whole(repetitions)
    return f"R{count}/{interval}"


_EITHER = "date: date | date and time"
LIBRARY.add("now", "", _now)
LIBRARY.add("today", "", lambda run: _now(run).date)
LIBRARY.add("day of year", _EITHER, lambda date: _day_of_year(day_of(date)))
LIBRARY.add("day of week", _EITHER, lambda date: _DAYS[day_of(date).weekday - 1])
LIBRARY.add("month of year", _EITHER, lambda date: _MONTHS[day_of(date).month - 1])
LIBRARY.add("week of year", _EITHER, lambda date: _week_of_year(day_of(date)))
LIBRARY.add("last day of month", _EITHER, lambda date: _last_day_of_month(day_of(date)))
_INTERVAL = "interval: days and time duration | years and months duration"
LIBRARY.add("cycle", _INTERVAL, lambda interval: _cycle(None, interval))
LIBRARY.add("cycle", f"repetitions: number?, {_INTERVAL}", _cycle)
