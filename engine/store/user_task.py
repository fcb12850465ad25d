"""Table of user tasks: work that waits for a person, and the record of who did it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef

_OPEN = text("state = 'CREATED'")


class UserTask(Base):
    """One user task of one process instance."""

    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_assignee", "assignee", "priority", "key", postgresql_where=_OPEN),
        Index("ix_user_task_groups", "candidate_groups", postgresql_using="gin", postgresql_where=_OPEN),
        Index("ix_user_task_due", "due_at", postgresql_where=_OPEN),
        Index("ix_user_task_instance", "instance_key", "key"),
        Index("ix_user_task_element", "element_instance_key", unique=True),
    )

    key: Mapped[KeyColumn]
    element_instance_key: Mapped[KeyRef]
    instance_key: Mapped[KeyRef]
    definition_key: Mapped[KeyRef]
    process_id: Mapped[str]
    element_id: Mapped[str]
    name: Mapped[str | None]
    business_id: Mapped[str | None]
    state: Mapped[str]
    """`CREATED`, `COMPLETED` or `CANCELED`."""
    assignee: Mapped[str | None]
    candidate_groups: Mapped[list[str]]
    candidate_users: Mapped[list[str]]
    form_id: Mapped[str | None]
    form_key: Mapped[KeyRef | None]
    """The version of the form that its diagram binds; None: the latest."""
    priority: Mapped[int]
    """0 to 100; 50 where nothing is said."""
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    on_behalf_of: Mapped[str | None]
    """The absent colleague in whose place a deputy has the task, or did it."""
    rev: Mapped[int] = mapped_column(server_default=text("0"))
    """Counts the changes, for `ETag` and `If-Match`."""
