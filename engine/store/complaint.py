"""Table of complaints: one row a case, what was complained about and where it stands.

Who complained stands in `party`, so that this row stays when a person is erased. Free text of the complainant is
`description` and `remedy_sought`; everything else is codes, dates and amounts.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, Sequence, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef

REFERENCE_NUMBERS = Sequence("complaint_number", start=1, metadata=Base.metadata)
"""Running number within references. A sequence: filing must not queue behind another filing; gaps mean nothing."""


class Complaint(Base):
    """One complaint, from receipt to closure (ISO 10002 clauses 7.2 to 7.9)."""

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_status", "status", "key"),
        Index("ix_complaint_received", "received_at", "key"),
        Index("ix_complaint_open", "team", "priority", postgresql_where=text("closed_at IS NULL")),
    )

    key: Mapped[KeyColumn]
    reference: Mapped[str] = mapped_column(unique=True)
    tracking_digest: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the normalised tracking code; the code itself is nowhere."""
    instance_key: Mapped[KeyRef | None] = mapped_column(BigInteger, index=True)
    feedback: Mapped[str] = mapped_column(server_default=text("'complaint'"))
    """`complaint`, or another kind of feedback."""
    origin: Mapped[str]
    """`external`, or `internal`: one unit of the organisation complains about another."""
    status: Mapped[str]
    channel: Mapped[str]
    language: Mapped[str]
    regime: Mapped[str]
    """Id of the regime whose clocks apply, see `config/regimes`."""
    calendar: Mapped[str | None]
    """Name of the calendar of the unit that has the case, see `config/calendars`; None: that of the regime."""
    anonymous: Mapped[bool]
    may_disclose: Mapped[bool]
    """Whether the complainant's identity may be told to those complained about (clause 4.10)."""
    description: Mapped[str]
    product_or_service: Mapped[str | None]
    order_reference: Mapped[str | None]
    problem_date: Mapped[date | None]
    remedy_sought: Mapped[str | None]
    category: Mapped[str | None]
    severity: Mapped[str | None]
    safety: Mapped[bool | None]
    complexity: Mapped[str | None]
    impact: Mapped[str | None]
    immediate_action: Mapped[str | None]
    priority: Mapped[str | None]
    team: Mapped[str | None]
    decision: Mapped[str | None]
    """`upheld`, `partly-upheld` or `rejected`."""
    remedy: Mapped[str | None]
    remedy_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    remedy_cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    remedy_done_at: Mapped[datetime | None]
    review_outcome: Mapped[str | None]
    response: Mapped[str | None]
    """What the complainant said to the answer: `accepted` or `refused`."""
    outcome: Mapped[str | None]
    """How the case ended, for example `resolved` or `withdrawn`."""
    cause: Mapped[str | None]
    systemic: Mapped[str | None]
    action_needed: Mapped[bool | None]
    escalation_level: Mapped[int] = mapped_column(server_default=text("0"))
    survey_open: Mapped[bool] = mapped_column(server_default=false())
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    file_complete_at: Mapped[datetime | None]
    """When everything needed had come, where a regime counts from then."""
    acknowledged_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    clocks: Mapped[JsonColumn]
    """The limits that hold for this case by kind of deadline, as `engine.deadlines.Limit` writes them."""
    rev: Mapped[int] = mapped_column(server_default=text("0"))
    """Counts the changes, for `ETag` and `If-Match`."""


class ComplaintChange(Base):
    """One field that was changed: the old value stays readable (clause 4.9)."""

    __tablename__ = "complaint_change"
    __table_args__ = (Index("ix_complaint_change_of", "complaint_key", "key"),)

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    field: Mapped[str]
    old: Mapped[JsonColumn]
    new: Mapped[JsonColumn]
    at: Mapped[datetime]
    actor: Mapped[str]
