"""Obligations: what a standard or a house asks of the course of a process, checked on every path.

The rules are data (config/lint/*.toml); four kinds are known. `before`: on every path from the start to an element,
another one has come. `deadline`: whoever waits there is not waited for without end. `exists`: the process has such an
element. `separate`: the task may not be done by whoever did others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from engine.bpmn.dialect.document import ACTIVITIES, Document, bare, definitions, kind_of, local
from engine.bpmn.lint.obligations.rulebook import (
    Obligation,
    Rulebook,
    chosen,
    due_date,
    load_rulebook,
    properties,
)
from engine.bpmn.lint.obligations.ways import Ways
from engine.bpmn.lint.rule import Rule, Violation
from engine.bpmn.lint.soundness.net import Net, build
from engine.errors import Finding

__all__ = ["Obligation", "Rulebook", "check_obligations", "is_bound", "load_rulebook"]


def is_bound(process: etree._Element, books: Sequence[Rulebook]) -> bool:
    """Whether a process is tagged with one of the rule books."""
    return any(book.applies(process) for book in books)


def check_obligations(document: Document, books: Sequence[Rulebook]) -> list[Finding]:
    """What the tagged processes of a file owe; asked after links are resolved and references are in order."""
    found: list[Finding] = []
    for process in document.processes:
        rules = [rule for book in books if book.applies(process) for rule in book.rules]
        net = build(document, process) if rules else None
        for rule in rules if net is not None else []:
            assert net is not None  # noqa: S101  # said by the line above
            found += _as_rule(rule).findings(document, _violations(net, rule))
    return found


def _as_rule(rule: Obligation) -> Rule:
    return Rule(id=rule.id, cure=rule.cure, severity=rule.severity, find=lambda _: iter(()))


def _violations(net: Net, rule: Obligation) -> Iterator[Violation]:
    check = {"before": _before, "deadline": _deadline, "exists": _exists, "separate": _separate}[rule.kind]
    clause = f" (clause {rule.clause})" if rule.clause else ""
    for element, detail in check(net, rule):
        yield element, f"{rule.message}{clause}{detail}"


def _of(net: Net, rule: Obligation) -> list[etree._Element]:
    return [element for element in net.elements.values() if chosen(rule.of, element)]


def _before(net: Net, rule: Obligation) -> Iterator[Violation]:
    ways = Ways(net, lambda name: chosen(rule.first, net.elements[name]), aside=rule.aside)
    for element in _of(net, rule):
        name = element.get("id", "")
        if name in ways.before and not chosen(rule.first, element):
            yield element, f": {' -> '.join(_short(ways.path(name)))}"


def _short(path: list[str]) -> list[str]:
    return path if len(path) <= 12 else [*path[:3], "...", *path[-8:]]


def _deadline(net: Net, rule: Obligation) -> Iterator[Violation]:
    for element in _of(net, rule):
        if not due_date(element) and not _timed(net, element) and not _raced(net, element):
            yield element, ""


def _timed(net: Net, element: etree._Element) -> bool:
    """A timer at the element, or at a sub-process around it; in a scope around it, as event sub-process."""
    at: etree._Element | None = element
    while at is not None and local(at) in ACTIVITIES | {"intermediateCatchEvent"}:
        node = net.nodes.get(at.get("id", ""))
        events = () if node is None else (*node.interrupting, *node.beside)
        if any("timer" in _triggers(net.elements[event]) for event in events):
            return True
        at = at.getparent()
    return False


def _raced(net: Net, element: etree._Element) -> bool:
    """Behind an event-based gateway with a timer."""
    for flow in net.nodes[element.get("id", "")].into:
        source = next((n for n in net.nodes.values() if any(flow in option for option in n.leaves)), None)
        if source is not None and source.kind == "eventBasedGateway":
            others = [net.elements[net.target[name]] for option in source.leaves for name in option]
            if any("timer" in _triggers(other) for other in others):
                return True
    return False


def _triggers(event: etree._Element) -> set[str]:
    return {kind_of(definition) for definition in definitions(event)}


def _exists(net: Net, rule: Obligation) -> Iterator[Violation]:
    if not _of(net, rule):
        yield net.process, ""


def _separate(net: Net, rule: Obligation) -> Iterator[Violation]:
    """Everybody is kept apart by `*`; else all tasks that `from` chooses have to be named."""
    others = {e.get("id", "") for e in net.elements.values() if chosen(rule.apart, e)}
    for element in _of(net, rule):
        named = {bare(name) for name in properties(element).get("separateFrom", "").split(",") if name.strip()}
        missing = sorted(others - named - {element.get("id", "")})
        if "*" not in named and (missing or not named):
            yield element, f": separateFrom does not name {', '.join(missing) or 'any task'}"
