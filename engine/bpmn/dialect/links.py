"""What BPMN can say with simpler elements, rewritten on the tree before it is read."""

from __future__ import annotations

import copy

from lxml import etree

from engine.bpmn.dialect.document import Document, bare, definitions, local, q


def simplify(document: Document) -> None:
    """Resolve references to shared event definitions, and turn each pair of link events into a sequence flow."""
    _resolve_references(document)
    for scope in list(document.scopes()):
        _join_links(scope)


def _resolve_references(document: Document) -> None:
    """`eventDefinitionRef` becomes a copy of the definition; one that leads nowhere is left for the lint."""
    for reference in list(document.root.iter(q("eventDefinitionRef"))):
        target = document.by_id.get(bare(reference.text))
        parent = reference.getparent()
        if target is None or parent is None or not local(target).endswith("EventDefinition"):
            continue
        parent.replace(reference, copy.deepcopy(target))


def _join_links(scope: etree._Element) -> None:
    """Both ends stay, as events that let the token pass; a link without its other end is left for the lint."""
    throws, catches = _links(scope)
    for event, link in throws:
        catch = next((catches[name] for name in _names(link) if name in catches), None)
        if catch is None:
            continue
        event.remove(link)
        flow = etree.SubElement(scope, q("sequenceFlow"))
        flow.set("id", f"{event.get('id')}#link")
        flow.set("sourceRef", event.get("id", ""))
        flow.set("targetRef", catch.get("id", ""))
        catch.set("linked", "true")
    for catch in [event for event in scope if event.get("linked")]:
        del catch.attrib["linked"]
        catch.tag = q("intermediateThrowEvent")
        for link in definitions(catch):
            catch.remove(link)


def _links(scope: etree._Element) -> tuple[list[tuple[etree._Element, etree._Element]], dict[str, etree._Element]]:
    throws: list[tuple[etree._Element, etree._Element]] = []
    catches: dict[str, etree._Element] = {}
    for event in scope:
        for link in definitions(event):
            if local(link) != "linkEventDefinition":
                continue
            if local(event) == "intermediateCatchEvent":
                catches |= dict.fromkeys(_names(link), event)
            else:
                throws.append((event, link))
    return throws, catches


def _names(link: etree._Element) -> list[str]:
    """What a link may be found by: its id and those of `source` and `target`, before its name, which may repeat."""
    ends = [bare(end.text) for end in link if local(end) in ("source", "target")]
    return [name for name in (link.get("id"), *ends, f"name:{link.get('name', '')}") if name]
