"""Typed doors to Flask-Babel, which has no types of its own. Everything on the pages is translated through these."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import flask_babel  # type: ignore[import-untyped]  # ships neither annotations nor a marker
from babel import Locale


def gettext(text: str, **values: object) -> str:
    """`text` in the language of the page, with `%(name)s` filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """`one` or `many` by `num`, in the language of the page."""
    return str(flask_babel.ngettext(one, many, num, **values))


class Lazy:
    """A text that is translated when it is shown: for tables that are made before any request."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return gettext(self.text)

    def __html__(self) -> str:
        return str(flask_babel.gettext(self.text))


def lazy(text: str) -> Lazy:
    """`text`, translated at the moment of reading."""
    return Lazy(text)


def locale() -> Locale | None:
    """The locale of this request; None outside of one."""
    found = flask_babel.get_locale()
    return found if isinstance(found, Locale) else None


def local_day(value: datetime) -> date:
    """The day of an instant in the page's zone."""
    day: date = flask_babel.to_user_timezone(value).date()
    return day


def write_date(value: date | datetime, pattern: str) -> str:
    """`value` by a CLDR pattern, in the page's language; an instant in the page's zone."""
    return str(flask_babel.format_date(value, pattern))


def write_datetime(value: datetime, pattern: str) -> str:
    """`value` by a CLDR pattern, in the page's language and zone."""
    return str(flask_babel.format_datetime(value, pattern))


def write_distance(value: timedelta) -> str:
    """A span from now in words: "in 3 days", "2 hours ago"."""
    return str(flask_babel.format_timedelta(value, add_direction=True, threshold=1.2))
