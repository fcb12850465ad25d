"""Table of armed timers. A row exists as long as the timer waits; the table is the truth, the scheduler only wakes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from engine.store.base import Base, KeyColumn, KeyRef


class Timer(Base):
    """One armed timer of an element instance; `position` tells several definitions of one event apart."""

    __tablename__ = "timer"
    __table_args__ = (
        Index("ix_timer_due", "retry_at"),
        UniqueConstraint("element_instance_key", "position"),
        Index("ix_timer_instance", "instance_key"),
    )

    key: Mapped[KeyColumn]
    instance_key: Mapped[KeyRef]
    definition_key: Mapped[KeyRef]
    process_id: Mapped[str]
    element_instance_key: Mapped[KeyRef]
    element_id: Mapped[str]
    position: Mapped[int]
    due_at: Mapped[datetime]
    retry_at: Mapped[datetime]
    """When the sweep looks at it: the due instant, or later after a failed try."""
    failures: Mapped[int]
    repetitions_left: Mapped[int]
    """How often it fires after this time; -1 means without end."""
