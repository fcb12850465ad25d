"""What starts a process does so once, and not by its own doing."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, definitions, kind_of, local, nodes
from engine.bpmn.lint.rule import Rule, Violation

_THROWING = frozenset({"intermediateThrowEvent", "endEvent"})


def _named(document: Document, event: etree._Element, kind: str) -> set[str]:
    """The names of the messages or signals that an event is about."""
    said = [definition for definition in definitions(event) if kind_of(definition) == kind]
    found = [document.definition(kind, definition.get(f"{kind}Ref")) for definition in said]
    return {one.get("name", "") for one in found if one is not None and one.get("name")}


def _twice(document: Document) -> Iterator[Violation]:
    """A message starts one instance of a process: of two start events nothing says which."""
    for process in document.processes:
        seen: dict[str, str] = {}
        for event in nodes(process):
            if local(event) != "startEvent":
                continue
            for name in sorted(_named(document, event, "message")):
                if name in seen:
                    yield event, f"the message {name!r} starts the process at {seen[name]} already"
                seen.setdefault(name, event.get("id", ""))


def _itself(document: Document) -> Iterator[Violation]:
    """A signal reaches everybody: whoever throws the one that starts it starts itself, again and again."""
    for process in document.processes:
        starts = [event for event in nodes(process) if local(event) == "startEvent"]
        names = {name for event in starts for name in _named(document, event, "signal")}
        for event in process.iter(etree.Element):
            thrown = names & _named(document, event, "signal") if local(event) in _THROWING else set()
            for name in sorted(thrown):
                yield event, f"the signal {name!r} starts the process that throws it, without end"


RULES = (
    Rule(id="start-message-twice", cure="Use one start event for the message, and a gateway behind it.", find=_twice),
    Rule(
        id="starts-itself",
        cure="Throw a signal of another name, or start the process in another way.",
        find=_itself,
        severity="warning",
    ),
)
