"""Records: the audit trail, the read log, and the people and tokens that appear in them as actors."""

from __future__ import annotations

from engine.records.absences import AbsenceService, AbsenceView, Colleague, NewAbsence
from engine.records.actions import Action
from engine.records.audit import About, AuditService, AuditView, audit, note_read
from engine.records.deputies import Absent, absent_for, deputies_of
from engine.records.nodes import NewNode, NodeService, NodeView
from engine.records.people import NewPerson, PeopleService, PersonView

__all__ = [
    "About",
    "AbsenceService",
    "AbsenceView",
    "Absent",
    "Action",
    "AuditService",
    "AuditView",
    "Colleague",
    "NewAbsence",
    "NewNode",
    "NewPerson",
    "NodeService",
    "NodeView",
    "PeopleService",
    "PersonView",
    "absent_for",
    "audit",
    "deputies_of",
    "note_read",
]
