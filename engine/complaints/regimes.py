"""Regimes: which clocks apply to a case, and by which calendar (`config/regimes`, `config/calendars`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.deadlines import BusinessCalendar, Limit, calendar_from
from engine.errors import ConfigurationInvalid, Finding, Refused

DEFAULT_REGIME = "iso10002"
DEFAULT_CALENDAR = "default"
SHORTEST_SOURCE = 10
CLOCKS = ("acknowledgement", "progress_update", "level_1", "final_response", "level_3", "complainant_reply")
"""Clocks that every regime must set."""

STATUTORY = "statutory_response"
"""The law's clock beside our own `final_response`, where the regime says that its final response is statutory."""

PARTS = {"title", "source", "checked", "calendar", "external_body", "clocks"}
OPTIONAL = {"extension"}
CLOCK_PARTS = {"amount", "unit", "count_first_day", "ends", "roll_forward", "statutory", "starts"}
LIMIT_PARTS = CLOCK_PARTS - {"statutory", "starts"}
AT_RECEIPT, AT_COMPLETE_FILE = "receipt", "complete-file"
STARTS = (AT_RECEIPT, AT_COMPLETE_FILE)
"""What a clock may be started by: the receipt, or the day on which everything needed has come."""
EXTENSION_PARTS = {"counted_from", "consent"} | LIMIT_PARTS
KIND = re.compile(r"[a-z][a-z0-9_]{0,40}")
OLDEST = date(2020, 1, 1)
"""A regime whose source was looked at before this was not looked at."""


@dataclass(frozen=True, kw_only=True)
class ExtensionRule:
    """How far the final answer may be put off: `limit` from the day it was due, or from the receipt (`from_start`).

    Beyond that it takes the complainant's consent, where `consent` says that this is a way at all.
    """

    limit: Limit
    from_start: bool
    consent: bool


@dataclass(frozen=True, kw_only=True)
class Regime:
    """One set of rules, with where it was read and when it was last checked against its source."""

    regime_id: str
    titles: Mapping[str, str]
    source: str
    checked: date | None
    """None (`false` in the file): the periods are known at second hand and await a look at the source itself."""
    calendar: BusinessCalendar
    external_bodies: Mapping[str, str]
    """Where a complainant can go after us, by language, as it stands in a sentence."""
    clocks: Mapping[str, Limit]
    """By kind; those of `CLOCKS`, and others that start with the receipt (or, `external_body`, with our answer)."""
    statutory: frozenset[str]
    """Kinds of clocks that the law sets: they never stand still."""
    after_file: frozenset[str]
    """Kinds of clocks that start when the file is complete, not at the receipt."""
    extension: ExtensionRule | None
    """None: any later date will do, as long as it is told with the reasons."""
    units_calendar: BusinessCalendar | None = None
    """The calendar of the unit that has the case, where that has its own."""

    @property
    def ours(self) -> BusinessCalendar:
        """By what our own clocks count; those of the law count by `calendar`, that of the jurisdiction."""
        return self.units_calendar or self.calendar

    @property
    def limits(self) -> dict[str, Limit]:
        """The clocks that a case begins with: where the law sets the final response, its clock runs beside ours."""
        law = {STATUTORY: self.clocks["final_response"]} if "final_response" in self.statutory else {}
        return {**law, **self.clocks}

    def waits_for_file(self, kind: str) -> bool:
        """Whether a clock starts when the file is complete; the law's clock does so with the final response."""
        return ("final_response" if kind == STATUTORY else kind) in self.after_file

    def external_body(self, language: str) -> str:
        """The body outside in `language`, else in English."""
        return self.external_bodies.get(language.partition("-")[0]) or self.external_bodies["en"]


@dataclass(frozen=True, kw_only=True)
class Regimes:
    """All regimes by id."""

    by_id: Mapping[str, Regime]
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    by_unit: Mapping[str, str] = field(default_factory=dict)
    """Names of calendars by the unit that keeps them."""

    def of(self, regime_id: str, calendar: str | None) -> Regime:
        """The regime of a case whose unit keeps `calendar`. One that has left the configuration counts for nothing."""
        found = self.get(regime_id)
        return found if calendar is None else replace(found, units_calendar=self.calendars.get(calendar))

    def get(self, regime_id: str | None) -> Regime:
        """A regime; the default one for None. Raises Refused for an id that is not configured."""
        found = self.by_id.get(regime_id or DEFAULT_REGIME)
        if found is None:
            finding = Finding(rule="regime", message=f"There is no regime {regime_id!r}.", element_id="regime")
            raise Refused("The regime is not known.", findings=[finding])
        return found


def load_regimes(regimes: Mapping[str, Path], calendars: Mapping[str, Path]) -> Regimes:
    """All regimes of the files (by id) over the calendars (by name). Raises ConfigurationInvalid, naming the file."""
    made, by_unit = load_calendars(calendars), _units(calendars)
    found = {regime_id: _regime(regime_id, _read(path), made) for regime_id, path in regimes.items()}
    if DEFAULT_REGIME not in found:
        raise ConfigurationInvalid(f"The regime {DEFAULT_REGIME!r} is missing.")
    return Regimes(by_id=found, calendars=made, by_unit=by_unit)


def load_calendars(files: Mapping[str, Path]) -> dict[str, BusinessCalendar]:
    """All calendars of the files by name; one must be called `default`. Raises ConfigurationInvalid."""
    made = {name: calendar_from(_read(path), name=path.name) for name, path in files.items()}
    if DEFAULT_CALENDAR not in made:
        raise ConfigurationInvalid(f"The calendar {DEFAULT_CALENDAR!r} is missing.")
    return made


def _units(files: Mapping[str, Path]) -> dict[str, str]:
    by_unit: dict[str, str] = {}
    for name, path in files.items():
        units = _read(path).get("units", [])
        if not isinstance(units, list) or not all(isinstance(unit, str) and unit for unit in units):
            raise ConfigurationInvalid(f"{path.name}: `units` must be a list of names.")
        twice = [unit for unit in units if unit in by_unit]
        if twice:
            raise ConfigurationInvalid(f"{path.name}: {', '.join(twice)} keeps another calendar already.")
        by_unit.update(dict.fromkeys(units, name))
    return by_unit


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationInvalid(f"{path.name} cannot be read: {error}") from error


def _regime(regime_id: str, data: Mapping[str, Any], calendars: Mapping[str, BusinessCalendar]) -> Regime:
    where = f"regime {regime_id}"
    wrong = sorted((PARTS - set(data)) | (set(data) - PARTS - OPTIONAL))
    if wrong:
        raise ConfigurationInvalid(f"{where}: {', '.join(wrong)} is missing or unknown.")
    if data["calendar"] not in calendars:
        raise ConfigurationInvalid(f"{where}: there is no calendar {data['calendar']!r}.")
    checked = data["checked"] or None
    if checked is not None and (type(checked) is not date or checked < OLDEST):
        raise ConfigurationInvalid(f"{where}: `checked` must be the date on which the source was looked at, or false.")
    if len(str(data["source"]).strip()) < SHORTEST_SOURCE:
        raise ConfigurationInvalid(f"{where}: `source` must say where the periods stand.")
    clocks = _clocks(data["clocks"], where)
    return Regime(
        regime_id=regime_id,
        titles=_texts(data["title"], f"{where}: title"),
        source=str(data["source"]),
        checked=checked,
        calendar=calendars[data["calendar"]],
        external_bodies=_texts(data["external_body"], f"{where}: external_body"),
        clocks=clocks,
        statutory=frozenset(kind for kind, row in data["clocks"].items() if row.get("statutory") is True),
        after_file=frozenset(kind for kind, row in data["clocks"].items() if row.get("starts") == AT_COMPLETE_FILE),
        extension=_extension(data.get("extension"), f"{where}: extension"),
    )


def _clocks(data: object, where: str) -> dict[str, Limit]:
    if not isinstance(data, dict):
        raise ConfigurationInvalid(f"{where}: `clocks` must be a table.")
    missing = [kind for kind in CLOCKS if kind not in data]
    strange = [kind for kind in data if not KIND.fullmatch(kind) or kind == STATUTORY]
    if missing or strange:
        raise ConfigurationInvalid(f"{where}: the clocks {', '.join([*missing, *strange])} are missing or misnamed.")
    for kind, row in data.items():
        if isinstance(row, dict) and row.get("starts", AT_RECEIPT) not in STARTS:
            raise ConfigurationInvalid(f"{where}: {kind} starts at {' or '.join(STARTS)}.")
    return {kind: _limit(row, f"{where}: {kind}", CLOCK_PARTS) for kind, row in data.items()}


def _extension(data: object, where: str) -> ExtensionRule | None:
    if data is None:
        return None
    if not isinstance(data, dict) or data.get("counted_from") not in {"due", "start"}:
        raise ConfigurationInvalid(f"{where}: `counted_from` must be due or start.")
    if not set(data) <= EXTENSION_PARTS or not isinstance(data.get("consent", False), bool):
        raise ConfigurationInvalid(f"{where}: only {', '.join(sorted(EXTENSION_PARTS))} can be set.")
    limit = _limit({name: value for name, value in data.items() if name in LIMIT_PARTS}, where, LIMIT_PARTS)
    return ExtensionRule(limit=limit, from_start=data["counted_from"] == "start", consent=data.get("consent") is True)


def _limit(row: object, where: str, parts: set[str]) -> Limit:
    if not isinstance(row, dict) or not set(row) <= parts or not isinstance(row.get("statutory", False), bool):
        raise ConfigurationInvalid(f"{where}: only {', '.join(sorted(parts))} can be set.")
    try:
        return Limit.from_json({_camel(name): value for name, value in row.items()})
    except ConfigurationInvalid as wrong:
        raise ConfigurationInvalid(f"{where}: {wrong.message}") from wrong


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _texts(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not isinstance(value.get("en"), str):
        raise ConfigurationInvalid(f"{where}: an English text is needed.")
    return {str(language): str(text) for language, text in value.items()}
