"""What staff say about a complaint beside its own form: how it came, on which day, in which language, from whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from engine.complaints.views import Receipt
from engine.errors import Finding, Refused
from webapi.forms.model import Choice, Error, Field, Form
from webapi.pages import language
from webapi.pages.i18n import Lazy, gettext
from webapi.pages.i18n import lazy as _l
from webapi.pages.words import CHANNEL

CHANNELS = ("phone", "in-person", "post", "email", "other")
ORIGINS: Mapping[str, Lazy] = {
    "external": _l("Somebody from outside"),
    "internal": _l("A unit of our own about another"),
}
_NAMES = ("channel", "receivedOn", "language", "origin", "unit")
_OFFERED: Mapping[str, Iterable[str]] = {"channel": CHANNELS, "origin": ORIGINS}


@dataclass(frozen=True, kw_only=True)
class Intake:
    """The answers as they were typed, by the name of the field."""

    answers: Mapping[str, str]

    def receipt(self, filed: Receipt) -> Receipt:
        """`filed` with these answers. Raises Refused with a finding for each that does not fit."""
        findings = self.findings()
        if findings:
            raise Refused("The complaint cannot be taken like this.", findings=findings)
        return replace(
            filed,
            channel=self.answers["channel"],
            received_on=date.fromisoformat(self.answers["receivedOn"]),
            language=self.answers["language"],
            origin=self.answers["origin"],
            unit=self.answers["unit"] or None,
        )

    def findings(self) -> list[Finding]:
        """What is wrong with these answers."""
        return [Finding(rule=rule, message="", element_id=name) for name, rule in self._wrong()]

    def _wrong(self) -> Iterable[tuple[str, str]]:
        offered = {**_OFFERED, "language": {one.code for one in language.languages()}}
        for name, choices in offered.items():
            if self.answers[name] not in choices:
                yield name, "options" if self.answers[name] else "required"
        if _day(self.answers["receivedOn"]) is None:
            yield "receivedOn", "type" if self.answers["receivedOn"] else "required"
        if self.answers["origin"] == "internal" and not self.answers["unit"]:
            yield "unit", "required"

    def before(self, form: Form) -> Form:
        """`form` with these fields in front, and its errors beside them."""
        return replace(form, fields=(self._group(form.errors), *form.fields))

    def _group(self, errors: Iterable[Error]) -> Field:
        known = {one.code: one.name for one in language.languages()}
        fields = (
            Field(control="radio", label=gettext("How did it come?"), choices=self._choices("channel", _channels())),
            Field(
                control="date", label=gettext("On which day did it reach us?"), hint=gettext("The clocks start then.")
            ),
            Field(
                control="select",
                label=gettext("Language of the complainant"),
                hint=gettext("We write our letters in it."),
                choices=self._choices("language", known),
            ),
            Field(
                control="radio",
                label=gettext("Who complains?"),
                choices=self._choices("origin", {code: str(text) for code, text in ORIGINS.items()}),
            ),
            Field(
                control="textfield",
                label=gettext("Which of our units is it about?"),
                hint=gettext("Needed where one unit complains about another."),
                attributes={"maxlength": 200},
            ),
        )
        drawn = (
            replace(
                field,
                name=name,
                value=self.answers[name],
                required=name != "unit",
                errors=tuple(error.text for error in errors if error.key == name),
            )
            for name, field in zip(_NAMES, fields, strict=True)
        )
        return Field(control="group", label=gettext("How it reached us"), fields=tuple(drawn))

    def _choices(self, name: str, offered: Mapping[str, str]) -> tuple[Choice, ...]:
        chosen = self.answers[name]
        return tuple(Choice(value=value, label=label, chosen=value == chosen) for value, label in offered.items())


def _channels() -> dict[str, str]:
    return {code: str(CHANNEL[code]) for code in CHANNELS}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def untouched(today: date) -> Intake:
    """What is true of most: it came today, from outside, in the language of the page; how it came has to be said."""
    given = {"receivedOn": today.isoformat(), "language": language.current(), "origin": "external"}
    return Intake(answers={name: given.get(name, "") for name in _NAMES})


def posted(form: MultiDict[str, str]) -> Intake:
    """What was typed."""
    return Intake(answers={name: form.get(name, "").strip() for name in _NAMES})
