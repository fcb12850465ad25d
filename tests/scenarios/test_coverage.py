"""Together the ways that people can go reach every element of the shipped maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from lxml import etree

from engine.bootstrap import Engine
from engine.types import SYSTEM, Actor, SearchRequest
from tests.scenarios.case import Case

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
MONEY = {"outcome": "upheld", "remedy": "compensation", "remedyAmount": 300}


def asked_approved_and_done_twice(case: Case) -> None:
    case.until("find-facts")
    case.do("find-facts", needInformation="yes", question="On which day did it come?")
    case.answer("On Tuesday.")
    case.until("approve", decide=MONEY)
    case.do("approve", approved="no")
    case.do("decide", **MONEY)
    case.until("verify-remedy")
    case.do("verify-remedy", verified="no")
    case.until("close")
    case.do("close")
    case.wait(6)


def slow_and_silent(case: Case) -> None:
    case.wait(3)
    case.until("find-facts")
    case.do("find-facts", needInformation="yes", question="On which day did it come?")
    case.wait(45)
    case.until("decide")
    case.do("decide", outcome="rejected")
    case.wait(20)
    case.do("close")


def refused_twice(case: Case) -> None:
    case.until("decide")
    case.do("decide")
    case.respond(accepted=False)
    case.do("review")
    case.respond(accepted=False)
    case.do("close")
    case.engine.messages.publish(SYSTEM, name="complainant-withdraws", correlation_key=case.reference)


def refused_and_silent(case: Case) -> None:
    case.until("decide")
    case.do("decide")
    case.respond(accepted=False)
    case.do("review")
    case.wait(20)


def out_of_scope(case: Case) -> None:
    case.do("assess", inScope="no")
    case.do("explain-and-refer")


def withdrawn(case: Case) -> None:
    case.withdraw()


WAYS: tuple[Callable[[Case], None], ...] = (
    *(asked_approved_and_done_twice, slow_and_silent, refused_twice, refused_and_silent, out_of_scope, withdrawn),
)


def drawn(library: Path) -> set[str]:
    """Every flow node of the maps."""
    names: set[str] = set()
    for path in library.glob("*.bpmn"):
        names |= {str(e.text) for e in etree.parse(path).iter(f"{BPMN}flowNodeRef")}
        flows = etree.parse(path).iter(f"{BPMN}sequenceFlow")
        names |= {str(end) for flow in flows for end in (flow.get("sourceRef"), flow.get("targetRef"))}
    return names


def test_every_element_is_reached(case: Case, engine: Engine, people: Mapping[str, Actor], library: Path) -> None:
    reached: set[str] = set()
    for way in WAYS:
        one = Case(engine, people)
        way(one)
        one.no_incident()
        request = SearchRequest(filter={"process_instance_key": one.received.process_instance_key}, limit=500)
        reached |= {row.element_id for row in engine.instances.search_elements(SYSTEM, request).items}
    assert drawn(library) - reached == set()
