"""The complaint register after ISO 10002: receipt, correspondence, clocks, decisions, status for the complainant."""

from __future__ import annotations

from engine.complaints.assembly import Register, make_register
from engine.complaints.attachments import AttachmentContent
from engine.complaints.events import Event
from engine.complaints.extending import Postponement
from engine.complaints.pausing import Standstill
from engine.complaints.service import Complaints
from engine.complaints.views import (
    AttachmentView,
    ChangeView,
    ComplaintChanges,
    ComplaintView,
    DeadlineView,
    ExtensionView,
    MessageView,
    NoteView,
    PartyData,
    PauseView,
    PublicStatus,
    Receipt,
    Received,
    TimelineView,
    Upload,
)

__all__ = [
    "AttachmentContent",
    "AttachmentView",
    "ChangeView",
    "ComplaintChanges",
    "ComplaintView",
    "Complaints",
    "DeadlineView",
    "Event",
    "ExtensionView",
    "MessageView",
    "NoteView",
    "PartyData",
    "PauseView",
    "Postponement",
    "PublicStatus",
    "Receipt",
    "Received",
    "Register",
    "Standstill",
    "TimelineView",
    "Upload",
    "make_register",
]
