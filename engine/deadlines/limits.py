"""From a limit such as "20 business days" and a start to an instant, with every step on the way as data."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from engine.deadlines.calendar import BusinessCalendar
from engine.errors import ConfigurationInvalid
from engine.types import Json

MOST = 10_000
"""The largest amount of any unit: some forty years of working days."""


class Unit(StrEnum):
    """What a limit counts in."""

    HOURS = "hours"
    BUSINESS_HOURS = "business-hours"
    BUSINESS_DAYS = "business-days"
    CALENDAR_DAYS = "calendar-days"
    WEEKS = "weeks"
    MONTHS = "months"


class Ends(StrEnum):
    """When on its last day a limit of days, weeks or months is over."""

    CLOSE = "close"
    END_OF_DAY = "end-of-day"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A period as a regime writes it.

    `count_first_day`: the day on which the clock starts is day one (a working day only, for business days).
    `ends`: at close of business or at midnight of the last day. `roll_forward`: a last day that is not worked
    becomes the next one that is. The last three mean nothing for hours.
    """

    amount: int
    unit: Unit
    count_first_day: bool = False
    ends: Ends = Ends.END_OF_DAY
    roll_forward: bool = False

    def __post_init__(self) -> None:
        """Refuse an amount that is negative or beyond reason."""
        if not 0 <= self.amount <= MOST:
            raise ConfigurationInvalid(f"A limit counts from 0 to {MOST}, not {self.amount}.")

    def to_json(self) -> dict[str, Json]:
        """The limit as data; `Limit.from_json` reads it back."""
        return {
            "amount": self.amount,
            "unit": self.unit.value,
            "countFirstDay": self.count_first_day,
            "ends": self.ends.value,
            "rollForward": self.roll_forward,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Limit:
        """The limit that `to_json` wrote; absent members take their default. Raises ConfigurationInvalid."""
        amount = data.get("amount")
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise ConfigurationInvalid(f"A limit needs a whole number as amount, not {amount!r}.")
        try:
            unit, ends = Unit(str(data.get("unit"))), Ends(str(data.get("ends", Ends.END_OF_DAY)))
        except ValueError as unknown:
            raise ConfigurationInvalid(f"A limit cannot be read: {unknown}.") from unknown
        return cls(
            amount=amount,
            unit=unit,
            count_first_day=data.get("countFirstDay") is True,
            ends=ends,
            roll_forward=data.get("rollForward") is True,
        )


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a calculation: the rule that was applied and the values it saw (strings, numbers, lists of them).

    Rules: `started`, `first-day-counted`, `counted`, `closed-days`, `rolled-forward`, `ends`; `stood-still`, `extended`
    and `bounded` are those of `engine.deadlines.running`.
    """

    rule: str
    values: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """The step as a page or an auditor reads it."""
        return {"rule": self.rule, **self.values}


@dataclass(frozen=True, kw_only=True)
class Due:
    """An instant (UTC) and how it came about, step by step."""

    at: datetime
    steps: tuple[Step, ...]

    def derivation(self) -> list[Json]:
        """The steps as JSON."""
        return [step.to_json() for step in self.steps]


def due(limit: Limit, start: datetime, calendar: BusinessCalendar, *, later: timedelta = timedelta(0)) -> Due:
    """When `limit`, started at `start` (aware), is over by `calendar`. Raises Refused beyond the calendar's years.

    `later` is added to the limit: time for hours, (working) time for business hours, whole days (working ones for
    business days) for all others.
    """
    began = start.astimezone(UTC)
    first = Step(
        rule="started", values={"at": calendar.local(began).isoformat(timespec="minutes"), "zone": calendar.zone.key}
    )
    if limit.unit is Unit.HOURS:
        return _over(began + timedelta(hours=limit.amount) + later, calendar, (first, _counted(limit)))
    if limit.unit is Unit.BUSINESS_HOURS:
        over = calendar.add_working_time(began, timedelta(hours=limit.amount) + later)
        closed = _closed_days(calendar, calendar.local(began).date(), calendar.local(over).date())
        return _over(over, calendar, (first, _counted(limit), *closed))
    return _due_by_days(limit, calendar.local(began).date(), calendar, first, later.days)


def _due_by_days(limit: Limit, began: date, calendar: BusinessCalendar, first: Step, later: int) -> Due:
    steps = [first]
    from_day = began
    if limit.count_first_day and limit.amount > 0:
        from_day = began - timedelta(1)
        steps.append(Step(rule="first-day-counted", values={"date": began.isoformat()}))
    last = _last_day(limit, from_day, calendar, later)
    steps.append(_counted(limit, until=last))
    if limit.unit is Unit.BUSINESS_DAYS:
        steps.extend(_closed_days(calendar, from_day + timedelta(1), last))
    if limit.roll_forward and not calendar.is_working_day(last):
        rolled = calendar.next_working_day(last)
        steps.append(
            Step(
                rule="rolled-forward",
                values={"from": last.isoformat(), "to": rolled.isoformat(), "because": calendar.closed_because(last)},
            )
        )
        last = rolled
    at = calendar.close_of(last) if limit.ends is Ends.CLOSE else calendar.end_of_day(last)
    return _over(at, calendar, tuple(steps), how=limit.ends.value)


def _last_day(limit: Limit, from_day: date, calendar: BusinessCalendar, later: int) -> date:
    match limit.unit:
        case Unit.BUSINESS_DAYS:
            return calendar.add_working_days(from_day, limit.amount + later)
        case Unit.WEEKS:
            return from_day + timedelta(weeks=limit.amount, days=later)
        case Unit.MONTHS:
            return _add_months(from_day, limit.amount) + timedelta(days=later)
        case _:
            return from_day + timedelta(days=limit.amount + later)


def _add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _counted(limit: Limit, until: date | None = None) -> Step:
    values: dict[str, Json] = {"amount": limit.amount, "unit": limit.unit.value}
    if until is not None:
        values["until"] = until.isoformat()
    return Step(rule="counted", values=values)


def _closed_days(calendar: BusinessCalendar, first: date, last: date) -> tuple[Step, ...]:
    """The closed days from `first` to `last`: holidays by name, weekends as a number (a year has a hundred of them)."""
    weekly = 0
    named: list[Json] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        why = calendar.closed_because(day)
        if why is None:
            continue
        if why == day.strftime("%A").lower():
            weekly += 1
        else:
            named.append({"date": day.isoformat(), "name": why})
    if not weekly and not named:
        return ()
    return (Step(rule="closed-days", values={"weekend": weekly, "holidays": named}),)


def _over(at: datetime, calendar: BusinessCalendar, steps: tuple[Step, ...], how: str = "instant") -> Due:
    ends = Step(rule="ends", values={"at": calendar.local(at).isoformat(timespec="minutes"), "how": how})
    return Due(at=at.astimezone(UTC), steps=(*steps, ends))
