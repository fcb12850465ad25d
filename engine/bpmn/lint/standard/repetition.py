"""Loops and multiple instances (BPMN 2.0, 10.3.8)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import ZEEBE, Document, local
from engine.bpmn.lint.facts import Facts, facts
from engine.bpmn.lint.rule import Rule, Violation

_MULTI = "multiInstanceLoopCharacteristics"


def _both(document: Document) -> Iterator[Violation]:
    for node in facts(document).nodes():
        markers = [local(child) for child in node if local(child) in (_MULTI, "standardLoopCharacteristics")]
        if len(markers) > 1:
            yield node, f"{node.get('id')} has {' and '.join(markers)}"


def _over(document: Document) -> Iterator[Violation]:
    for loop in facts(document).all(_MULTI):
        said = {local(child) for child in loop}
        dialect = any(e.get("inputCollection") for e in loop.iter(f"{{{ZEEBE}}}loopCharacteristics"))
        if not dialect and not said & {"loopCardinality", "loopDataInputRef"}:
            yield loop.getparent(), "nothing says over what the multi-instance activity is repeated"
        if {"loopCardinality", "loopDataInputRef"} <= said:
            yield loop.getparent(), "the multi-instance activity has a cardinality and a collection"


def _scalars(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for loop in known.all(_MULTI):
        for item, collection in (("inputDataItem", "loopDataInputRef"), ("outputDataItem", "loopDataOutputRef")):
            found = next((child for child in loop if local(child) == item), None)
            whole = next((child.text for child in loop if local(child) == collection), None)
            if found is not None and whole is not None:
                yield from _scalar(known, loop, found, known.find(whole))


def _scalar(
    known: Facts, loop: etree._Element, item: etree._Element, whole: etree._Element | None
) -> Iterator[Violation]:
    if whole is None:
        return
    if not known.agree(item.get("itemSubjectRef"), whole.get("itemSubjectRef")):
        yield loop.getparent(), f"the {local(item)} is of another kind than the items of {whole.get('id')}"
    definition = known.find(whole.get("itemSubjectRef"))
    flags = [e.get("isCollection") for e in (whole, definition) if e is not None]
    if flags and not any(flag in ("true", "1") for flag in flags):
        yield loop.getparent(), f"{whole.get('id')} is no collection, and the activity is repeated over it"


def _behaviour(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for loop in known.all(_MULTI):
        behaviour = loop.get("behavior", "All")
        for kind, attribute in (("One", "oneBehaviorEventRef"), ("None", "noneBehaviorEventRef")):
            if loop.get(attribute) and behaviour != kind:
                yield loop.getparent(), f"{attribute} has no effect with behaviour {behaviour}"
        complex_ = any(local(said) == "complexBehaviorDefinition" for said in loop)
        if behaviour == "Complex" and not complex_:
            yield loop.getparent(), "behaviour Complex has no complexBehaviorDefinition"
        for said in loop:
            if local(said) == "complexBehaviorDefinition" and not any(local(child) == "event" for child in said):
                yield loop.getparent(), "a complex behaviour throws an event, and none is there"


def _nameless(document: Document) -> Iterator[Violation]:
    for loop in facts(document).all(_MULTI):
        behaviour = loop.get("behavior", "All")
        attribute = {"One": "oneBehaviorEventRef", "None": "noneBehaviorEventRef"}.get(behaviour)
        if attribute is not None and not loop.get(attribute):
            yield loop.getparent(), f"behaviour {behaviour} throws an event, and {attribute} names none"


RULES = (
    Rule(id="two-loop-markers", cure="Keep the loop or the multiple instances.", find=_both),
    Rule(id="multi-instance-source", cure="Set the input collection.", find=_over),
    Rule(id="multi-instance-item", cure="Let the item be one of the collection.", find=_scalars),
    Rule(
        id="multi-instance-event",
        cure="Remove the event, or change the behaviour.",
        find=_behaviour,
        severity="warning",
    ),
    Rule(id="multi-instance-behavior", cure="Name the event that is thrown.", find=_nameless),
)
