"""Table of files that belong to a case; their content lies in a folder, named by its digest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, KeyColumn, KeyRef


class Attachment(Base):
    """One file of one case."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_of", "complaint_key", "key"),)

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    name: Mapped[str]
    content_type: Mapped[str]
    """Told by the content, not by the sender."""
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str]
    """SHA-256 of the content in hex; also its name in the store."""
    at: Mapped[datetime]
    actor: Mapped[str]
