"""How a date was calculated, step by step, in sentences. The engine keeps the steps as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from engine.complaints.views import DeadlineView
from engine.deadlines.limits import Limit
from engine.deadlines.running import HOURLY
from engine.types import Json
from webapi.pages.i18n import gettext, ngettext, write_date, write_datetime

Step = Mapping[str, Json]


def step_sentence(step: Step) -> str:
    """One step of a derivation as a sentence; a rule that has no sentence yet is shown as it is."""
    write = _SENTENCES.get(str(step.get("rule")))
    if write is None:
        return ", ".join(f"{name}: {value}" for name, value in step.items())
    return write(step)


def amount(count: int, unit: str) -> str:
    """`20 working days` and its kin."""
    match unit:
        case "hours":
            return ngettext("%(num)s hour", "%(num)s hours", count)
        case "business-hours":
            return ngettext("%(num)s working hour", "%(num)s working hours", count)
        case "business-days":
            return ngettext("%(num)s working day", "%(num)s working days", count)
        case "weeks":
            return ngettext("%(num)s week", "%(num)s weeks", count)
        case "months":
            return ngettext("%(num)s month", "%(num)s months", count)
        case _:
            return ngettext("%(num)s day", "%(num)s days", count)


def limit_text(limit: Limit) -> str:
    """A limit of a regime in words."""
    return amount(limit.amount, limit.unit.value)


def budget(clock: DeadlineView) -> str:
    """How much of a clock's time is used."""
    hourly = str(clock.limit.get("unit")) in HOURLY
    used = f"{clock.used:g}"
    length = limit_text(Limit.from_json(clock.limit))
    if hourly:
        return gettext("Used: %(used)s hours of %(length)s.", used=used, length=length)
    return gettext("Used: %(used)s days of %(length)s.", used=used, length=length)


def _started(step: Step) -> str:
    return gettext("The clock started on %(at)s (time in %(zone)s).", at=_instant(step, "at"), zone=step.get("zone"))


def _first(step: Step) -> str:
    return gettext("%(date)s counts as the first day.", date=_day(step.get("date")))


def _counted(step: Step) -> str:
    length = amount(int(str(step.get("amount", 0))), str(step.get("unit")))
    if step.get("until") is None:
        return gettext("Counted: %(length)s.", length=length)
    return gettext("Counted: %(length)s, until %(date)s.", length=length, date=_day(step.get("until")))


def _closed(step: Step) -> str:
    weekend = int(str(step.get("weekend") or 0))
    parts = [ngettext("%(num)s weekend day", "%(num)s weekend days", weekend)] if weekend else []
    days = step.get("holidays")
    listed = days if isinstance(days, Sequence) and not isinstance(days, str) else ()
    parts += [f"{day.get('name')} ({_day(day.get('date'))})" for day in listed if isinstance(day, Mapping)]
    return gettext("Not counted, because closed: %(days)s.", days=", ".join(parts))


def _rolled(step: Step) -> str:
    return gettext(
        "%(day)s is no working day, so the date moved to %(next)s.",
        day=_day(step.get("from")),
        next=_day(step.get("to")),
    )


def _still(step: Step) -> str:
    days = step.get("days")
    length = amount(int(str(days)), "days") if days is not None else f"{step.get('hours')} h"
    return gettext(
        "It stood still from %(start)s to %(end)s; not counted: %(length)s.",
        start=_instant(step, "from"),
        end=_instant(step, "to"),
        length=length,
    )


def _extended(step: Step) -> str:
    return gettext("The date was put off to %(date)s, and the complainant was told why.", date=_instant(step, "to"))


def _bounded(step: Step) -> str:
    return gettext("The law allows no later date than %(date)s.", date=_instant(step, "to"))


def _moved(step: Step) -> str:
    return gettext("The date was moved: %(why)s.", why=step.get("because") or step.get("reason") or "")


def _ends(step: Step) -> str:
    if step.get("how") == "close":
        return gettext("It ends at close of business: %(at)s.", at=_instant(step, "at"))
    if step.get("how") == "end-of-day":
        return gettext("It ends at the end of the day: %(at)s.", at=_instant(step, "at"))
    return gettext("It ends on %(at)s.", at=_instant(step, "at"))


def _day(value: Json) -> str:
    try:
        return write_date(date.fromisoformat(str(value)), "EEEE d MMMM y")
    except ValueError:
        return str(value)


def _instant(step: Step, name: str) -> str:
    try:
        return write_datetime(datetime.fromisoformat(str(step.get(name))), "EEEE d MMMM y, HH:mm")
    except ValueError:
        return str(step.get(name))


_SENTENCES: Mapping[str, Callable[[Step], str]] = {
    "started": _started,
    "first-day-counted": _first,
    "counted": _counted,
    "closed-days": _closed,
    "rolled-forward": _rolled,
    "moved": _moved,
    "stood-still": _still,
    "extended": _extended,
    "bounded": _bounded,
    "ends": _ends,
}
