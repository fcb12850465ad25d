"""Table of the people and organisations around a complaint. Personal data stands here and in no process variable."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef


class Party(Base):
    """Somebody who has a part in one complaint. Erasing the person empties this row and leaves the case."""

    __tablename__ = "party"
    __table_args__ = (
        Index("ix_party_of", "complaint_key", "role"),
        Index("ix_party_email", "email"),
    )

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    role: Mapped[str]
    """`complainant`, `representative` (acts for the complainant), `contact`, or `unit` (complained about)."""
    name: Mapped[str | None]
    organisation: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    town: Mapped[str | None]
    country: Mapped[str | None]
    authority: Mapped[str | None]
    """What entitles a representative to act."""
