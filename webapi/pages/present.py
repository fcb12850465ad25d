"""Filters and globals of the templates: times, words, assets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from flask import Flask, request
from markupsafe import Markup

from engine.complaints import TimelineView
from webapi import access
from webapi.context import engine
from webapi.pages import assets, configured, language, words
from webapi.pages.calculation import budget, step_sentence
from webapi.pages.i18n import gettext, ngettext, write_date, write_datetime, write_distance
from webapi.pages.text import paragraphs


def moment(value: datetime | date | None, form: str = "long") -> Markup:
    """`<time>` for an instant or a day, in the language and zone of the page; `form`: day, short or long."""
    if value is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), _written(value, form))


def _written(value: datetime | date, form: str) -> str:
    if form == "day" or not isinstance(value, datetime):
        return write_date(value, "d MMMM y")
    if form == "short":
        return write_datetime(value, "d MMM, HH:mm")
    return write_datetime(value, "d MMMM y, HH:mm")


def distance(value: datetime, now: datetime) -> str:
    """How far `value` is from `now`, in words: "in 3 days", "2 hours ago"."""
    return write_distance(value - now)


def due(value: datetime | None) -> Markup:
    """A chip that tells how long there is until `value`, red when it is over, amber within a day."""
    if value is None:
        return Markup("")
    now = engine().clock.now()
    tone = "bad" if value < now else "warn" if value - now < timedelta(days=1) else "calm"
    said = gettext("overdue since %(when)s", when=_written(value, "short")) if value < now else distance(value, now)
    return Markup('<span class="chip {}" title="{}">{}</span>').format(tone, _written(value, "long"), said)


def chip(code: str | None, table: words.Words = words.STATUS) -> Markup:
    """The word for `code` as a chip in its tone."""
    if not code:
        return Markup("")
    tone = words.STATUS_TONE.get(code) or words.SEVERITY_TONE.get(code) or ""
    return Markup('<span class="chip {}">{}</span>').format(tone, words.word(table, code))


def filesize(count: int) -> str:
    """A number of bytes as a person reads it."""
    if count < 1_000:
        return ngettext("%(num)s byte", "%(num)s bytes", count)
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def error_words(code: str) -> str:
    """The sentence for an error code of the engine."""
    return words.word(words.ERROR, code)


def event_words(entry: TimelineView) -> str:
    """One entry of a timeline in a sentence; of an escalation, who was told."""
    said, details = words.happening(entry.event, entry.details), entry.details
    if entry.event != "escalated":
        return said
    groups = details.get("groups")
    told = [configured.group_name(str(group)) for group in groups] if isinstance(groups, list) else []
    level = gettext("level %(level)s", level=details.get("level"))
    who = gettext("told: %(groups)s", groups=", ".join(told))
    return f"{said}: {level} ({who})" if told else f"{said}: {level}"


def register(app: Flask) -> None:
    """Add filters and globals to the templates of `app`."""
    filters: dict[str, Callable[..., object]] = {
        "moment": moment,
        "due": due,
        "chip": chip,
        "filesize": filesize,
        "error_words": error_words,
        "paragraphs": paragraphs,
        "group_name": configured.group_name,
        "entry": configured.entry,
        "event_words": event_words,
        "derivation_step": step_sentence,
        "budget": budget,
        "word": lambda code, table: words.word(getattr(words, table), code),
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(assets=assets.tags, WORDS=words)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_of_request)


def _of_request() -> dict[str, object]:
    return {
        "lang": language.current(),
        "dir": language.direction(),
        "languages": language.languages(),
        "caller": access.caller(),
        "today": _today,
        "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
    }


def _today() -> date:
    return engine().clock.now().astimezone(UTC).date()
