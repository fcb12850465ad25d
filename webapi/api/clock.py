"""The settable clock: pin it, let it go. Only where `AMENDS_CLOCK=settable`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint
from marshmallow import ValidationError, fields

from engine.errors import Malformed
from engine.permissions import Permission
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import Instant
from webapi.api.schemas import Body, View
from webapi.context import engine

blueprint = Blueprint("clock", __name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_999  # the end of year 9999 in milliseconds


class _Pin(Body):
    """`timestamp`: milliseconds since 1970 (as Camunda 8 writes it), or ISO 8601 with offset."""

    timestamp = fields.Raw(required=True)


class _Clock(View):
    now = Instant()


def _instant(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise Malformed("timestamp: milliseconds since 1970, or an instant with its offset.")
    if isinstance(value, int):
        if not 0 <= value <= _LAST:
            raise Malformed("timestamp: this instant is out of range.")
        return _EPOCH + timedelta(milliseconds=value)
    try:
        return Instant().deserialize(value)
    except ValidationError as error:
        raise Malformed(f"timestamp: {' '.join(map(str, error.messages))}") from error


@blueprint.put("/clock")
@needs(Permission.CLOCK_SET)
@takes(_Pin)
@answers()
def pin(body: dict[str, Any]) -> None:
    """Set the clock to an instant, where it stands still; everything that is due by then has happened on return."""
    engine().set_clock(actor(), _instant(body["timestamp"]))


@blueprint.post("/clock/reset")
@needs(Permission.CLOCK_SET)
@answers()
def reset() -> None:
    """Let the clock follow the machine's again."""
    engine().reset_clock(actor())


@blueprint.get("/clock")
@needs(Permission.PROCESS_READ, Permission.CLOCK_SET)
@answers(_Clock)
def read() -> dict[str, datetime]:
    """The instant that the engine takes for now."""
    return {"now": engine().clock.now()}
