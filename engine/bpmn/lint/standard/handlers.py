"""Compensation has one handler for an activity; one event catches what is thrown (BPMN 2.0, 10.7)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, bare, is_true, kind_of, local, nodes
from engine.bpmn.lint.facts import Facts, facts
from engine.bpmn.lint.rule import Rule, Violation

_CODED = {"error": "errorCode", "escalation": "escalationCode"}
_NAMED = {"message": "name", "signal": "name"}


def _orphans(document: Document) -> Iterator[Violation]:
    known = facts(document)
    undone = {bare(link.get("targetRef")) for link in _compensations(known)}
    for node in known.nodes():
        if is_true(node, "triggeredByEvent"):
            continue  # its start event says when it runs
        if is_true(node, "isForCompensation") and node.get("id") not in undone:
            yield node, f"no compensation event leads to {node.get('id')}, so it never runs"


def _compensations(known: Facts) -> Iterator[etree._Element]:
    for link in known.all("association"):
        source = known.find(link.get("sourceRef"))
        if source is not None and local(source) == "boundaryEvent" and "compensate" in known.kinds(source):
            yield link


def _several(document: Document) -> Iterator[Violation]:
    known = facts(document)
    handlers: dict[str, set[str]] = {}
    for link in _compensations(known):
        event = known.find(link.get("sourceRef"))
        target = known.find(link.get("targetRef"))
        if event is not None and target is not None and is_true(target, "isForCompensation"):
            handlers.setdefault(bare(event.get("attachedToRef")), set()).add(target.get("id", ""))
    for host, found in handlers.items():
        if len(found) > 1:
            yield known.find(host), f"{host} is undone by {', '.join(sorted(found))}: only one of them would run"


def _same(document: Document) -> Iterator[Violation]:
    """Boundary events of one activity, event sub-processes of one scope, events behind one gateway."""
    known = facts(document)
    for group in _groups(known):
        seen: dict[tuple[str, str], etree._Element] = {}
        for event in group:
            for what in _caught(known, event):
                first = seen.setdefault(what, event)
                if first is not event:
                    kind, name = what
                    yield event, f"{first.get('id')} and {event.get('id')} wait for the same {kind} {name}".rstrip()


def _groups(known: Facts) -> Iterator[list[etree._Element]]:
    hosts: dict[str, list[etree._Element]] = {}
    for event in known.all("boundaryEvent"):
        hosts.setdefault(bare(event.get("attachedToRef")), []).append(event)
    yield from hosts.values()
    for scope in known.scopes():
        handlers = [node for node in nodes(scope) if is_true(node, "triggeredByEvent")]
        yield [node for handler in handlers for node in nodes(handler) if local(node) == "startEvent"]
    for gateway in known.all("eventBasedGateway"):
        behind = [known.find(flow.get("targetRef")) for flow in known.out[gateway.get("id", "")]]
        yield [node for node in behind if node is not None]


def _caught(known: Facts, event: etree._Element) -> set[tuple[str, str]]:
    """What can be caught once only; of signals and messages that do not interrupt, all who wait hear."""
    found = set()
    exclusive = local(event) not in ("boundaryEvent", "startEvent")
    for said in known.triggers(event):
        kind = kind_of(said)
        attribute = _CODED.get(kind) or (_NAMED.get(kind) if exclusive else None)
        if attribute is not None:
            named = known.find(said.get(f"{kind}Ref"))
            found.add((kind, "" if named is None else named.get(attribute) or named.get("id") or ""))
    return found


RULES = (
    Rule(id="compensation-event", cure="Draw an association from a compensation boundary event to it.", find=_orphans),
    Rule(id="compensation-once", cure="Put the handlers into one sub-process for compensation.", find=_several),
    Rule(id="caught-twice", cure="Keep one of the events, or let them wait for different ones.", find=_same),
)
