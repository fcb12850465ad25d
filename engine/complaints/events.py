"""What can stand on a timeline."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """One kind of thing that happens in a case."""

    RECEIVED = "received"
    STATUS = "status"
    ASSESSED = "assessed"
    DEADLINES_SET = "deadlines-set"
    DEADLINES_MOVED = "deadlines-moved"
    EXTENDED = "extended"
    CLOCKS_PAUSED = "clocks-paused"
    CLOCKS_RESUMED = "clocks-resumed"
    FILE_COMPLETE = "file-complete"
    LETTER_WRITTEN = "letter-written"
    MESSAGE_WRITTEN = "message-written"
    MESSAGE_RECEIVED = "message-received"
    QUESTION_ANSWERED = "question-answered"
    DECIDED = "decided"
    REVIEWED = "reviewed"
    RESPONDED = "responded"
    REMEDY_DONE = "remedy-done"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    ATTACHMENT_ADDED = "attachment-added"
    SURVEY_ANSWERED = "survey-answered"
    CLOSED = "closed"
