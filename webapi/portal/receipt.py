"""From the answers of the form `file-complaint` to the complaint that the register receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from engine.complaints.views import PartyData, Receipt, Upload
from engine.errors import Finding
from engine.types import Json

PARTY = ("name", "organisation", "email", "phone", "address", "postcode", "town", "country")


def receipt_of(answers: Mapping[str, Json], attachments: tuple[Upload, ...], language: str) -> Receipt:
    """The complaint in `answers` (by form key, checked by the form's rules), written in `language`.

    A person who acts for somebody else is the representative; the one they name is the complainant.
    """
    anonymous = answers.get("anonymous") is True
    writer = PartyData(**{name: _text(answers, name) for name in PARTY})
    behalf = _text(answers, "onBehalfOf")
    day = _text(answers, "problemDate")
    return Receipt(
        description=_text(answers, "description") or "",
        channel="web",
        language=language,
        complainant=None if anonymous else PartyData(name=behalf) if behalf else writer,
        representative=writer if behalf and not anonymous else None,
        anonymous=anonymous,
        may_disclose=answers.get("mayDisclose") is True and not anonymous,
        product_or_service=_text(answers, "productOrService"),
        order_reference=_text(answers, "orderReference"),
        problem_date=date.fromisoformat(day) if day else None,
        category=_text(answers, "category"),
        remedy_sought=_text(answers, "remedySought"),
        attachments=attachments,
    )


def in_form_terms(finding: Finding) -> Finding:
    """A finding of the register about a part of the complaint, about the field of the form it came from."""
    part, *parts = (finding.element_id or "").rpartition(".")[2].split("_")
    return replace(finding, element_id=part + "".join(word.title() for word in parts))


def _text(answers: Mapping[str, Json], name: str) -> str | None:
    value = answers.get(name)
    return value if isinstance(value, str) and value else None
