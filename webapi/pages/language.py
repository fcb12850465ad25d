"""Which language a page speaks: the one chosen on a page, else the best that the browser asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from flask import Flask, request, session
from flask_babel import Babel  # type: ignore[import-untyped]  # see i18n

from webapi.pages.i18n import locale as current_locale

SOURCE = "en"
"""The language of the message ids themselves: it needs no catalogue."""

ENGLISH = "en_GB"
"""How English pages write dates: day, month, year, as the letters do."""

TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"
_SESSION = "language"


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language that a page can be read in; `name` is what its own speakers call it."""

    code: str
    name: str


def languages() -> tuple[Language, ...]:
    """Every language with a catalogue, and English."""
    codes = {SOURCE, *(folder.parent.name for folder in TRANSLATIONS.glob("*/LC_MESSAGES"))}
    return tuple(Language(code=c, name=(Locale.parse(c).get_display_name() or c).capitalize()) for c in sorted(codes))


def current() -> str:
    """Code of the language of this request, for example `nl`."""
    locale = current_locale()
    return SOURCE if locale is None else str(locale.language)


def direction() -> str:
    """`ltr` or `rtl`, for the page's `dir`."""
    locale = current_locale()
    return "ltr" if locale is None else str(locale.text_direction)


def choose(code: str) -> None:
    """Keep `code` for the visits to come; a language we do not speak changes nothing."""
    if code in {language.code for language in languages()}:
        session[_SESSION] = code


def register(app: Flask) -> None:
    """Translate the pages of `app`."""
    known = [language.code for language in languages()]

    def select() -> str:
        chosen = session.get(_SESSION)
        found = chosen if chosen in known else request.accept_languages.best_match(known, SOURCE)
        return ENGLISH if found == SOURCE else found

    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(TRANSLATIONS))
    Babel(app, locale_selector=select)
