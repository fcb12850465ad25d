"""Tables of what starts instances: subscriptions of process definitions, and who was started for which key."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef


class StartSubscription(Base):
    """A start event of the latest version of a process that waits for a message, a signal or a condition."""

    __tablename__ = "start_subscription"
    __table_args__ = (
        Index("ix_start_subscription_match", "kind", "name"),
        UniqueConstraint("process_id", "element_id", "kind", "name", name="uq_start_subscription_process_id"),
    )

    key: Mapped[KeyColumn]
    definition_key: Mapped[KeyRef] = mapped_column(ForeignKey("process_definition.key"))
    process_id: Mapped[str]
    element_id: Mapped[str]
    kind: Mapped[str]
    """`message`, `signal` or `conditional`."""
    name: Mapped[str]
    """Of the message or signal; of a condition its expression."""


class MessageStart(Base):
    """That a message has started the instance of a process for a correlation key: no second one while it runs."""

    __tablename__ = "message_start"
    __table_args__ = (
        UniqueConstraint("process_id", "correlation_key", name="uq_message_start_process_id"),
        Index("ix_message_start_instance", "instance_key"),
    )

    key: Mapped[KeyColumn]
    process_id: Mapped[str]
    correlation_key: Mapped[str]
    instance_key: Mapped[KeyRef]
