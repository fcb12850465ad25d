"""Event definitions: who may own them, what they have to say (BPMN 2.0, 10.5.5)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import ZEEBE, Document, bare, definitions, is_true, kind_of, local
from engine.bpmn.lint.facts import Facts, facts
from engine.bpmn.lint.rule import Rule, Violation

_THROWS = ("intermediateThrowEvent", "endEvent")
_CATCHES = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def _shared(document: Document) -> Iterator[Violation]:
    """A definition inside an event is its own; one that is shared stands beside the processes."""
    known = facts(document)
    for reference in known.all("eventDefinitionRef"):
        found, event = known.find(reference.text), reference.getparent()
        owner = None if found is None else found.getparent()
        if owner is not None and local(owner) in _THROWS + _CATCHES:
            yield event, f"the trigger {bare(reference.text)} belongs to {owner.get('id')}, and is used here again"


def _messages(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for event in known.all(*_CATCHES, *_THROWS):
        for said in known.triggers(event):
            if kind_of(said) != "message" or said.get("messageRef") or not _executable(known, event):
                continue
            if local(event) in _CATCHES or not _job(event, said):
                yield event, f"the message event {event.get('id')} names no message"


def _executable(known: Facts, event: etree._Element) -> bool:
    process = known.pool(event)
    return process is not None and is_true(process, "isExecutable")


def _job(event: etree._Element, said: etree._Element) -> bool:
    """In the dialect a worker sends the message: the job type says which."""
    return any(next(place.iter(f"{{{ZEEBE}}}taskDefinition"), None) is not None for place in (event, said))


def _timers(document: Document) -> Iterator[Violation]:
    for said in facts(document).all("timerEventDefinition"):
        forms = [local(child) for child in said if local(child) in ("timeDate", "timeDuration", "timeCycle")]
        if len(forms) != 1:
            owner = said.getparent()
            yield owner, f"the timer has {' and '.join(forms) or 'neither date, duration nor cycle'}"


def _called(document: Document) -> Iterator[Violation]:
    """A called process begins at a start event without trigger."""
    known = facts(document)
    for activity in known.all("callActivity"):
        names = [
            activity.get("calledElement"),
            *(e.get("processId") for e in activity.iter(f"{{{ZEEBE}}}calledElement")),
        ]
        for name in names:
            process = known.find(name)
            if process is None or local(process) != "process":
                continue
            starts = [child for child in process if local(child) == "startEvent"]
            if starts and all(known.triggers(start) for start in starts):
                yield activity, f"the called process {process.get('id')} has no start event without a trigger"


def _compensation(document: Document) -> Iterator[Violation]:
    for event in facts(document).all("boundaryEvent"):
        compensates = any(kind_of(said) == "compensate" for said in definitions(event))
        if compensates and not is_true(event, "cancelActivity", default=True):
            yield event, "a compensation event comes after its activity, and cannot be non-interrupting"


RULES = (
    Rule(id="shared-trigger", cure="Give each event a trigger of its own.", find=_shared),
    Rule(id="message-reference", cure="Choose a message; for one that is sent, set the job type.", find=_messages),
    Rule(id="timer-form", cure="Give the timer a date, a duration or a cycle: one of them.", find=_timers),
    Rule(id="called-process-start", cure="Give the called process a none start event.", find=_called),
    Rule(id="compensation-boundary", cure="Remove cancelActivity.", find=_compensation),
)
