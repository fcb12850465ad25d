"""What a scenario may name: elements and sequence flows of its process, and of those that it calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.trials import fields
from engine.trials.document import Node
from engine.trials.fields import Findings


class Place:
    """What a scenario may name, and where findings go."""

    def __init__(self, *, found: Findings, elements: Mapping[str, str], flows: Collection[str]) -> None:
        self.found, self.elements, self.flows = found, elements, flows

    def element(self, node: Node, what: str, kinds: Collection[str] | None = None) -> str:
        """The id of an element of one of these types (of any type, for None)."""
        element_id = fields.text(node, what, self.found)
        if not element_id:
            return ""
        right = {one for one, kind in self.elements.items() if kinds is None or kind in kinds}
        if element_id in right:
            return element_id
        if element_id in self.elements:
            kind, wanted = _words(self.elements[element_id]), " or ".join(sorted(map(_words, kinds or ())))
            message = f"{what}: {element_id!r} is a {kind}, and a {wanted} is wanted."
            self.found.add("tests-wrong-element", node.line, message, fields.like(element_id, right), element_id)
        else:
            unknown_element(self.found, element_id, right or self.elements, node.line)
        return element_id

    def reached(self, node: Node, what: str) -> str:
        """The id of an element or of a sequence flow."""
        place_id = fields.text(node, what, self.found)
        if place_id and place_id not in self.elements and place_id not in self.flows:
            unknown_element(self.found, place_id, {*self.elements, *self.flows}, node.line)
        return place_id


def unknown_element(found: Findings, element_id: str, known: Collection[str], line: int) -> None:
    """A finding, with the id that is meant."""
    message = f"There is no element {element_id!r} in the process."
    cure = fields.like(element_id, known) or "Look for its id in the diagram."
    found.add("tests-unknown-element", line, message, cure, element_id)


def _words(kind: str) -> str:
    return kind.lower().replace("_", " ")
