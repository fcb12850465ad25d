"""Table of everything that was written between the organisation and the complainant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef


class Correspondence(Base):
    """One letter or message. A letter is never changed once written; only its delivery is."""

    __tablename__ = "correspondence"
    __table_args__ = (
        Index("ix_correspondence_of", "complaint_key", "key"),
        Index(
            "ix_correspondence_undelivered", "key", postgresql_where=text("delivery IN ('waiting', 'failed')")
        ),
    )  # fmt: skip

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    direction: Mapped[str]
    """`out` to the complainant, `in` from the complainant."""
    kind: Mapped[str]
    """The letter's id (`acknowledgement`, `response` ...), or `message`, `answer`, `response`, `withdrawal`."""
    at: Mapped[datetime]
    actor: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str | None]
    body: Mapped[str]
    delivery: Mapped[str]
    """`page` (read on the status page only), `waiting`, `sent`, `failed`; `received` for what came in."""
    delivered_at: Mapped[datetime | None]
    delivery_result: Mapped[str | None]
    message_id: Mapped[str | None] = mapped_column(unique=True)
    """Message-ID of the mail: the idempotency key of its sending (RFC 5322, 3.6.4)."""
