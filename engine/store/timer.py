"""Table of armed timers. A row exists as long as the timer waits; the table is the truth, the scheduler only wakes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef

_OF_DEFINITION = text("instance_key IS NULL")


class Timer(Base):
    """One armed timer of an element instance, or, without an instance, of a start event of a process definition.

    `position` tells several definitions of one event apart.
    """

    __tablename__ = "timer"
    __table_args__ = (
        Index("ix_timer_due", "retry_at"),
        UniqueConstraint("element_instance_key", "position"),
        Index("ix_timer_instance", "instance_key"),
        Index("ix_timer_start_due", "retry_at", postgresql_where=_OF_DEFINITION),
        Index(
            "uq_timer_start", "definition_key", "element_id", "position", unique=True, postgresql_where=_OF_DEFINITION
        ),
    )

    key: Mapped[KeyColumn]
    instance_key: Mapped[KeyRef | None]
    definition_key: Mapped[KeyRef]
    process_id: Mapped[str]
    element_instance_key: Mapped[KeyRef | None]
    element_id: Mapped[str]
    position: Mapped[int]
    due_at: Mapped[datetime]
    retry_at: Mapped[datetime]
    """When the sweep looks at it: the due instant, or later after a failed try."""
    failures: Mapped[int]
    repetitions_left: Mapped[int]
    """How often it fires after this time; -1 means without end."""
    schedule: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Of a start event: how it goes on after this time. An instance remembers that in its state."""
