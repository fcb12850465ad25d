"""Events and their definitions, and the ways to start a process."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from engine.bpmn import timers
from engine.bpmn.dialect.document import bare, definitions, extension, is_true, kind_of, local, nodes, q
from engine.bpmn.dialect.reading import Reading
from engine.bpmn.errors import StepFailed
from engine.bpmn.expressions import Text
from engine.bpmn.model import Element, StartTrigger
from engine.bpmn.specs.catching import Catch, Catching
from engine.bpmn.specs.compensate import CancelDefinition, CompensateDefinition
from engine.bpmn.specs.conditional import ConditionalDefinition
from engine.bpmn.specs.definition import Definition
from engine.bpmn.specs.error import ErrorDefinition
from engine.bpmn.specs.escalation import EscalationDefinition
from engine.bpmn.specs.message import MessageDefinition
from engine.bpmn.specs.node import Node
from engine.bpmn.specs.process import ProcessSpec
from engine.bpmn.specs.signal import SignalDefinition
from engine.bpmn.specs.terminate import TerminateDefinition
from engine.bpmn.specs.throw import Throw
from engine.bpmn.specs.timer import TimerDefinition

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # to try literal timers on
_FORMS: tuple[timers.Form, ...] = ("timeDate", "timeDuration", "timeCycle")


def read_event(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    """Start events, intermediate events and end events; boundary events stand in boundaries.py."""
    kind = local(node)
    if kind == "startEvent":
        return Node(process, element.id, element)
    if kind == "intermediateCatchEvent":
        return read_catching(reading, node, Catch(process, element.id, element))
    found = definitions(node)
    if any(kind_of(definition) == "message" for definition in found):
        from engine.bpmn.dialect.activities import read_job  # noqa: PLC0415  # events and activities name each other

        return read_job(reading, process, node, element)
    throw = Throw(process, element.id, element)
    throw.definitions = read_definitions(reading, node)
    return throw


def read_catching(reading: Reading, node: etree._Element, spec: Catch) -> Catch:
    """Give a catching event what it waits for."""
    spec.definitions = read_definitions(reading, node)
    spec.parallel = is_true(node, "parallelMultiple")
    return spec


def read_receive(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Catching:
    """A receive task waits for one message."""
    spec = Catch(process, element.id, element)
    spec.definitions = (_message(reading, node, node),)
    return spec


def read_definitions(reading: Reading, event: etree._Element) -> tuple[Definition, ...]:
    """All definitions of an event that could be read."""
    return tuple(read_definition(reading, event, definition) for definition in definitions(event))


def read_definition(reading: Reading, node: etree._Element, said: etree._Element) -> Definition:
    """One event definition, at the node that findings are about."""
    kind = kind_of(said)
    reader = {"message": _message, "signal": _signal, "timer": _timer, "conditional": _conditional}.get(kind)
    if reader is not None:
        return reader(reading, node, said)
    if kind in ("error", "escalation"):
        return _coded(reading, node, said, kind)
    plain = {"cancel": CancelDefinition, "terminate": TerminateDefinition}.get(kind)
    return CompensateDefinition(bare(said.get("activityRef")) or None) if plain is None else plain()


def _conditional(reading: Reading, node: etree._Element, said: etree._Element) -> Definition:
    return ConditionalDefinition(reading.expression(node, said.findtext(q("condition")), "the condition"))


def _message(reading: Reading, node: etree._Element, said: etree._Element) -> Definition:
    """`said` carries the reference: an event definition, or a receive task itself."""
    message = reading.document.definition("message", said.get("messageRef"))
    name = None if message is None else reading.text(node, message.get("name"), "the message name")
    if message is None or name is None:
        reading.refuse("message-name", node, "the event names no message", "Choose a message with a name.")
        return MessageDefinition(Text(literal=""), None)
    subscription = extension(message, "subscription")
    key = None if subscription is None else subscription.get("correlationKey")
    return MessageDefinition(name, reading.text(node, key, "the correlation key"))


def _signal(reading: Reading, node: etree._Element, said: etree._Element) -> Definition:
    signal = reading.document.definition("signal", said.get("signalRef"))
    name = None if signal is None else reading.text(node, signal.get("name"), "the signal name")
    if name is None:
        reading.refuse("signal-name", node, "the event names no signal", "Choose a signal with a name.")
    return SignalDefinition(name or Text(literal=""))


def _coded(reading: Reading, node: etree._Element, said: etree._Element, kind: str) -> Definition:
    """Error and escalation: by code, or for all codes where an event that catches names none."""
    found = reading.document.definition(kind, said.get(f"{kind}Ref"))
    code = None if found is None else (found.get(f"{kind}Code") or found.get("id") or "").strip()
    if code is not None and code.startswith("="):
        reading.refuse("code-expression", node, f"the {kind} code is an expression", "Write the code itself.")
    if not code and local(node) in ("endEvent", "intermediateThrowEvent"):
        reading.refuse(f"{kind}-code", node, f"the event names no {kind}", f"Choose an {kind} with a code.")
    return ErrorDefinition(code) if kind == "error" else EscalationDefinition(code)


def _timer(reading: Reading, node: etree._Element, said: etree._Element) -> Definition:
    form: timers.Form = next((form for form in _FORMS if said.find(q(form)) is not None), "timeDuration")
    when = reading.text(node, said.findtext(q(form)), "the timer")
    if when is None:
        cure = "Set a date, a duration such as P5D, or a cycle such as R/P14D."
        reading.refuse("timer-value", node, "the timer says no time", cure)
        return TimerDefinition(form, Text(literal="P1D"))
    if when.literal is not None:
        try:
            timers.first(form, when.literal, _SOME_DAY)
        except ValueError as error:
            reading.refuse("timer-value", node, f"the timer never fires: {error}", "Write it as ISO 8601 says.")
    return TimerDefinition(form, when)


def start_triggers(reading: Reading, process: etree._Element, spec: ProcessSpec) -> tuple[StartTrigger, ...]:
    """The ways to start a process from outside."""
    found: list[StartTrigger] = []
    for node in nodes(process):
        name = node.get("id", "")
        if local(node) == "startEvent" and not definitions(node):
            found.append(StartTrigger(element_id=name, kind="none"))
        elif local(node) == "startEvent":
            found += [_start(reading, name, d, at) for at, d in enumerate(read_definitions(reading, node))]
        elif is_true(node, "instantiate") and not spec.node(name).incoming:
            found += _instantiating(reading, spec, spec.node(name))
    if not any(local(node) == "startEvent" for node in nodes(process)):
        found += [StartTrigger(element_id=e.node, kind="none") for e in spec.entries if not e.triggered]
    return tuple(found)


def _instantiating(reading: Reading, spec: ProcessSpec, node: Node) -> list[StartTrigger]:
    """A receive task, or the events behind an event-based gateway."""
    catching = [node] if isinstance(node, Catching) else [spec.node(flow.target) for flow in node.flows]
    return [
        _start(reading, c.name, d, at)
        for c in catching
        if isinstance(c, Catching)
        for at, d in enumerate(c.definitions)
    ]


def _start(reading: Reading, element_id: str, definition: Definition, position: int) -> StartTrigger:
    """Nothing runs yet, so there are no variables: names are literal, and timers say their time by themselves."""
    node = reading.document.by_id[element_id]
    timer = definition if isinstance(definition, TimerDefinition) else None
    start = StartTrigger(
        element_id=element_id,
        kind=definition.kind,
        name=definition.name,
        timer=timer,
        condition=definition if isinstance(definition, ConditionalDefinition) else None,
        position=position,
    )
    if timer is not None:
        try:
            start.schedule(_SOME_DAY)
        except StepFailed as error:
            reading.refuse("timer-value", node, error.message, "Write a date or cycle that needs no variables.")
    elif (definition.name or "").startswith("="):
        reading.refuse(
            "start-name", node, "the name is an expression, and there are no variables yet", "Write the name."
        )
    return start
