"""The functions that expressions may call: FEEL's own, and those of the default business calendar."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

from engine.deadlines import BusinessCalendar, calendar_from, calendar_functions
from engine.errors import ConfigurationInvalid
from engine.feel import STANDARD, Functions, to_python
from engine.settings import Settings

DEFAULT_CALENDAR = "default"


def functions(settings: Settings) -> Functions:
    """FEEL's built-ins and the working-day functions of `config/calendars/default.toml`."""
    known = STANDARD
    for function in calendar_functions(calendar(settings, DEFAULT_CALENDAR)):
        known = known.with_(function.name, [f"{name}: any" for name in function.parameters], _plainly(function.call))
    return known


def calendar(settings: Settings, name: str) -> BusinessCalendar:
    """A business calendar of the configuration; raises `ConfigurationInvalid`."""
    path = settings.config_file(f"calendars/{name}.toml")
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationInvalid(f"{path.name} cannot be read: {error}") from error
    return calendar_from(data, name=path.name)


def _plainly(call: Callable[[object, object], object]) -> Callable[[object, object], object]:
    """The calendar speaks of Python's dates, expressions of FEEL's."""
    return lambda first, second: call(to_python(first), to_python(second))
