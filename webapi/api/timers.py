"""Timers: what is armed, and when it fires. Camunda 8 has no such resource; this one has the shape of its others."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, conditional, expected_revision, takes
from webapi.api.fields import Instant, Key, Tenant, by_instant, by_integer, by_key, by_text
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("timers", __name__)


class TimerView(View):
    """One armed timer: of an element instance, or, without an instance, of a start event of a process definition.

    `repetitionsLeft` counts what follows after `dueDate`; -1 means without end. `failures`: how often it was tried.
    """

    timer_key = Key()
    process_instance_key = Key(allow_none=True)
    process_definition_key = Key()
    process_definition_id = fields.String()
    element_instance_key = Key(allow_none=True)
    element_id = fields.String()
    due_date = Instant()
    repetitions_left = fields.Integer()
    failures = fields.Integer()
    tenant_id = Tenant()


class TimerFilter(Body):
    """What timers can be searched by; `{"processInstanceKey": {"$exists": false}}` finds those of start events."""

    timer_key = by_key()
    process_instance_key = by_key()
    process_definition_key = by_key()
    process_definition_id = by_text()
    element_instance_key = by_key()
    element_id = by_text()
    due_date = by_instant()
    repetitions_left = by_integer()
    failures = by_integer()
    tenant_id = Tenant()


class TimerChange(Body):
    """When it shall fire instead; an instant that has passed lets it fire now."""

    due_date = Instant(required=True)


_SORT = ("timerKey", "dueDate", "elementId", "processDefinitionId", "processInstanceKey", "failures")


@blueprint.post("/timers/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("Timer", TimerFilter, _SORT), optional=True)
@answers(page_of("Timer", TimerView))
def search(body: SearchRequest) -> Any:
    """Search the timers that are armed, the next one first. Those of suspended instances rest and are not found."""
    return engine().timers.search(actor(), body)


@blueprint.get("/timers/<key:key>")
@needs(Permission.PROCESS_READ)
@answers(TimerView)
def get(key: int) -> Any:
    """One armed timer; 404 when it has fired. Its `ETag` changes when it is due at another time."""
    return engine().timers.get(actor(), key)


@blueprint.patch("/timers/<key:key>")
@needs(Permission.PROCESS_OPERATE)
@conditional
@takes(TimerChange)
@answers()
def change(key: int, body: dict[str, Any]) -> None:
    """Let a timer fire at another time. The other turns of a cycle stay where they are.

    A timer that follows a date of the case goes along again when that date moves.
    """
    engine().timers.move(actor(), key, body["due_date"], if_match=expected_revision())


@blueprint.delete("/timers/<key:key>")
@needs(Permission.PROCESS_OPERATE)
@conditional
@answers()
def cancel(key: int) -> None:
    """Let a timer fire no more, with all turns that are left. 422 where its token would wait for ever without it."""
    engine().timers.cancel(actor(), key, if_match=expected_revision())
