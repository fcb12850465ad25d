"""A reference names an element of the right kind (the attribute types of the BPMN 2.0 metamodel)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import ACTIVITIES, NODES, Document, bare, definitions, kind_of, local
from engine.bpmn.lint.facts import CHOREOGRAPHY, Facts, facts, texts
from engine.bpmn.lint.rule import Rule, Violation

TRIGGERS = frozenset(
    f"{kind}EventDefinition"
    for kind in (
        "message",
        "timer",
        "signal",
        "error",
        "escalation",
        "conditional",
        "compensate",
        "cancel",
        "terminate",
        "link",
    )
)
_DATA = frozenset(
    {"dataInput", "dataOutput", "dataObject", "dataObjectReference", "dataStoreReference", "dataStore", "property"}
)
_DATA_ITEMS = _DATA | {"inputDataItem", "outputDataItem"}
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "messageRef": frozenset({"message"}),
    "signalRef": frozenset({"signal"}),
    "escalationRef": frozenset({"escalation"}),
    "operationRef": frozenset({"operation"}),
    "itemSubjectRef": frozenset({"itemDefinition"}),
    "itemRef": frozenset({"itemDefinition"}),
    "processRef": frozenset({"process"}),
    "dataObjectRef": frozenset({"dataObject"}),
    "dataStoreRef": frozenset({"dataStore"}),
    "categoryValueRef": frozenset({"categoryValue"}),
    "correlationKeyRef": frozenset({"correlationKey"}),
    "correlationPropertyRef": frozenset({"correlationProperty"}),
    "parameterRef": frozenset({"resourceParameter"}),
    "partitionElementRef": frozenset(),
    "attachedToRef": ACTIVITIES,
    "oneBehaviorEventRef": TRIGGERS,
    "noneBehaviorEventRef": TRIGGERS,
    "definitionalCollaborationRef": frozenset({"collaboration", "globalConversation", "choreography"}),
    "activityRef": ACTIVITIES,
    "default": frozenset({"sequenceFlow"}),
    "inputDataRef": frozenset({"dataInput", "inputSet"}),
    "outputDataRef": frozenset({"dataOutput", "outputSet"}),
    "initiatingParticipantRef": frozenset({"participant"}),
    "calledCollaborationRef": frozenset({"collaboration", "globalConversation", "choreography"}),
    "calledChoreographyRef": frozenset({"choreography", "globalChoreographyTask"}),
}
_CHILDREN: dict[str, frozenset[str]] = {
    "dataInputRefs": frozenset({"dataInput"}),
    "optionalInputRefs": frozenset({"dataInput"}),
    "whileExecutingInputRefs": frozenset({"dataInput"}),
    "dataOutputRefs": frozenset({"dataOutput"}),
    "optionalOutputRefs": frozenset({"dataOutput"}),
    "whileExecutingOutputRefs": frozenset({"dataOutput"}),
    "inputSetRefs": frozenset({"inputSet"}),
    "outputSetRefs": frozenset({"outputSet"}),
    "loopDataInputRef": _DATA,
    "loopDataOutputRef": _DATA,
    "correlationPropertyRef": frozenset({"correlationProperty"}),
    "participantRef": frozenset({"participant"}),
    "inMessageRef": frozenset({"message"}),
    "outMessageRef": frozenset({"message"}),
    "errorRef": frozenset({"error"}),
    "interfaceRef": frozenset({"interface"}),
    "supportedInterfaceRef": frozenset({"interface"}),
    "operationRef": frozenset({"operation"}),
    "resourceRef": frozenset({"resource"}),
    "choreographyRef": frozenset({"choreography"}),
    "supports": frozenset({"process"}),
    "incoming": frozenset({"sequenceFlow"}),
    "outgoing": frozenset({"sequenceFlow"}),
    "messageFlowRef": frozenset({"messageFlow"}),
    "innerParticipantRef": frozenset({"participant"}),
    "outerParticipantRef": frozenset({"participant"}),
    "flowNodeRef": NODES | CHOREOGRAPHY,
    "eventDefinitionRef": TRIGGERS,
}
_ENDS = ("association", "messageFlow", "conversationLink")


def _find(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for element in known.root.iter(etree.Element):
        if not local(element):
            continue
        for attribute, kinds in _ATTRIBUTES.items():
            said = element.get(attribute)
            if said and kinds and (attribute != "default" or local(element) in _DEFAULTS):
                yield from _wrong(known, element, attribute, said, kinds)
        if local(element) in ("error", "escalation", "signal") and element.get("structureRef"):
            said, kinds = element.get("structureRef", ""), frozenset({"itemDefinition"})
            yield from _wrong(known, element, "structureRef", said, kinds)
        error = element.get("errorRef")
        if error:
            yield from _wrong(known, element, "errorRef", error, frozenset({"error"}))
        kinds = _CHILDREN.get(local(element), frozenset())
        if kinds and (element.text or "").strip():
            yield from _wrong(known, _with_id(element), local(element), element.text or "", kinds)


_DEFAULTS = ACTIVITIES | {"exclusiveGateway", "inclusiveGateway", "complexGateway"}


def _wrong(known: Facts, element: etree._Element, what: str, said: str, kinds: frozenset[str]) -> Iterator[Violation]:
    """References into other files cannot be followed: they carry a prefix of their own."""
    found = known.find(said)
    if found is None:
        if not _foreign(element, said):
            yield element, f"{what} {said.strip()!r} leads nowhere: there is no such {_words(kinds)}"
    elif local(found) not in kinds:
        yield element, f"{what} {said.strip()!r} is a {local(found)}, not a {_words(kinds)}"


def _words(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(kinds)) if len(kinds) < 4 else "element of the right kind"


def _foreign(element: etree._Element, said: str) -> bool:
    prefix = said.strip().rpartition(":")[0]
    root = element.getroottree().getroot()
    return bool(prefix) and element.nsmap.get(prefix) not in (None, root.get("targetNamespace"))


def _with_id(element: etree._Element) -> etree._Element:
    at: etree._Element | None = element
    while at is not None and not at.get("id"):
        at = at.getparent()
    return element if at is None else at


def _ends(document: Document) -> Iterator[Violation]:
    """What connects two elements connects two that are there."""
    known = facts(document)
    for link in known.all(*_ENDS):
        for end in ("sourceRef", "targetRef"):
            said = link.get(end)
            if said and known.find(said) is None and not _foreign(link, said):
                yield link, f"{end} {said!r} of the {local(link)} leads nowhere"
    for call in known.all("callActivity"):
        called = known.find(call.get("calledElement"))
        if called is not None and local(called) != "process" and not local(called).startswith("global"):
            yield call, f"calledElement {call.get('calledElement')!r} is a {local(called)}, which cannot be called"


def _associations(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for link in known.all("dataInputAssociation", "dataOutputAssociation"):
        for end in link:
            if local(end) not in ("sourceRef", "targetRef") or not (end.text or "").strip():
                continue
            found = known.find(end.text)
            if found is None or local(found) not in _DATA_ITEMS:
                what = "nothing" if found is None else f"a {local(found)}"
                yield _with_id(link), f"{local(end)} {bare(end.text)!r} is {what}, which holds no data"


def _links(document: Document) -> Iterator[Violation]:
    """Source and target of a link are links: the definitions, or (as some tools write it) the events around them."""
    known = facts(document)
    for event in known.all("intermediateThrowEvent", "intermediateCatchEvent"):
        for said in definitions(event):
            if kind_of(said) != "link":
                continue
            for end in said:
                found = known.find(end.text)
                if local(end) in ("source", "target") and (found is None or not _link(found)):
                    yield event, f"the {local(end)} {bare(end.text)!r} of the link is no link event"


def _pairs(document: Document) -> Iterator[Violation]:
    """A link that names its sources is reached from those only."""
    known = facts(document)
    for said in known.all("linkEventDefinition"):
        for target in texts(said, "target"):
            other = known.find(target)
            sources = [] if other is None else texts(other, "source")
            if sources and said.get("id") not in sources:
                yield said.getparent(), f"the link leads to {target}, which comes from {', '.join(sources)}"


def _link(found: etree._Element) -> bool:
    return local(found) == "linkEventDefinition" or any(kind_of(said) == "link" for said in definitions(found))


RULES = (
    Rule(id="reference-kind", cure="Choose an element of the right kind.", find=_find),
    Rule(id="connection-end", cure="Connect it to elements that are there.", find=_ends),
    Rule(id="data-reference", cure="Connect it to a data object, an input or an output.", find=_associations),
    Rule(id="link-reference", cure="Let source and target name link events.", find=_links),
    Rule(id="link-pair", cure="Let source and target of both links name each other.", find=_pairs),
)
