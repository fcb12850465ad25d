"""Which kind of timer fits where: cycles repeat, so what they trigger has to be able to happen again."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.dialect.document import Document, definitions, is_true, kind_of, local, q
from engine.bpmn.lint.rule import Rule, Violation


def _find(document: Document) -> Iterator[Violation]:
    for node in document.nodes():
        for definition in definitions(node):
            if kind_of(definition) != "timer":
                continue
            forms = [form for form in ("timeDate", "timeDuration", "timeCycle") if definition.find(q(form)) is not None]
            if len(forms) > 1:
                yield node, "the timer has more than one of date, duration and cycle"
            if forms == ["timeCycle"] and local(node) == "intermediateCatchEvent":
                yield node, "an intermediate catch event waits once, and its timer is a cycle"
            parent = node.getparent()
            if forms == ["timeDuration"] and local(node) == "startEvent" and local(parent) == "process":
                yield node, "a process cannot start after a duration: nothing says from when"
            if is_true(node, "parallelMultiple") and forms == ["timeCycle"]:
                yield node, "a cycle in a parallel multiple event is not supported"


RULE = Rule(id="timer-kind", cure="Use a date or duration where it happens once, a date or cycle to start.", find=_find)
