"""Table of answers to the survey about the handling of complaints (clause 8.3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, JsonColumn, KeyColumn, KeyRef


class SurveyAnswer(Base):
    """One answer to one question of one survey; each survey is answered once."""

    __tablename__ = "survey_answer"
    __table_args__ = (UniqueConstraint("complaint_key", "question"),)

    key: Mapped[KeyColumn]
    complaint_key: Mapped[KeyRef] = mapped_column(ForeignKey("complaint.key"))
    question: Mapped[str]
    answer: Mapped[JsonColumn]
    at: Mapped[datetime]
