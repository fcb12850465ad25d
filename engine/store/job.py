"""Table of jobs: work for workers, built-in or outside, each with a lock, retries and a place in the queue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class Job(Base):
    """One job: of a service task, or detached (no element waits for it, as with a letter that is to be sent)."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_queue", "job_type", "available_at", postgresql_where=text("state = 'CREATED' AND retries > 0")),
        Index("ix_job_element", "element_instance_key"),
        Index("ix_job_instance", "instance_key"),
    )

    key: Mapped[KeyColumn]
    job_type: Mapped[str]
    state: Mapped[str]
    """`CREATED` (waiting, locked, or out of retries), `COMPLETED`, `ERROR_THROWN` or `CANCELED`."""
    retries: Mapped[int]
    available_at: Mapped[datetime]
    """When the job may be activated: at once, after the back-off, or when the lock of a worker has run out."""
    worker: Mapped[str | None]
    locked_until: Mapped[datetime | None]
    instance_key: Mapped[KeyRef | None]
    element_instance_key: Mapped[KeyRef | None]
    definition_key: Mapped[KeyRef | None]
    process_id: Mapped[str | None]
    element_id: Mapped[str | None]
    business_id: Mapped[str | None]
    headers: Mapped[JsonColumn]
    variables: Mapped[JsonColumn]
    """What the worker is given: inputs of the service task, or the payload of a detached job."""
    error_message: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
