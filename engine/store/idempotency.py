"""Table of answered commands, so that a repeat with the same key gets the first answer; and of the pinned clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn


class Idempotency(Base):
    """The answer to one command that carried an idempotency key."""

    __tablename__ = "idempotency"

    actor: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    result: Mapped[JsonColumn]
    created_at: Mapped[datetime] = mapped_column(index=True)


class PinnedClock(Base):
    """The instant at which the settable clock stands; no row while it follows the machine."""

    __tablename__ = "pinned_clock"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pinned_at: Mapped[datetime]
