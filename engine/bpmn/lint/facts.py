"""What many rules ask about a file, gathered in one pass: elements by kind, flows by their ends, pools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from lxml import etree

from engine.bpmn.dialect.document import NODES, SCOPES, Document, bare, kind_of, local

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
CHOREOGRAPHY = frozenset({"choreographyTask", "callChoreography", "subChoreography"})
ARTIFACTS = frozenset({"association", "group", "textAnnotation"})


class Facts:
    """An index of all elements of one file, executable or not. It does not follow later changes of the tree."""

    def __init__(self, document: Document) -> None:
        self.root, self.by_id = document.root, document.by_id
        self.by_kind: dict[str, list[etree._Element]] = defaultdict(list)
        self.into: dict[str, list[etree._Element]] = defaultdict(list)
        self.out: dict[str, list[etree._Element]] = defaultdict(list)
        for element in document.root.iter(etree.Element):
            self.by_kind[local(element)].append(element)
        for flow in self.by_kind["sequenceFlow"]:
            self.out[bare(flow.get("sourceRef"))].append(flow)
            self.into[bare(flow.get("targetRef"))].append(flow)

    def all(self, *kinds: str) -> Iterator[etree._Element]:
        """All elements of these kinds, in the order of the file for each."""
        for kind in kinds:
            yield from self.by_kind.get(kind, ())

    def scopes(self) -> Iterator[etree._Element]:
        """Processes and sub-processes."""
        return self.all(*sorted(SCOPES))

    def nodes(self) -> Iterator[etree._Element]:
        """All flow nodes that stand in a process or sub-process."""
        return self.all(*sorted(NODES))

    def find(self, reference: str | None) -> etree._Element | None:
        """The element that a reference names."""
        return self.by_id.get(bare(reference))

    def kinds(self, event: etree._Element) -> list[str]:
        """The triggers of an event, also those it refers to: `timer`, `message`, ..."""
        return [kind_of(definition) for definition in self.triggers(event)]

    def triggers(self, event: etree._Element) -> list[etree._Element]:
        """The event definitions of an event: its own and those it refers to."""
        found = []
        for child in event:
            if local(child) == "eventDefinitionRef":
                target = self.find(child.text)
                if target is not None:
                    found.append(target)
            elif local(child).endswith("EventDefinition"):
                found.append(child)
        return found

    def pool(self, element: etree._Element | None) -> etree._Element | None:
        """The process in which an element stands; that of a participant; None for an empty pool."""
        if element is not None and local(element) == "participant":
            return self.find(element.get("processRef"))
        while element is not None and local(element) != "process":
            element = element.getparent()
        return element

    def structure(self, item: str | None) -> str | None:
        """What an item definition is made of; None where nothing is said."""
        found = self.find(item)
        return None if found is None else found.get("structureRef")

    def agree(self, first: str | None, second: str | None) -> bool:
        """Whether two item definitions hold the same, as far as both say."""
        if first is None or second is None or bare(first) == bare(second):
            return True
        mine, other = self.structure(first), self.structure(second)
        return mine is None or other is None or bare(mine) == bare(other)


_KNOWN: WeakKeyDictionary[Document, Facts] = WeakKeyDictionary()


def facts(document: Document) -> Facts:
    """The facts about a document, gathered when first asked for."""
    found = _KNOWN.get(document)
    if found is None:
        found = _KNOWN[document] = Facts(document)
    return found


def texts(element: etree._Element, name: str) -> list[str]:
    """The references that stand as text in the children of a kind."""
    return [bare(child.text) for child in element if local(child) == name]
