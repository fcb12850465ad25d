"""Tables of messages: who waits for one, and messages that wait for a receiver."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class MessageSubscription(Base):
    """An element instance that waits for a message. The row goes when the wait is over."""

    __tablename__ = "message_subscription"
    __table_args__ = (
        Index("ix_message_subscription_match", "name", "correlation_key"),
        UniqueConstraint("element_instance_key", "position"),
        Index("ix_message_subscription_instance", "instance_key"),
    )

    key: Mapped[KeyColumn]
    instance_key: Mapped[KeyRef]
    definition_key: Mapped[KeyRef]
    process_id: Mapped[str]
    element_instance_key: Mapped[KeyRef]
    element_id: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    correlation_key: Mapped[str]
    created_at: Mapped[datetime]


class SignalSubscription(Base):
    """An element instance that waits for a signal. The row goes when the wait is over."""

    __tablename__ = "signal_subscription"
    __table_args__ = (
        Index("ix_signal_subscription_name", "name"),
        UniqueConstraint("element_instance_key", "position"),
        Index("ix_signal_subscription_instance", "instance_key"),
    )

    key: Mapped[KeyColumn]
    instance_key: Mapped[KeyRef]
    element_instance_key: Mapped[KeyRef]
    element_id: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]


class Message(Base):
    """A published message that is kept until it expires, for receivers that come later."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_match", "name", "correlation_key"),
        Index("ix_message_expiry", "expires_at"),
        Index(
            "uq_message_id", "name", "correlation_key", "message_id",
            unique=True, postgresql_where=text("message_id IS NOT NULL"),
        ),
    )  # fmt: skip

    key: Mapped[KeyColumn]
    name: Mapped[str]
    correlation_key: Mapped[str]
    message_id: Mapped[str | None]
    """Publisher's identity of the message: while it is kept, a second one with the same identity is refused."""
    variables: Mapped[JsonColumn]
    published_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class MessageCorrelation(Base):
    """That a kept message has reached an instance: it reaches the instances of one process no second time."""

    __tablename__ = "message_correlation"
    __table_args__ = (UniqueConstraint("message_key", "process_id"),)

    key: Mapped[KeyColumn]
    message_key: Mapped[KeyRef]
    process_id: Mapped[str]
    instance_key: Mapped[KeyRef]
