"""What a node lists as incoming and outgoing is what the flows say (BPMN 2.0, table 8.51).

The lists only repeat the flows, and a file without any is common among generated ones: there is nothing to disagree
with. A file that has them must have them right.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import NODES, Document, bare, local
from engine.bpmn.lint.facts import CHOREOGRAPHY, Facts, facts, texts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    known = facts(document)
    if not known.by_kind.get("incoming") and not known.by_kind.get("outgoing"):
        return
    listed = {
        (node.get("id", ""), end): set(texts(node, end))
        for node in [*known.nodes(), *known.all(*sorted(CHOREOGRAPHY))]
        for end in ("incoming", "outgoing")
    }
    for flow in known.all("sequenceFlow"):
        yield from _missing(known, flow, listed)
    for (name, end), flows in listed.items():
        side = "targetRef" if end == "incoming" else "sourceRef"
        for flow_id in sorted(flows):
            found = known.find(flow_id)
            if found is None or local(found) != "sequenceFlow" or bare(found.get(side)) != name:
                yield known.find(name), f"{name} lists {flow_id} as {end}, and it is none"


def _missing(known: Facts, flow: etree._Element, listed: dict[tuple[str, str], set[str]]) -> Iterator[Violation]:
    for side, end in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
        node = bare(flow.get(side))
        if local(known.find(node)) in NODES and flow.get("id") not in listed.get((node, end), ()):
            yield flow, f"flow {flow.get('id')} is not listed as {end} of {node}"


RULE = Rule(id="flow-list", cure="Draw the flow again, so that both ends know of it.", find=_find)
