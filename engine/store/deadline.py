"""Table of the dates that hold for a case, each with its calculation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class Deadline(Base):
    """One run of one clock of a case. A clock that starts anew gets a new row; the latest round counts."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("uq_deadline_round", "complaint_key", "kind", "round", unique=True),
        Index("ix_deadline_open", "due_at", postgresql_where=text("ended_at IS NULL")),
    )

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    kind: Mapped[str]
    """`acknowledgement`, `level_1`, `final_response`, `level_3`, `complainant_reply` or `progress_update`."""
    round: Mapped[int] = mapped_column(server_default=text("1"))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    """When what was promised was done; after `due_at` it was done late."""
    ended_at: Mapped[datetime | None]
    """When the clock stopped, whether met or because it no longer mattered."""
    limit: Mapped[JsonColumn]
    """The limit that was counted, as `engine.deadlines.Limit` writes it."""
    derivation: Mapped[JsonColumn]
    """The steps of the calculation, as `engine.deadlines.Due` gives them."""
    basis: Mapped[str]
    """Where the limit comes from: a regime's id, or `decision` for the process's own table."""
