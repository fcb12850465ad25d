"""Clocks of a complaint: what is answered about them, and what can be asked of them (ISO 10002, 4.15 and 7.3)."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import Length, OneOf

from engine.complaints.pausing import REASONS
from webapi.api.fields import Instant
from webapi.api.schemas import Body, View


class LimitView(View):
    """The budget of a clock: so many hours, days, weeks or months, and how the last day ends."""

    amount = fields.Integer()
    unit = fields.String()
    count_first_day = fields.Boolean(attribute="countFirstDay")
    ends = fields.String()
    roll_forward = fields.Boolean(attribute="rollForward")


class PauseView(View):
    """One time that the clocks of ours stood still: a line of the ledger."""

    reason = fields.String()
    started_at = Instant()
    expected_at = Instant()
    ended_at = Instant(allow_none=True)


class ExtensionView(View):
    """A later date that a clock was given; `reason` is what the complainant was told."""

    due_before = Instant()
    due_until = Instant()
    reason = fields.String()
    consent = fields.Boolean()
    at = Instant()
    actor = fields.String()


class DeadlineView(View):
    """One clock of a case, with how its date came about.

    `used` of the budget `limit` is in hours where that counts in hours, else in days; what the clock stood still is
    not in it.
    """

    kind = fields.String()
    state = fields.String()
    started_at = Instant()
    started_by = fields.String(allow_none=True)
    due_at = Instant()
    met_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    basis = fields.String()
    limit = fields.Nested(LimitView)
    used = fields.Float()
    statutory = fields.Boolean()
    derivation = fields.Raw()
    extensions = fields.List(fields.Nested(ExtensionView))


class Extending(Body):
    """A later date for the answer: the new last day, the reasons as the complainant reads them, and their consent."""

    until = fields.Date(required=True)
    reason = fields.String(required=True, validate=Length(1))
    consent = fields.Boolean(load_default=False)


class Pausing(Body):
    """Why our clocks stand still, and until which day at the latest."""

    reason = fields.String(required=True, validate=OneOf(REASONS))
    until = fields.Date(required=True)


class Resuming(Body):
    """Nothing more need be said."""


class CompletingFile(Body):
    """The day on which everything needed had come; now, where none is named."""

    complete_on = fields.Date(load_default=None, allow_none=True)
