"""What the complaint resource takes and answers. The words are those of ISO 10002, clauses 7.2 to 7.9."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from engine.complaints import PartyData, Receipt, Upload
from webapi.api.deadline_schemas import DeadlineView, PauseView
from webapi.api.fields import Instant, Key, Text, by_instant, by_integer, by_key, by_switch, by_text
from webapi.api.schemas import Body, View

CHANNELS = ("web", "email", "api", "phone", "post", "in-person", "other")
LONGEST_TEXT = 1_000_000
"""Characters of a free text that are read at all; the register sets its own, lower limits and says 413."""


class _Base64(fields.Field[bytes]):
    default_error_messages = {"invalid": "The content is no base64."}  # noqa: RUF012 - marshmallow's own convention

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> bytes:  # noqa: ARG002
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise self.make_error("invalid") from error


def _switch(default: bool) -> fields.Boolean:  # noqa: FBT001 - a default value is its whole meaning
    return fields.Boolean(load_default=default, truthy={True}, falsy={False})


def _optional(most: int = 255) -> Text:
    return Text(most, load_default=None, allow_none=True, least=0)


class Party(Body):
    """Somebody who has a part in the complaint."""

    name = _optional()
    organisation = _optional()
    email = fields.Email(load_default=None, allow_none=True, validate=Length(3, 254))
    phone = _optional(50)
    address = _optional(1_000)
    postcode = _optional(20)
    town = _optional()
    country = _optional()
    authority = _optional(1_000)

    @ma.post_load
    def value(self, data: dict[str, Any], **_: Any) -> PartyData:
        """As the register takes it."""
        return PartyData(**data)


class UploadBody(Body):
    """A file: its name, and its content in base64."""

    name = Text(required=True)
    content = _Base64(required=True)

    @ma.post_load
    def value(self, data: dict[str, Any], **_: Any) -> Upload:
        """As the register takes it."""
        return Upload(**data)


class Filing(Body):
    """A complaint as it is received. Either `complainant`, or `anonymous: true`."""

    description = fields.String(required=True, validate=Length(1))
    channel = fields.String(load_default="api", validate=OneOf(CHANNELS))
    language = Text(35, load_default="en")
    complainant = fields.Nested(Party, load_default=None, allow_none=True)
    representative = fields.Nested(Party, load_default=None, allow_none=True)
    contact = fields.Nested(Party, load_default=None, allow_none=True)
    unit = _optional()
    anonymous = _switch(default=False)
    may_disclose = _switch(default=True)
    origin = fields.String(load_default="external", validate=OneOf(["external", "internal"]))
    feedback = Text(50, load_default="complaint")
    product_or_service = _optional(1_000)
    order_reference = _optional()
    problem_date = fields.Date(load_default=None, allow_none=True)
    received_on = fields.Date(load_default=None, allow_none=True)
    category = _optional()
    remedy_sought = _optional(LONGEST_TEXT)
    regime = _optional(100)
    attachments = fields.List(fields.Nested(UploadBody), load_default=list, validate=Length(0, 50))

    @ma.validates_schema
    def one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        """Ask who complains, unless nobody shall know."""
        if data["complainant"] is None and not data["anonymous"]:
            raise ma.ValidationError("Either a complainant or anonymous: true is needed.", "complainant")

    @ma.post_load
    def value(self, data: dict[str, Any], **_: Any) -> Receipt:
        """As the register takes it."""
        return Receipt(**{**data, "attachments": tuple(data["attachments"])})


class FilingParts(Filing):
    """A complaint as multipart: `complaint` holds the JSON, each `attachments` part a file."""

    class Meta(Filing.Meta):
        """Described for readers of the contract; each part is read on its own."""

        fields = ("complaint", "attachments")

    complaint = fields.Nested(Filing, required=True)
    attachments = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}))


class FilingView(View):
    """What the complainant keeps. The tracking code is told here and stored nowhere."""

    reference = fields.String()
    tracking_code = fields.String()
    process_instance_key = Key()
    acknowledged_at = Instant(allow_none=True)
    deadlines = fields.Dict(fields.String(), Instant())


class PartyView(View):
    """Somebody who has a part in the complaint."""

    name = fields.String(allow_none=True)
    organisation = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)
    town = fields.String(allow_none=True)
    country = fields.String(allow_none=True)
    authority = fields.String(allow_none=True)


class NoteView(View):
    """Something that staff wrote in a form and that belongs to the case."""

    field = fields.String()
    value = fields.Raw()
    element_id = fields.String()
    at = Instant()
    actor = fields.String()


class ChangeView(View):
    """One correction, with the value that stood there before."""

    field = fields.String()
    old = fields.Raw()
    new = fields.Raw()
    at = Instant()
    actor = fields.String()


class ComplaintRow(View):
    """One complaint in a list."""

    complaint_key = Key()
    reference = fields.String()
    process_instance_key = Key(allow_none=True)
    feedback = fields.String()
    origin = fields.String()
    status = fields.String()
    channel = fields.String()
    language = fields.String()
    regime = fields.String()
    calendar = fields.String(allow_none=True)
    anonymous = fields.Boolean()
    may_disclose = fields.Boolean()
    description = fields.String(allow_none=True)
    product_or_service = fields.String(allow_none=True)
    order_reference = fields.String(allow_none=True)
    problem_date = fields.Date(allow_none=True)
    remedy_sought = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    severity = fields.String(allow_none=True)
    safety = fields.Boolean(allow_none=True)
    complexity = fields.String(allow_none=True)
    impact = fields.String(allow_none=True)
    immediate_action = fields.String(allow_none=True)
    priority = fields.String(allow_none=True)
    team = fields.String(allow_none=True)
    decision = fields.String(allow_none=True)
    remedy = fields.String(allow_none=True)
    remedy_amount = fields.Raw(metadata={"type": ["number", "null"]})
    remedy_cost = fields.Raw(metadata={"type": ["number", "null"]})
    review_outcome = fields.String(allow_none=True)
    response = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    cause = fields.String(allow_none=True)
    systemic = fields.String(allow_none=True)
    action_needed = fields.Boolean(allow_none=True)
    escalation_level = fields.Integer()
    received_at = Instant()
    received_by = fields.String()
    file_complete_at = Instant(allow_none=True)
    acknowledged_at = Instant(allow_none=True)
    answered_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)


class ComplaintView(ComplaintRow):
    """One complaint with its people, clocks, notes and corrections."""

    parties = fields.Dict(fields.String(), fields.Nested(PartyView))
    deadlines = fields.List(fields.Nested(DeadlineView))
    pauses = fields.List(fields.Nested(PauseView))
    waiting_for_file = fields.List(fields.String())
    notes = fields.List(fields.Nested(NoteView))
    changes = fields.List(fields.Nested(ChangeView))


class ComplaintFilter(Body):
    """What complaints can be searched by."""

    complaint_key = by_key()
    reference = by_text()
    words = Text(200)
    process_instance_key = by_key()
    status = by_text()
    channel = by_text()
    language = by_text()
    origin = by_text()
    feedback = by_text()
    category = by_text()
    severity = by_text()
    priority = by_text()
    team = by_text()
    decision = by_text()
    outcome = by_text()
    response = by_text()
    regime = by_text()
    anonymous = by_switch()
    escalation_level = by_integer()
    received_at = by_instant()
    acknowledged_at = by_instant()
    answered_at = by_instant()
    closed_at = by_instant()


SORT = ("complaintKey", "reference", "receivedAt", "closedAt", "status", "category", "severity", "priority", "team")


class PartyChanges(Body):
    """Corrections to one party."""

    name = Text(allow_none=True)
    organisation = Text(allow_none=True)
    email = fields.Email(allow_none=True, validate=Length(3, 254))
    phone = Text(50, allow_none=True)
    address = Text(1_000, allow_none=True)
    postcode = Text(20, allow_none=True)
    town = Text(allow_none=True)
    country = Text(allow_none=True)
    authority = Text(1_000, allow_none=True)


class Corrections(Body):
    """Fields to correct; the old values stay readable in `changes`."""

    description = fields.String(validate=Length(1))
    product_or_service = Text(1_000, allow_none=True)
    order_reference = Text(allow_none=True)
    problem_date = fields.Date(allow_none=True)
    remedy_sought = Text(LONGEST_TEXT, allow_none=True)
    category = Text(allow_none=True)
    language = Text(35)
    may_disclose = fields.Boolean(truthy={True}, falsy={False})
    complainant = fields.Nested(PartyChanges)
    representative = fields.Nested(PartyChanges)
    contact = fields.Nested(PartyChanges)

    @ma.post_load
    def flat(self, data: dict[str, Any], **_: Any) -> dict[str, object]:
        """One name a field: `party.complainant.email` for a person's."""
        if not data:
            raise ma.ValidationError("Nothing to correct.")
        found: dict[str, object] = {}
        for name, value in data.items():
            if isinstance(value, dict):
                found.update({f"party.{name}.{part}": given for part, given in value.items()})
            else:
                found[name] = value
        return found


class TimelineView(View):
    """One thing that happened."""

    at = Instant()
    event = fields.String()
    actor = fields.String()
    details = fields.Raw()


class MessageView(View):
    """One letter or message between the organisation and the complainant."""

    message_key = Key()
    direction = fields.String()
    kind = fields.String()
    at = Instant()
    language = fields.String()
    subject = fields.String(allow_none=True)
    body = fields.String()
    delivery = fields.String()
    delivered_at = Instant(allow_none=True)
    actor = fields.String(allow_none=True)


class Writing(Body):
    """A message to the complainant."""

    text = fields.String(required=True, validate=Length(1))


class AttachmentView(View):
    """One file of a case; `size` in bytes."""

    attachment_key = Key()
    name = fields.String()
    content_type = fields.String()
    size = fields.Integer()
    at = Instant()
    actor = fields.String(allow_none=True)
