"""The complaint register after ISO 10002: receipt, correspondence, clocks, decisions, status for the complainant."""

from __future__ import annotations

from engine.complaints.views import (
    AttachmentView,
    ChangeView,
    ComplaintChanges,
    ComplaintView,
    DeadlineView,
    MessageView,
    NoteView,
    PartyData,
    PublicStatus,
    Receipt,
    Received,
    TimelineView,
    Upload,
)

__all__ = [
    "AttachmentView",
    "ChangeView",
    "ComplaintChanges",
    "ComplaintView",
    "DeadlineView",
    "MessageView",
    "NoteView",
    "PartyData",
    "PublicStatus",
    "Receipt",
    "Received",
    "TimelineView",
    "Upload",
]
