"""Tables of running and ended process instances: the instance, its elements, its variables, decisions taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class ProcessInstance(Base):
    """One run of a process. Whoever changes anything of it locks this row first."""

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_business", "business_id"),
        Index("ix_process_instance_definition", "definition_key", "state"),
        Index("ix_process_instance_process", "process_id", "state"),
        {"postgresql_with": {"fillfactor": 80}},
    )

    key: Mapped[KeyColumn]
    definition_key: Mapped[KeyRef] = mapped_column(ForeignKey("process_definition.key"))
    process_id: Mapped[str]
    version: Mapped[int]
    business_id: Mapped[str | None]
    """What the instance is about for the people involved, for example the reference of a complaint."""
    state: Mapped[str]
    """`ACTIVE`, `SUSPENDED`, `COMPLETED` or `TERMINATED`."""
    rev: Mapped[int]
    """Counts the changes; a cached live instance is used only if its number is this one."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    started_by: Mapped[str]
    suspended_at: Mapped[datetime | None]
    clocks: Mapped[str | None]
    """What durations and cycles do while it is suspended: `RUN` or `STAND`."""
    taken_flows: Mapped[list[str] | None]
    """Sequence flows that its tokens have taken, each once, as `definition key/flow id`."""
    snapshot: Mapped[bytes | None] = mapped_column(deferred=True)
    """The codec's bytes; empty once the instance has ended."""


class ElementInstance(Base):
    """One visit of a token to one element: the history of an instance, and where its tokens are."""

    __tablename__ = "element_instance"
    __table_args__ = (
        Index("ix_element_instance_of", "instance_key", "key"),
        Index("ix_element_instance_active", "definition_key", "element_id", postgresql_where=text("state = 'ACTIVE'")),
    )

    key: Mapped[KeyColumn]
    instance_key: Mapped[KeyRef]
    definition_key: Mapped[KeyRef]
    """The definition that holds the element: of the instance, or of the process that it called."""
    process_id: Mapped[str]
    element_id: Mapped[str]
    element_name: Mapped[str | None]
    element_type: Mapped[str]
    scope_key: Mapped[KeyRef | None]
    state: Mapped[str]
    """`ACTIVE`, `COMPLETED` or `TERMINATED`."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Variable(Base):
    """One variable as it stands now; the searchable copy of what the instance's state holds."""

    __tablename__ = "variable"
    __table_args__ = (UniqueConstraint("scope_key", "name"),)

    key: Mapped[KeyColumn]
    instance_key: Mapped[KeyRef] = mapped_column(index=True)
    scope_key: Mapped[KeyRef]
    """The instance, or the element instance whose local variable this is."""
    name: Mapped[str]
    value: Mapped[JsonColumn]
    updated_at: Mapped[datetime]


class DecisionInstance(Base):
    """One evaluation of a decision by an instance: what went in, which rules matched, what came out."""

    __tablename__ = "decision_instance"

    key: Mapped[KeyColumn]
    instance_key: Mapped[KeyRef] = mapped_column(index=True)
    element_instance_key: Mapped[KeyRef]
    element_id: Mapped[str]
    decision_id: Mapped[str]
    evaluated_at: Mapped[datetime]
    trace: Mapped[JsonColumn] = mapped_column(JSONB)
