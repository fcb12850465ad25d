"""Absences of people, and the deputies who do their work meanwhile."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.records import NewAbsence
from webapi.access import actor, signed_in
from webapi.api.contract import answers, repeatable, takes
from webapi.api.fields import Instant, Key, Text
from webapi.api.schemas import Body, View, list_of
from webapi.context import engine

blueprint = Blueprint("absences", __name__)


class AbsenceView(View):
    """An absence; first and last day are included. `state` is `ahead`, `now`, `over` or `cancelled`."""

    absence_key = Key()
    username = fields.String()
    deputy = fields.String()
    first_day = fields.Date()
    last_day = fields.Date()
    delegates = fields.Boolean()
    state = fields.String()
    created_at = Instant()
    created_by = fields.String()
    cancelled_at = Instant(allow_none=True)


class Away(Body):
    """From which day to which somebody is away, and who does their work.

    `delegates`, for whoever manages people: the deputy acts with the absent person's groups as well.
    """

    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    deputy = Text(64, required=True)
    delegates = fields.Boolean(load_default=False, truthy={True}, falsy={False})


@blueprint.get("/people/<username>/absences")
@signed_in
@answers(list_of("Absence", AbsenceView))
def of(username: str) -> Any:
    """The absences of one person, the latest first: one's own, or another's with the permission for it."""
    return engine().absences.of(actor(), username)


@blueprint.post("/people/<username>/absences")
@signed_in
@repeatable
@takes(Away)
@answers(AbsenceView, 201)
def enter(username: str, body: dict[str, Any]) -> Any:
    """Enter an absence, one's own or (`person:manage`) another's. The same one again gives the first."""
    return engine().absences.enter(actor(), NewAbsence(username=username, **body))


@blueprint.delete("/people/<username>/absences/<key:key>")
@signed_in
@answers()
def cancel(username: str, key: int) -> None:
    """Take an absence back, or end it now."""
    engine().absences.cancel(actor(), username, key)
