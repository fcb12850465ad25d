"""Tables of records: what was done by whom (audit), and who looked at what (read log)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class AuditEntry(Base):
    """One thing that was done. Rows are only ever added; they hold no personal data and no free text."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_business", "business_id", "key"),
        Index("ix_audit_entry_instance", "instance_key", "key"),
        Index("ix_audit_entry_at", "at"),
    )

    key: Mapped[KeyColumn]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    """A value of `engine.records.Action`."""
    subject: Mapped[str | None]
    """What it was done to: the key or the id of the thing."""
    instance_key: Mapped[KeyRef | None]
    business_id: Mapped[str | None]
    details: Mapped[JsonColumn]


class ReadEntry(Base):
    """One look at confidential content."""

    __tablename__ = "read_entry"
    __table_args__ = (Index("ix_read_entry_subject", "subject", "key"),)

    key: Mapped[KeyColumn]
    at: Mapped[datetime]
    actor: Mapped[str]
    subject: Mapped[str]
    part: Mapped[str]
