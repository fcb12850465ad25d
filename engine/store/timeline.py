"""Table of what happened in a case, in order (clause 7.3). Rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class TimelineEntry(Base):
    """One event of a case. Codes and values only: no free text, no personal data."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_of", "complaint_key", "key"),)

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    at: Mapped[datetime]
    event: Mapped[str]
    """A value of `engine.complaints.Event`."""
    actor: Mapped[str]
    details: Mapped[JsonColumn]
