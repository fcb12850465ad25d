"""A calendar from its configuration (the parsed TOML of `config/calendars/*.toml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays as holidays_package

from engine.deadlines.calendar import WEEKDAYS, BusinessCalendar, HolidayNames, Shift
from engine.errors import ConfigurationInvalid

KNOWN = {"title", "zone", "hours", "holidays", "days", "units"}


def calendar_from(data: Mapping[str, object], *, name: str = "calendar") -> BusinessCalendar:
    """The calendar that `data` describes.

    `zone`: an IANA name. `hours`: weekday -> list of "HH:MM-HH:MM". `holidays`: `country` and optionally `region` by
    ISO 3166, as the `holidays` package knows them. `days`: list of `{date, name, hours?}`; hours make it a working
    day. `units`, the organisation units that keep it, is read by whoever gives cases a calendar. Raises
    ConfigurationInvalid, naming `name`, for anything that cannot be understood.
    """
    unknown = sorted(set(data) - KNOWN)
    if unknown:
        raise ConfigurationInvalid(f"{name}: unknown entries {', '.join(unknown)}.")
    hours = _mapping(data.get("hours"), f"{name}: hours")
    strange = sorted(set(hours) - set(WEEKDAYS))
    if strange:
        raise ConfigurationInvalid(f"{name}: {', '.join(strange)} is no weekday; write them as {', '.join(WEEKDAYS)}.")
    return BusinessCalendar(
        zone=_zone(data.get("zone"), name),
        shifts=[_shifts(hours.get(weekday, []), f"{name}: {weekday}") for weekday in WEEKDAYS],
        holidays=_holidays(_mapping(data.get("holidays", {}), f"{name}: holidays"), name),
        own_days=dict(_own_day(entry, name) for entry in _list(data.get("days", []), f"{name}: days")),
    )


def _zone(value: object, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise ConfigurationInvalid(f"{name}: there is no zone {value!r}.") from unknown


def _holidays(data: Mapping[str, object], name: str) -> HolidayNames:
    if not data:
        return lambda _year: {}
    country, region = str(data.get("country")), data.get("region")
    subdivision = None if region is None else str(region)

    def of(year: int) -> Mapping[date, str]:
        # The package answers `in` by adding years behind one's back: a plain copy of one year keeps us thread-safe.
        return dict(
            holidays_package.country_holidays(country, subdiv=subdivision, years=year, expand=False, language="en_US")
        )

    try:
        of(2025)
    except NotImplementedError as unknown:
        raise ConfigurationInvalid(f"{name}: no holidays are known for {country} {region or ''}.") from unknown
    return of


def _own_day(entry: object, name: str) -> tuple[date, tuple[str, tuple[Shift, ...]]]:
    data = _mapping(entry, f"{name}: days")
    day, title = data.get("date"), data.get("name")
    if type(day) is not date or not isinstance(title, str):
        raise ConfigurationInvalid(f"{name}: an own day needs a date and a name, not {dict(data)!r}.")
    return day, (title, _shifts(data.get("hours", []), f"{name}: {day}"))


def _shifts(value: object, where: str) -> tuple[Shift, ...]:
    return tuple(_shift(text, where) for text in _list(value, where))


def _shift(text: object, where: str) -> Shift:
    start, _, end = str(text).partition("-")
    try:
        return Shift(start=time.fromisoformat(start), end=time.fromisoformat("00:00" if end == "24:00" else end))
    except ValueError as wrong:
        raise ConfigurationInvalid(f"{where}: {text!r} is no shift; write it as 09:00-17:00.") from wrong


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ConfigurationInvalid(f"{where} must be a table.")
    return cast("Mapping[str, object]", value)


def _list(value: object, where: str) -> Iterable[object]:
    if not isinstance(value, list):
        raise ConfigurationInvalid(f"{where} must be a list.")
    return value
