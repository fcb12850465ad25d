"""Pools, message flows and conversations (BPMN 2.0, chapter 9)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import ACTIVITIES, EVENTS, Document, is_true, local
from engine.bpmn.lint.facts import ARTIFACTS, CHOREOGRAPHY, Facts, facts
from engine.bpmn.lint.rule import Rule, Violation

_ENDS = ACTIVITIES | EVENTS | CHOREOGRAPHY | {"participant", "conversation", "subConversation", "callConversation"}


def _between(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for flow in known.all("sequenceFlow"):
        source, target = known.find(flow.get("sourceRef")), known.find(flow.get("targetRef"))
        if source is None or target is None:
            continue
        if known.pool(source) is not known.pool(target):
            yield flow, f"flow {flow.get('id')} leads from one pool to another"


def _messages(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for flow in known.all("messageFlow"):
        source, target = known.find(flow.get("sourceRef")), known.find(flow.get("targetRef"))
        if source is None or target is None:
            continue
        pool = known.pool(source)
        if source is target or (pool is not None and pool is known.pool(target)):
            yield flow, f"message flow {flow.get('id')} stays in one pool"
        for end in (source, target):
            if local(end) not in _ENDS | ARTIFACTS:
                yield flow, f"message flow {flow.get('id')} ends at a {local(end)}"


def _events(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for flow in known.all("messageFlow"):
        source, target = known.find(flow.get("sourceRef")), known.find(flow.get("targetRef"))
        if source is not None and local(source) in EVENTS:
            yield from _event(known, flow, source, throws=True)
        if target is not None and local(target) in EVENTS:
            yield from _event(known, flow, target, throws=False)


def _event(known: Facts, flow: etree._Element, event: etree._Element, *, throws: bool) -> Iterator[Violation]:
    where = f"message flow {flow.get('id')}"
    sends = local(event) in ("endEvent", "intermediateThrowEvent")
    if sends != throws:
        yield flow, f"{where} {'leaves' if throws else 'leads to'} the {local(event)} {event.get('id')}, which cannot"
    elif "message" not in known.kinds(event):
        yield event, f"{where} is connected to {event.get('id')}, which has no message trigger"


def _conversations(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for part in known.all("globalConversation"):
        for child in part:
            kind = local(child)
            if kind in ARTIFACTS or kind in ("conversation", "subConversation", "callConversation", "conversationLink"):
                yield part, f"the global conversation {part.get('id')} contains a {kind}"
    for part in known.all("globalConversation", "choreography", "globalChoreographyTask"):
        if any(local(child) == "choreographyRef" for child in part):
            yield part, f"the {local(part)} {part.get('id')} refers to a choreography"


def _many(document: Document) -> Iterator[Violation]:
    for said in facts(document).all("participantMultiplicity"):
        least, most = _number(said, "minimum", 0), _number(said, "maximum", 1)
        if least is not None and most is not None and (most < 1 or most < least or least < 0):
            pool = said.getparent()
            yield pool, f"the pool stands for {least} to {most} participants"


def _number(element: etree._Element, name: str, default: int) -> int | None:
    try:
        return int(element.get(name, str(default)))
    except ValueError:
        return None  # the schema says so


def _public(document: Document) -> Iterator[Violation]:
    for process in facts(document).all("process"):
        if process.get("processType") == "Public" and is_true(process, "isExecutable"):
            yield process, f"the process {process.get('id')} is public and executable"


RULES = (
    Rule(id="flow-between-pools", cure="Use a message flow between pools.", find=_between),
    Rule(id="message-flow-ends", cure="Connect two different pools, or what stands in them.", find=_messages),
    Rule(id="message-flow-event", cure="Give the event a message trigger, or connect another element.", find=_events),
    Rule(id="global-conversation", cure="Keep only participants and message flows in it.", find=_conversations),
    Rule(id="participant-multiplicity", cure="Let the maximum be at least 1 and the minimum.", find=_many),
    Rule(id="public-executable", cure="Make the process private (None or Private), or not executable.", find=_public),
)
