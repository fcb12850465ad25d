"""Table of free text and personal data that staff enter in forms: it belongs to the case, not to the process."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class CaseNote(Base):
    """One answer of one form that the form marks as the register's. The latest of a field counts; all are kept."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_of", "complaint_key", "field", "key"),)

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    task_key: Mapped[KeyRef | None]
    element_id: Mapped[str]
    field: Mapped[str]
    value: Mapped[JsonColumn]
    at: Mapped[datetime]
    actor: Mapped[str]
