"""Records: the audit trail, the read log, and the people and tokens that appear in them as actors."""

from __future__ import annotations

from engine.records.actions import Action
from engine.records.audit import About, AuditService, AuditView, audit, note_read
from engine.records.people import NewPerson, PeopleService, PersonView

__all__ = [
    "About",
    "Action",
    "AuditService",
    "AuditView",
    "NewPerson",
    "PeopleService",
    "PersonView",
    "audit",
    "note_read",
]
