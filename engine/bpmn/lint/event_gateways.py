"""Behind an event-based gateway stand events that wait (BPMN 2.0, 10.6.6)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, bare, flows, local
from engine.bpmn.lint.rule import Rule, Violation

_WAITING = frozenset({"intermediateCatchEvent", "receiveTask"})


def _find(document: Document) -> Iterator[Violation]:
    for scope in document.scopes():
        into: dict[str, int] = {}
        for flow in flows(scope):
            into[bare(flow.get("targetRef"))] = into.get(bare(flow.get("targetRef")), 0) + 1
        for gateway in scope.iterchildren("{*}eventBasedGateway"):
            behind = [bare(f.get("targetRef")) for f in flows(scope) if bare(f.get("sourceRef")) == gateway.get("id")]
            yield from _behind(document, gateway, behind, into)


def _behind(
    document: Document, gateway: etree._Element, behind: list[str], into: dict[str, int]
) -> Iterator[Violation]:
    if not behind:
        yield gateway, "nothing stands behind the event-based gateway"
    for name in behind:
        target = document.by_id.get(name)
        if target is None:
            continue
        if local(target) not in _WAITING:
            yield gateway, f"{name} behind the event-based gateway does not wait for an event"
        elif into[name] > 1:
            yield target, f"{name} behind the event-based gateway has other incoming flows too"


RULE = Rule(id="event-gateway-target", cure="Lead its flows to catching events only.", find=_find)
