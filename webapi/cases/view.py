"""What the case page draws, gathered from the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.complaints.pausing import REASONS
from engine.complaints.views import AttachmentView, ComplaintView, DeadlineView, MessageView, TimelineView
from engine.types import Actor, Json, SearchRequest
from webapi.context import engine


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One case, complete."""

    complaint: ComplaintView
    timeline: tuple[TimelineView, ...]
    messages: tuple[MessageView, ...]
    attachments: tuple[AttachmentView, ...]


def dossier(who: Actor, reference: str) -> Dossier:
    """Everything that `who` may see of the case. Raises `NotFound`, also where the person may not know of it."""
    register = engine().complaints
    return Dossier(
        complaint=register.get(who, reference),
        timeline=tuple(register.timeline(who, reference)),
        messages=tuple(register.messages(who, reference)),
        attachments=tuple(register.attachments(who, reference)),
    )


def by_reference(reference: str) -> SearchRequest:
    """A search for exactly this case, that leaves no trace in the log of readings."""
    return SearchRequest(filter={"reference": reference}, limit=1)


def stopped_by_staff(case: ComplaintView, now: datetime) -> bool:
    """Whether the clocks stand still because staff said so, and not for a question."""
    return any(p.ended_at is None and p.expected_at > now and p.reason in REASONS for p in case.pauses)


def calculation(clock: DeadlineView) -> tuple[Mapping[str, Json], ...]:
    """The steps by which the date of `clock` came about."""
    return clock.derivation
