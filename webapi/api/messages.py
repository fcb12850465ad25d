"""Messages and signals: tell the instances that wait for one."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Blueprint
from marshmallow.validate import Range

from engine.permissions import Permission
from webapi.access import actor, needs
from webapi.api.contract import answers, idempotency_key, repeatable, takes
from webapi.api.fields import Key, Tenant, Text, VariablesField, Whole
from webapi.api.schemas import Body, View
from webapi.context import engine

blueprint = Blueprint("messages", __name__)
LONGEST = 366 * 24 * 3_600_000


class Correlation(Body):
    """A message for whoever waits for `name` with this correlation key now."""

    name = Text(required=True)
    correlation_key = Text(load_default="", least=0)
    variables = VariablesField(load_default=dict)
    tenant_id = Tenant()

    @ma.post_load
    def message(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As the engine takes it."""
        given = {name: value for name, value in data.items() if name != "tenant_id"}
        return {**given, "variables": given["variables"] or {}}


class Publication(Correlation):
    """A message that is kept for `timeToLive` milliseconds; `messageId` keeps the same one from being taken twice."""

    time_to_live = Whole(load_default=0, validate=Range(0, LONGEST))
    message_id = Text(load_default=None, allow_none=True)


class PublicationView(View):
    """The message, published."""

    message_key = Key()
    tenant_id = Tenant()


class CorrelationView(PublicationView):
    """The message and the instance that took it."""

    process_instance_key = Key()


@blueprint.post("/messages/publication")
@needs(Permission.MESSAGE_PUBLISH)
@repeatable
@takes(Publication)
@answers(PublicationView)
def publish(body: dict[str, Any]) -> Any:
    """Publish a message: to all that wait for it, and until it expires to those who come later.

    `messageId` makes a repeat safe: a second one is refused (409) while the first is kept.
    """
    return engine().messages.publish(actor(), **body, idempotency=idempotency_key())


@blueprint.post("/messages/correlation")
@needs(Permission.MESSAGE_PUBLISH)
@repeatable
@takes(Correlation)
@answers(CorrelationView)
def correlate(body: dict[str, Any]) -> Any:
    """Hand a message to who waits for it now; 404 where nobody does."""
    return engine().messages.correlate(actor(), **body, idempotency=idempotency_key())


class _Broadcast(Body):
    signal_name = Text(required=True)
    variables = VariablesField(load_default=dict)
    tenant_id = Tenant()


class BroadcastView(View):
    """The signal, thrown."""

    signal_key = Key()
    tenant_id = Tenant()


@blueprint.post("/signals/broadcast")
@needs(Permission.MESSAGE_PUBLISH)
@repeatable
@takes(_Broadcast)
@answers(BroadcastView)
def broadcast(body: dict[str, Any]) -> Any:
    """Throw a signal: every instance that waits for its name hears it."""
    signals, key = engine().signals, idempotency_key()
    return {"signal_key": signals.broadcast(actor(), body["signal_name"], body["variables"] or {}, idempotency=key)}
