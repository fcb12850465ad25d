"""Events that are armed and can never come."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, bare, definitions, extension, kind_of, local, q
from engine.bpmn.lint.rule import Rule, Violation

_OUTSIDE = frozenset({"timer", "message", "signal", "conditional"})
_AT_ONCE = frozenset({"task", "manualTask"})


def _find(document: Document) -> Iterator[Violation]:
    for event in document.nodes():
        for definition in definitions(event):
            cycle = (definition.findtext(q("timeCycle")) or "").strip()
            if cycle.upper().startswith("R0/"):
                yield event, f"the timer {cycle} repeats zero times: it never fires"
        host = document.by_id.get(bare(event.get("attachedToRef")))
        kinds = {kind_of(definition) for definition in definitions(event)}
        if host is not None and _at_once(host) and kinds and kinds <= _OUTSIDE:
            yield event, f"{event.get('id')} never comes: {host.get('id')} is over as soon as it begins"


def _at_once(host: etree._Element) -> bool:
    repeated = any(local(child).endswith("LoopCharacteristics") for child in host)
    scripted = local(host) == "scriptTask" and extension(host, "script") is not None
    return not repeated and (local(host) in _AT_ONCE or scripted)


RULE = Rule(
    id="event-never-comes",
    cure="Attach it to an activity that takes time, or correct the timer.",
    find=_find,
    severity="warning",
)
