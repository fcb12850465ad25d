"""A clock that stood still, was extended, or is bounded by another one: when is it over, and why then.

Reckoned anew from its parts each time, so that changing the limit, the calendar or the pauses never gives back time
that was already used: the budget is the limit, and what a clock has used of it is the time that it ran.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.deadlines.calendar import BusinessCalendar
from engine.deadlines.limits import Due, Ends, Limit, Step, Unit, due
from engine.errors import ConfigurationInvalid

HOURLY = frozenset({Unit.HOURS, Unit.BUSINESS_HOURS})
_ONE = timedelta(1)


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The clock stands still from `start` to `end` (aware); while it still does, `end` is the latest that it goes on.

    Clocks of days count a day as stood still if they did so when it ended: an answer on the day of the question
    costs nothing and gains nothing.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a pause that ends before it starts."""
        if self.end < self.start:
            raise ConfigurationInvalid("A pause ends before it starts.")


@dataclass(frozen=True, kw_only=True)
class Extension:
    """The clock was given another last day, at an instant; what it stood still before that is in the date already."""

    granted: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Running:
    """A clock: its limit and start, the pauses (in any order, apart from each other), the last extension, its bound.

    `at_most`: another clock, of the law say, that this one must not outlast.
    """

    limit: Limit
    start: datetime
    pauses: tuple[Pause, ...] = ()
    extension: Extension | None = None
    at_most: datetime | None = None


def over(clock: Running, calendar: BusinessCalendar) -> Due:
    """When `clock` is over by `calendar`, with the steps. Raises Refused beyond the calendar's years.

    Steps besides those of `due`: `stood-still` (from, to, days or hours), `extended` (to), `bounded` (to).
    """
    reckoned = _extended(clock, calendar) if clock.extension is not None else _counted(clock, calendar)
    if clock.at_most is None or reckoned.at <= clock.at_most:
        return reckoned
    bound = Step(rule="bounded", values={"to": _local(clock.at_most, calendar)})
    return Due(at=clock.at_most.astimezone(UTC), steps=(*reckoned.steps, bound))


def stood_still(limit: Limit, pause: Pause, calendar: BusinessCalendar) -> timedelta:
    """How much of a clock with this limit's unit a pause takes out: working time, working days, or plain ones."""
    if limit.unit is Unit.HOURS:
        return pause.end - pause.start
    if limit.unit is Unit.BUSINESS_HOURS:
        return calendar.working_time_between(pause.start, pause.end)
    first, last = calendar.local(pause.start).date(), calendar.local(pause.end).date()
    if limit.unit is Unit.BUSINESS_DAYS:
        return timedelta(calendar.working_days_between(first - _ONE, last - _ONE))
    return last - first


def used(clock: Running, at: datetime, calendar: BusinessCalendar) -> timedelta:
    """How much of its budget, the limit, `clock` has used until `at`: what it ran, without what it stood still.

    Hours, working hours, or whole days (working ones for business days). Never negative, and never less for a later
    `at`. A day counts as used when it is over.
    """
    if at <= clock.start:
        return timedelta(0)
    ran = stood_still(clock.limit, Pause(start=clock.start, end=at), calendar)
    for pause in _within(clock.pauses, clock.start):
        if pause.start < at:
            ran -= stood_still(clock.limit, Pause(start=pause.start, end=min(pause.end, at)), calendar)
    return max(ran, timedelta(0))


def _counted(clock: Running, calendar: BusinessCalendar) -> Due:
    reckoned, later = due(clock.limit, clock.start, calendar), timedelta(0)
    still: list[Step] = []
    for pause in _within(clock.pauses, clock.start):
        if pause.start > reckoned.at:  # the time was used up before
            break
        lost = stood_still(clock.limit, pause, calendar)
        if not lost:
            continue
        later += lost
        still.append(_still(clock.limit, pause, lost, calendar))
        reckoned = due(clock.limit, clock.start, calendar, later=later)
    started, *rest = reckoned.steps
    return Due(at=reckoned.at, steps=(started, *still, *rest))


def _extended(clock: Running, calendar: BusinessCalendar) -> Due:
    """The new last day, moved by what the clock stood still since it was granted."""
    given = clock.extension
    assert given is not None  # noqa: S101 - asked for by the caller
    plain = _counted(Running(limit=clock.limit, start=clock.start), calendar)
    at = given.until
    steps = [*plain.steps, Step(rule="extended", values={"to": _local(given.until, calendar)})]
    for pause in _within(clock.pauses, given.granted):
        if pause.start > at:
            break
        lost = stood_still(clock.limit, pause, calendar)
        if lost:
            at = _shifted(clock.limit, at, lost, calendar)
            steps.append(_still(clock.limit, pause, lost, calendar))
    if at != given.until:
        steps.append(Step(rule="ends", values={"at": _local(at, calendar), "how": "instant"}))
    return Due(at=at.astimezone(UTC), steps=tuple(steps))


def _shifted(limit: Limit, at: datetime, lost: timedelta, calendar: BusinessCalendar) -> datetime:
    if limit.unit is Unit.HOURS:
        return at + lost
    if limit.unit is Unit.BUSINESS_HOURS:
        return calendar.add_working_time(at, lost)
    day = calendar.local(at).date()
    if limit.unit is Unit.BUSINESS_DAYS:
        last = calendar.add_working_days(day, lost.days)
    else:
        last = calendar.next_working_day(day + lost) if limit.roll_forward else day + lost
    return calendar.close_of(last) if limit.ends is Ends.CLOSE else calendar.end_of_day(last)


def _within(pauses: Iterable[Pause], start: datetime) -> Iterable[Pause]:
    """The pauses after `start` in order, the one that `start` lies in cut."""
    for pause in sorted(pauses, key=lambda each: each.start):
        if pause.end > start:
            yield Pause(start=max(pause.start, start), end=pause.end)


def _still(limit: Limit, pause: Pause, lost: timedelta, calendar: BusinessCalendar) -> Step:
    much = {"hours": round(lost / timedelta(hours=1), 2)} if limit.unit in HOURLY else {"days": lost.days}
    return Step(
        rule="stood-still",
        values={"from": _local(pause.start, calendar), "to": _local(pause.end, calendar), **much},
    )


def _local(instant: datetime, calendar: BusinessCalendar) -> str:
    return calendar.local(instant).isoformat(timespec="minutes")
