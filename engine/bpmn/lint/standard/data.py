"""Data inputs, outputs, their sets and associations (BPMN 2.0, 10.4)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import EVENTS, Document, bare, is_true, local
from engine.bpmn.lint.facts import Facts, facts, texts
from engine.bpmn.lint.rule import Rule, Violation

_ITEMS = ("dataInput", "dataOutput", "dataObject", "dataStore", "inputDataItem", "outputDataItem", "property")
_SIDES = (
    ("inputSet", "dataInput", "dataInputRefs", ("optionalInputRefs", "whileExecutingInputRefs")),
    ("outputSet", "dataOutput", "dataOutputRefs", ("optionalOutputRefs", "whileExecutingOutputRefs")),
)


def _collections(document: Document) -> Iterator[Violation]:
    """Only what is written counts: `isCollection` is false by default, and most tools leave it out."""
    known = facts(document)
    for item in known.all(*_ITEMS):
        definition = known.find(item.get("itemSubjectRef"))
        if definition is None or local(definition) != "itemDefinition":
            continue
        mine, its = is_true(item, "isCollection"), is_true(definition, "isCollection")
        if mine != its and (item.get("isCollection") is not None or local(item) in _ITEMS[:2]):
            name = f"{local(item)} {item.get('id')}"
            yield item, f"{name} {'is' if mine else 'is not'} a collection, unlike {definition.get('id')}"


def _sets(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for kind, data, references, others in _SIDES:
        for group in known.all(kind):
            listed = texts(group, references)
            for other in others:
                for lost in set(texts(group, other)) - set(listed):
                    yield _owner(group), f"{lost} stands among the {other} of a set, and not among its {references}"
        for owner in _owners(known, kind, data):
            used = {name for group in owner if local(group) == kind for name in texts(group, references)}
            for item in owner:
                if local(item) == data and item.get("id") not in used:
                    yield item, f"the {data} {item.get('id')} is part of no {kind}"


def _owners(known: Facts, kind: str, data: str) -> list[etree._Element]:
    """Where sets are written at all: an event has one implicitly, and modelers leave it out."""
    owners = [e.getparent() for e in known.all(data)]
    unique = {id(owner): owner for owner in owners if owner is not None}
    return [
        owner
        for owner in unique.values()
        if local(owner) == "ioSpecification" or any(local(child) == kind for child in owner)
    ]


def _set_pairs(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for kind, there, back in (
        ("inputSet", "outputSetRefs", "inputSetRefs"),
        ("outputSet", "inputSetRefs", "outputSetRefs"),
    ):
        for group in known.all(kind):
            for name in texts(group, there):
                other = known.find(name)
                if other is not None and group.get("id") not in texts(other, back):
                    yield _owner(group), f"{kind} {group.get('id')} refers to {name}, and that does not refer back"


def _associations(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for link in known.all("dataInputAssociation", "dataOutputAssociation"):
        kinds = {local(child) for child in link}
        sources = [known.find(name) for name in texts(link, "sourceRef")]
        target = next((known.find(name) for name in texts(link, "targetRef")), None)
        if "transformation" not in kinds and "assignment" not in kinds:
            if len(sources) > 1:
                yield _owner(link), "a data association with several sources has no transformation"
            for source in sources:
                if source is not None and target is not None and not _fit(known, source, target):
                    text = (
                        f"{source.get('id')} and {target.get('id')} hold different items, and nothing transforms them"
                    )
                    yield _owner(link), text
        yield from _direction(link, sources, target)


def _direction(
    link: etree._Element, sources: list[etree._Element | None], target: etree._Element | None
) -> Iterator[Violation]:
    """What a process gives out is written from inside, what it is given is read."""
    for source in sources:
        if source is not None and local(source) == "dataOutput" and _of_process(source):
            yield _owner(link), f"{source.get('id')} is an output of the process, and is read here"
    if target is not None and local(target) == "dataInput" and _of_process(target):
        yield _owner(link), f"{target.get('id')} is an input of the process, and is written here"


def _of_process(item: etree._Element) -> bool:
    around = item.getparent()
    owner = None if around is None else around.getparent()
    return around is not None and local(around) == "ioSpecification" and owner is not None and local(owner) == "process"


def _fit(known: Facts, source: etree._Element, target: etree._Element) -> bool:
    return known.agree(_item(known, source), _item(known, target))


def _item(known: Facts, element: etree._Element) -> str | None:
    """Its item definition, or that of the data object it refers to."""
    referred = known.find(element.get("dataObjectRef") or element.get("dataStoreRef"))
    return (element if referred is None else referred).get("itemSubjectRef")


def _events(document: Document) -> Iterator[Violation]:
    """Each trigger of an event has its own data; some triggers, such as timers, carry none."""
    known = facts(document)
    for event in known.all(*sorted(EVENTS)):
        data = [child for child in event if local(child) in ("dataInput", "dataOutput")]
        if not data:
            continue
        triggers = known.triggers(event)
        if len(data) != len(triggers):
            yield event, f"the event has {len(triggers)} triggers, and data for {len(data)}"
            continue
        for item, said in zip(data, triggers, strict=True):
            carried = _carried(known, said)
            if carried is not None and not known.agree(item.get("itemSubjectRef"), carried):
                yield event, f"{item.get('id')} holds something else than what the {local(said)} carries"


def _carried(known: Facts, said: etree._Element) -> str | None:
    for kind, attribute in (("message", "itemRef"), ("signal", "structureRef"), ("error", "structureRef")):
        found = known.find(said.get(f"{kind}Ref"))
        if found is not None and found.get(attribute):
            return found.get(attribute)
    found = known.find(said.get("escalationRef"))
    return None if found is None else found.get("structureRef")


def _places(document: Document) -> Iterator[Violation]:
    """An embedded sub-process sees the data around it; only several instances of it are given data of their own."""
    for scope in facts(document).all("subProcess", "transaction", "adHocSubProcess"):
        kinds = {local(child) for child in scope}
        if "ioSpecification" in kinds and "multiInstanceLoopCharacteristics" not in kinds:
            yield scope, f"the sub-process {scope.get('id')} has inputs or outputs of its own"


def _owner(part: etree._Element) -> etree._Element:
    at: etree._Element | None = part.getparent()
    while at is not None and (not at.get("id") or local(at) in ("ioSpecification", "")):
        at = at.getparent()
    return part if at is None or bare(at.get("id")) == "" else at


RULES = (
    Rule(id="collection-flag", cure="Let both be a collection, or neither.", find=_collections),
    Rule(id="data-set", cure="List it in a set, with the other inputs or outputs.", find=_sets),
    Rule(id="data-set-pair", cure="Let both sets refer to each other.", find=_set_pairs),
    Rule(id="data-association", cure="Connect data of the same kind, or add a transformation.", find=_associations),
    Rule(id="data-place", cure="Use the data of the process around it.", find=_places),
    Rule(id="event-data", cure="Give the event one data item for each trigger, of its kind.", find=_events),
)
