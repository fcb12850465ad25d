"""Gateways split or join (BPMN 2.0, 10.6 and table 8.46)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import GATEWAYS, Document, is_true, local
from engine.bpmn.lint.facts import facts
from engine.bpmn.lint.rule import Rule, Violation


def _idle(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for gateway in known.all(*sorted(GATEWAYS - {"eventBasedGateway"})):
        name = gateway.get("id", "")
        if len(known.into[name]) < 2 and len(known.out[name]) < 2:
            yield gateway, f"the gateway {name} has neither several incoming nor several outgoing flows"


def _direction(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for gateway in known.all(*sorted(GATEWAYS)):
        direction, name = gateway.get("gatewayDirection", "Unspecified"), gateway.get("id", "")
        into, out = len(known.into[name]), len(known.out[name])
        wrong = {
            "Diverging": into > 1 or out < 2,
            "Converging": into < 2 or out > 1,
            "Mixed": into < 2 or out < 2,
        }
        if wrong.get(direction, False):
            yield gateway, f"the gateway is marked {direction}, and has {into} incoming and {out} outgoing flows"


def _choices(document: Document) -> Iterator[Violation]:
    """An event-based gateway that begins a process may have one event only where several are joined."""
    known = facts(document)
    for gateway in known.all("eventBasedGateway"):
        name = gateway.get("id", "")
        if len(known.out[name]) < 2:
            yield gateway, f"the event-based gateway {name} has less than two outgoing flows"
        if is_true(gateway, "instantiate") and known.into[name]:
            yield gateway, f"the event-based gateway {name} starts the process, and has an incoming flow"
        if gateway.get("eventGatewayType") == "Parallel" and not is_true(gateway, "instantiate"):
            yield gateway, f"the event-based gateway {name} is parallel, and does not start the process"
        for flow in known.out[name]:
            if any(local(child) == "conditionExpression" for child in flow):
                yield flow, f"flow {flow.get('id')} behind the event-based gateway {name} has a condition"


def _behind(document: Document) -> Iterator[Violation]:
    """Where a receive task stands for a message event it is alone, and waits for nothing else."""
    known = facts(document)
    hosts = {event.get("attachedToRef") for event in known.all("boundaryEvent")}
    for gateway in known.all("eventBasedGateway"):
        behind = [known.find(flow.get("targetRef")) for flow in known.out[gateway.get("id", "")]]
        tasks = [node for node in behind if node is not None and local(node) == "receiveTask"]
        for task in tasks:
            if task.get("id") in hosts:
                yield task, f"the receive task {task.get('id')} behind an event-based gateway has a boundary event"
        if tasks and any(node is not None and "message" in known.kinds(node) for node in behind):
            yield gateway, "message events and receive tasks stand behind the same event-based gateway"


RULES = (
    Rule(id="idle-gateway", cure="Remove the gateway, or add the other flows.", find=_idle),
    Rule(id="gateway-direction", cure="Remove the direction, or draw the flows that it promises.", find=_direction),
    Rule(id="event-gateway-flows", cure="Lead it to two or more events, without conditions.", find=_choices),
    Rule(id="event-gateway-receive", cure="Use message events without boundary events behind it.", find=_behind),
)
