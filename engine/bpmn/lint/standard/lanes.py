"""Lanes divide a process: each flow node stands in one of them (BPMN 2.0, 10.8)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, local
from engine.bpmn.lint.facts import facts, texts
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for lanes in known.all("laneSet", "childLaneSet"):
        seen: dict[str, str] = {}
        for lane in lanes:
            for name in texts(lane, "flowNodeRef") if local(lane) == "lane" else ():
                first = seen.setdefault(name, lane.get("id", ""))
                if first != lane.get("id"):
                    yield known.find(name), f"{name} stands in the lanes {first} and {lane.get('id')}"


RULE = Rule(id="lane-membership", cure="Keep it in one lane.", find=_find, severity="warning")
