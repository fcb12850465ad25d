"""A case as its complainant reads it: sentences and steps instead of codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.complaints.views import MessageView, PublicStatus
from webapi.pages.i18n import Lazy
from webapi.pages.words import PROMISE, word
from webapi.portal.steps import OUTCOME_TEXT, STATUS_TEXT, Step, steps_of

# What staff promise each other is no promise to the complainant.
PROMISED = ("final_response", "progress_update", "complainant_reply")

ANSWERS = ("response", "review-outcome")


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A date that the complainant may count on, or must keep."""

    title: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the status page draws."""

    status: PublicStatus
    sentence: Lazy | str
    outcome: Lazy | None
    steps: Sequence[Step]
    promises: tuple[Promise, ...]
    answer: MessageView | None
    """The letter that is to be accepted or refused."""


def shown(status: PublicStatus) -> Shown:
    """`status` in plain words."""
    return Shown(
        status=status,
        sentence=STATUS_TEXT.get(status.status, ""),
        outcome=OUTCOME_TEXT.get(status.outcome or ""),
        steps=steps_of(status.status),
        answer=next((m for m in reversed(status.messages) if m.kind in ANSWERS), None),
        promises=tuple(
            Promise(title=word(PROMISE, kind), at=status.deadlines[kind])
            for kind in PROMISED
            if kind in status.deadlines
        ),
    )
