"""What a deployed diagram says about its elements: their names and the instructions that its owner wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from engine.types import SYSTEM
from webapi.context import engine

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


@dataclass(frozen=True, kw_only=True)
class Described:
    """One element as its diagram describes it; `instruction` is Markdown."""

    name: str
    instruction: str


def elements(definition_key: int) -> Mapping[str, Described]:
    """The elements of a process definition by id. A definition never changes, so it is read once."""
    return _read(engine().deployments.xml(SYSTEM, definition_key))


@lru_cache(maxsize=64)
def _read(xml: bytes) -> Mapping[str, Described]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    found = {}
    for element in etree.fromstring(xml, parser).iter(f"{_BPMN}*"):
        if element.get("id"):
            text = element.findtext(f"{_BPMN}documentation") or ""
            found[str(element.get("id"))] = Described(name=element.get("name") or "", instruction=text.strip())
    return found
