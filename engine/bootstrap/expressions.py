"""The functions that expressions may call: FEEL's own, those of the default business calendar, and `deadline`.

This is the one registry: diagrams, decision tables, forms and the command line all call what `functions` gives.
`docs/feel.md` explains each of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping

from engine.deadlines import BusinessCalendar, calendar_from, calendar_functions
from engine.errors import ConfigurationInvalid
from engine.feel import STANDARD, Functions, to_python, to_text
from engine.settings import Settings

DEFAULT_CALENDAR = "default"


def functions(settings: Settings) -> Functions:
    """FEEL's built-ins, the working-day functions of `config/calendars/default.toml`, and the deadlines of a case.

    None of them writes, and none looks at another clock than that of the evaluation.
    """
    known = STANDARD.with_("deadline", "name: string", deadline, reads=("complaint",))
    for function in calendar_functions(calendar(settings, DEFAULT_CALENDAR)):
        known = known.with_(function.name, [f"{name}: any" for name in function.parameters], _plainly(function.call))
    return known


def deadline(complaint: object, name: str) -> object:
    """`deadline("final response")`: when that deadline of the case ends, null if its clock has not started.

    Without a case, or for a deadline that there is not, raises TypeError or ValueError: null and a diagnostic.
    """
    deadlines = complaint.get("deadlines") if isinstance(complaint, Mapping) else None
    if not isinstance(deadlines, Mapping):
        raise TypeError("there is no complaint here")
    kind = "_".join(name.replace("-", " ").replace("_", " ").split()).lower()
    if kind not in deadlines:
        raise ValueError(f"there is no deadline {name!r}; there are {', '.join(_spoken(deadlines))}")
    return deadlines[kind]


def _spoken(kinds: Mapping[str, object]) -> list[str]:
    return sorted(kind.replace("_", " ") for kind in kinds)


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

    def plainly(first: object, second: object) -> object:
        result = call(to_python(first), to_python(second))
        if result is None:
            raise ValueError(f"not for {to_text([first])[1:-1][:60]} and {to_text([second])[1:-1][:60]}")
        return result

    return plainly
