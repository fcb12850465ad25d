"""Is this receipt right? Everything that is wrong is told at once, field by field (clause 4.9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import date, timedelta

from engine.complaints.views import PartyData, Receipt
from engine.errors import Finding, Refused, TooLarge

LONGEST_DESCRIPTION = 50_000
LONGEST_TEXT = 20_000
LONGEST_NAME = 1_000
MOST_FILES = 10
OLDEST = timedelta(days=366)
"""How long ago a complaint may have come that is entered now; further back somebody mistook the year."""
CHANNELS = ("web", "email", "api", "phone", "post", "in-person", "other")
ORIGINS = ("external", "internal")
FEEDBACK = ("complaint",)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
EMAIL = re.compile(r"[^@\s,;<>\"()\[\]:\\]{1,64}@[^@\s,;<>\"()\[\]:\\]{1,189}")

LONG_TEXTS = {"description": LONGEST_DESCRIPTION, "remedy_sought": LONGEST_TEXT}
NAMES = ("unit", "product_or_service", "order_reference", "category", "regime")
PARTIES = ("complainant", "representative", "contact")


def check_receipt(receipt: Receipt, today: date) -> None:
    """Raise TooLarge for a text or a number of files beyond all measure, Refused with a finding per wrong field."""
    for name, longest in LONG_TEXTS.items():
        check_size(name, getattr(receipt, name), longest)
    if len(receipt.attachments) > MOST_FILES:
        raise TooLarge(f"At most {MOST_FILES} files can be sent at once.")
    findings = [*_texts(receipt), *_choices(receipt), *_parties(receipt), *_dates(receipt, today)]
    if findings:
        raise Refused("The complaint cannot be taken like this.", findings=findings)


def check_size(name: str, text: str | None, longest: int) -> None:
    """Raise TooLarge for a text that is longer than `longest` characters."""
    if text is not None and len(text) > longest:
        raise TooLarge(f"This text is too long: at most {longest:,} characters.", field=name, most=longest)


def check_message(name: str, text: str, longest: int = LONGEST_TEXT) -> str:
    """A message without the space around it; raises Refused where it is empty or unusable, TooLarge."""
    check_size(name, text, longest)
    tidy = text.replace("\r\n", "\n").strip()
    if not tidy or not is_clean(tidy):
        rule = "null-byte" if tidy else "required"
        message = "This text contains a character that cannot be kept." if tidy else "This must not be empty."
        raise Refused(message, findings=[Finding(rule=rule, message=message, element_id=name)])
    return tidy


def is_clean(text: str) -> bool:
    """Whether the database can keep the text: no null byte, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def check_field(name: str, value: str, longest: int = LONGEST_NAME) -> Finding | None:
    """What is wrong with a short text, if anything."""
    if not is_clean(value):
        message = "This text contains a character that cannot be kept."
        return Finding(rule="null-byte", message=message, element_id=name)
    if len(value) > longest:
        return Finding(rule="max-length", message=f"At most {longest:,} characters.", element_id=name)
    if name.endswith("email") and not EMAIL.fullmatch(value):
        return Finding(rule="email", message="This is no e-mail address.", element_id=name)
    return None


def _texts(receipt: Receipt) -> Iterator[Finding]:
    if not receipt.description.strip():
        yield Finding(rule="required", message="Say what the complaint is about.", element_id="description")
    for name in (*LONG_TEXTS, *NAMES):
        value = getattr(receipt, name)
        if value is not None and (found := check_field(name, value, LONG_TEXTS.get(name, LONGEST_NAME))) is not None:
            yield found


def _choices(receipt: Receipt) -> Iterator[Finding]:
    for name, choices in (("channel", CHANNELS), ("origin", ORIGINS), ("feedback", FEEDBACK)):
        if getattr(receipt, name) not in choices:
            message = f"This must be one of {', '.join(choices)}."
            yield Finding(rule="options", message=message, element_id=name)
    if not LANGUAGE.fullmatch(receipt.language):
        yield Finding(rule="language", message='A language is written like "nl" or "pt-BR".', element_id="language")


def _parties(receipt: Receipt) -> Iterator[Finding]:
    named = [name for name in PARTIES if any(asdict(getattr(receipt, name) or PartyData()).values())]
    if receipt.anonymous and named:
        message = "An anonymous complaint names nobody."
        yield Finding(rule="anonymous", message=message, element_id=named[0])
    if not receipt.anonymous and receipt.complainant is None:
        message = "Say who complains, or that the complaint is anonymous."
        yield Finding(rule="required", message=message, element_id="complainant")
    for name in named:
        yield from check_party(name, getattr(receipt, name))


def check_party(name: str, party: PartyData) -> Iterator[Finding]:
    """What is wrong with what is told about somebody."""
    for part in fields(party):
        value = getattr(party, part.name)
        if value is not None and (found := check_field(f"{name}.{part.name}", value)) is not None:
            yield found


def _dates(receipt: Receipt, today: date) -> Iterator[Finding]:
    # A day's grace: somewhere on earth it is tomorrow already.
    if receipt.problem_date is not None and receipt.problem_date > today + timedelta(days=1):
        message = "The problem cannot have happened in the future."
        yield Finding(rule="date", message=message, element_id="problem_date")
    if receipt.received_on is not None and not today - OLDEST <= receipt.received_on <= today:
        message = f"A complaint is entered within {OLDEST.days} days of its receipt."
        rule = "date" if receipt.received_on > today else "date-too-old"
        yield Finding(rule=rule, message=message, element_id="received_on")
