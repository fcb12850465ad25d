"""What goes into the register and what callers see of it. Times are in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from engine.types import Json


@dataclass(frozen=True, kw_only=True)
class PartyData:
    """Somebody who has a part in a complaint: all that may be told about a person or organisation."""

    name: str | None = None
    organisation: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    postcode: str | None = None
    town: str | None = None
    country: str | None = None
    authority: str | None = None
    """What entitles somebody to act for another."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that is handed in: its name as the sender calls it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A complaint as it is received (ISO 10002 clause 7.2).

    `channel`: `web`, `email`, `api`, `phone`, `post`, `in-person` or `other`. `language`: as BCP 47 writes it, for
    example `nl` or `pt-BR`. Either a `complainant` or `anonymous`; an anonymous one may still say nothing of itself.
    `origin`: `external`, or `internal` where one unit complains about another.
    """

    description: str
    channel: str = "web"
    language: str = "en"
    complainant: PartyData | None = None
    representative: PartyData | None = None
    """Who acts for the complainant, with the authority to do so."""
    contact: PartyData | None = None
    unit: str | None = None
    """The unit complained about."""
    anonymous: bool = False
    may_disclose: bool = True
    origin: str = "external"
    feedback: str = "complaint"
    product_or_service: str | None = None
    order_reference: str | None = None
    problem_date: date | None = None
    received_on: date | None = None
    """The day on which it reached us, where it is entered on a later one; the clocks start then."""
    category: str | None = None
    remedy_sought: str | None = None
    regime: str | None = None
    """Id of the regime whose clocks apply; the default one where nothing is said."""
    attachments: tuple[Upload, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Received:
    """The answer to whoever complained: what to keep."""

    reference: str
    tracking_code: str
    """`7K2MA-...`: opens the status page. It is told here and kept nowhere."""
    process_instance_key: int
    acknowledged_at: datetime | None
    deadlines: Mapping[str, datetime]
    """Promised instants by kind."""


@dataclass(frozen=True, kw_only=True)
class DeadlineView:
    """One clock of a case, with how its date came about."""

    kind: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    ended_at: datetime | None
    basis: str
    """Where the limit comes from: a regime's id, `decision` for the process's own table, or `escalation`."""
    limit: Mapping[str, Json]
    """The budget: amount, unit, and how it ends."""
    used: float
    """How much of the budget is used, without what the clock stood still: hours where the limit counts in hours, else
    days (working days for business days)."""
    derivation: tuple[Mapping[str, Json], ...]
    state: str
    """`running`, `paused`, `overdue`, `met`, `late`, `stopped` or `over`."""
    statutory: bool = False
    """A clock of the law: it never stands still."""
    started_by: str | None = None
    """`receipt`, `complete-file`, `escalation`, or the kind of letter; None for clocks of old."""
    extensions: tuple[ExtensionView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PauseView:
    """One time that the clocks of ours stood still: the ledger of what does not count."""

    reason: str
    """`question`, or a code of `engine.complaints.pausing.REASONS`."""
    started_at: datetime
    expected_at: datetime
    """When they go on at the latest."""
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ExtensionView:
    """A later date that a clock was given; `reason` is what the complainant was told."""

    due_before: datetime
    due_until: datetime
    reason: str
    consent: bool
    at: datetime
    actor: str


@dataclass(frozen=True, kw_only=True)
class ComplaintView:
    """One complaint as staff see it."""

    complaint_key: int
    reference: str
    process_instance_key: int | None
    feedback: str
    origin: str
    status: str
    channel: str
    language: str
    regime: str
    calendar: str | None
    """The calendar of the unit that has the case; None: that of the regime."""
    anonymous: bool
    may_disclose: bool
    description: str | None
    """What the complainant wrote; None in search results, as it is read with a note in the log only."""
    product_or_service: str | None
    order_reference: str | None
    problem_date: date | None
    remedy_sought: str | None
    """None in search results, as `description`."""
    category: str | None
    severity: str | None
    safety: bool | None
    complexity: str | None
    impact: str | None
    immediate_action: str | None
    priority: str | None
    team: str | None
    decision: str | None
    remedy: str | None
    remedy_amount: Decimal | None
    remedy_cost: Decimal | None
    review_outcome: str | None
    response: str | None
    outcome: str | None
    cause: str | None
    systemic: str | None
    action_needed: bool | None
    escalation_level: int
    received_at: datetime
    received_by: str
    file_complete_at: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    rev: int
    parties: Mapping[str, PartyData] = field(default_factory=dict)
    """By role: `complainant`, `representative`, `contact`, `unit`. Empty in search results."""
    deadlines: tuple[DeadlineView, ...] = ()
    pauses: tuple[PauseView, ...] = ()
    """When the clocks of ours stood still, oldest first."""
    waiting_for_file: tuple[str, ...] = ()
    """Kinds of clocks that start when the file is complete, and have not."""
    notes: tuple[NoteView, ...] = ()
    changes: tuple[ChangeView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoteView:
    """Something that staff wrote in a form and that belongs to the case."""

    field: str
    value: Json
    element_id: str
    at: datetime
    actor: str


@dataclass(frozen=True, kw_only=True)
class ChangeView:
    """One correction, with the value that stood there before (clause 4.9)."""

    field: str
    old: Json
    new: Json
    at: datetime
    actor: str


@dataclass(frozen=True, kw_only=True)
class TimelineView:
    """One thing that happened; `event` is a value of `engine.complaints.Event`."""

    at: datetime
    event: str
    actor: str
    details: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """One letter or message between the organisation and the complainant."""

    message_key: int
    direction: str
    """`out` or `in`."""
    kind: str
    at: datetime
    language: str
    subject: str | None
    body: str
    delivery: str
    """`page`, `waiting`, `sent`, `failed` or `received`."""
    delivered_at: datetime | None
    actor: str | None
    """Who wrote it; not told to the holder of a code."""


@dataclass(frozen=True, kw_only=True)
class AttachmentView:
    """One file of a case; `size` in bytes."""

    attachment_key: int
    name: str
    content_type: str
    size: int
    at: datetime
    actor: str | None


@dataclass(frozen=True, kw_only=True)
class PublicStatus:
    """What the holder of a code sees (clause 7.3): plain codes, promised dates, letters, what can be done now."""

    reference: str
    status: str
    language: str
    received_at: datetime
    closed_at: datetime | None
    decision: str | None
    outcome: str | None
    deadlines: Mapping[str, datetime]
    """Promises that still hold, by kind: `final_response`, `progress_update`, `complainant_reply`."""
    messages: tuple[MessageView, ...]
    attachments: tuple[AttachmentView, ...]
    question: str | None
    """What the complainant is asked, while an answer is waited for."""
    may_answer: bool
    may_respond: bool
    may_withdraw: bool
    may_survey: bool
    may_write: bool


@dataclass(frozen=True, kw_only=True)
class ComplaintChanges:
    """Corrections to a complaint; `fields` holds only what is to change, by snake_case name.

    `party.<role>.<field>` names a person's field, for example `party.complainant.email`.
    """

    fields: Mapping[str, object]
    if_match: int | None = None
