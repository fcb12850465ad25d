"""Table of incidents: what could not go on by itself and waits for a person to look at it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from engine.store.base import Base, KeyColumn, KeyRef


class Incident(Base):
    """One failure that names the element, job or timer on which it happened."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "created_at", postgresql_where=text("state = 'ACTIVE'")),
        Index("ix_incident_instance", "instance_key", "state"),
        Index("ix_incident_element", "element_instance_key", postgresql_where=text("state = 'ACTIVE'")),
        Index("ix_incident_job", "job_key", postgresql_where=text("state = 'ACTIVE'")),
    )

    key: Mapped[KeyColumn]
    state: Mapped[str]
    """`ACTIVE` or `RESOLVED`."""
    code: Mapped[str]
    message: Mapped[str]
    instance_key: Mapped[KeyRef | None]
    definition_key: Mapped[KeyRef | None]
    process_id: Mapped[str | None]
    element_instance_key: Mapped[KeyRef | None]
    element_id: Mapped[str | None]
    job_key: Mapped[KeyRef | None]
    timer_key: Mapped[KeyRef | None]
    business_id: Mapped[str | None]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
