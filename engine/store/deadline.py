"""Tables of the dates that hold for a case: each with its calculation, what it was extended by, when it stood still."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class Deadline(Base):
    """One run of one clock of a case. A clock that starts anew gets a new row; the latest round counts."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("uq_deadline_round", "complaint_key", "kind", "round", unique=True),
        Index("ix_deadline_open", "due_at", postgresql_where=text("ended_at IS NULL")),
    )

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    kind: Mapped[str]
    """`acknowledgement`, `level_1`, `final_response`, `statutory_response`, `level_3`, `complainant_reply`,
    `progress_update`, `external_body`, or another clock of a regime."""
    round: Mapped[int] = mapped_column(server_default=text("1"))
    started_at: Mapped[datetime]
    started_by: Mapped[str | None]
    """What started it: `receipt`, `complete-file`, `escalation`, or the kind of letter; None for rows of old."""
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    """When what was promised was done; after `due_at` it was done late."""
    ended_at: Mapped[datetime | None]
    """When the clock stopped, whether met or because it no longer mattered."""
    limit: Mapped[JsonColumn]
    """The limit that was counted, as `engine.deadlines.Limit` writes it."""
    derivation: Mapped[JsonColumn]
    """The steps of the calculation, as `engine.deadlines.Due` gives them."""
    basis: Mapped[str]
    """Where the limit comes from: a regime's id, or `decision` for the process's own table."""
    statutory: Mapped[bool] = mapped_column(server_default=false())
    """A clock of the law: it never stands still, and no table of ours changes it."""


class DeadlineExtension(Base):
    """A clock got a later date: why, who said so, and the letter that told the complainant (clause 7.3)."""

    __tablename__ = "deadline_extension"
    __table_args__ = (Index("ix_deadline_extension_of", "complaint_key", "key"),)

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    deadline_key: Mapped[KeyRef] = mapped_column(ForeignKey("deadline.key"))
    due_before: Mapped[datetime]
    due_until: Mapped[datetime]
    reason: Mapped[str]
    consent: Mapped[bool]
    """Whether the complainant agreed."""
    letter_key: Mapped[KeyRef] = mapped_column(ForeignKey("correspondence.key"))
    at: Mapped[datetime]
    actor: Mapped[str]


class DeadlinePause(Base):
    """The clocks of ours stand still while somebody else has the case: the ledger of what does not count."""

    __tablename__ = "deadline_pause"
    __table_args__ = (Index("ix_deadline_pause_of", "complaint_key", "key"),)

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    reason: Mapped[str]
    """`question`: an answer of the complainant is waited for."""
    started_at: Mapped[datetime]
    expected_at: Mapped[datetime]
    """When the clocks go on at the latest."""
    ended_at: Mapped[datetime | None]
