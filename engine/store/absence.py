"""Table of absences: who is away on which days, and who acts in their place."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn


class Absence(Base):
    """One absence of one person. Rows stay: who acted for whom, and when, can be told later."""

    __tablename__ = "absence"
    __table_args__ = (
        Index("ix_absence_deputy", "deputy", "last_day", postgresql_where=text("cancelled_at IS NULL")),
        Index("ix_absence_username", "username", "last_day"),
    )

    key: Mapped[KeyColumn]
    username: Mapped[str]
    deputy: Mapped[str]
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    """Days of the organisation's own zone, both included."""
    delegates: Mapped[bool]
    """The deputy acts with the absent person's groups as well; only whoever manages people grants that."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    cancelled_at: Mapped[datetime | None]
