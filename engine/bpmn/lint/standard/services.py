"""Tasks that call an operation or exchange a message, and processes offered as a service (BPMN 2.0, 10.3.3, 10.4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.dialect.document import Document, local
from engine.bpmn.lint.facts import Facts, facts, texts
from engine.bpmn.lint.rule import Rule, Violation


def _io(task: etree._Element) -> etree._Element | None:
    return next((child for child in task if local(child) == "ioSpecification"), None)


def _parts(task: etree._Element, kind: str) -> list[etree._Element]:
    specification = _io(task)
    return [] if specification is None else [child for child in specification if local(child) == kind]


def _operations(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for task in known.all("serviceTask"):
        operation = known.find(task.get("operationRef"))
        if operation is None or local(operation) != "operation":
            continue
        if len(_parts(task, "inputSet")) != 1:
            yield task, f"the service task {task.get('id')} calls an operation, and has no single input set"
        if len(_parts(task, "outputSet")) > 1:
            yield task, f"the service task {task.get('id')} calls an operation, and has several output sets"
        for kind, side in (("dataInput", "inMessageRef"), ("dataOutput", "outMessageRef")):
            message = next((known.find(name) for name in texts(operation, side)), None)
            yield from _carries(known, task, kind, message)


def _messages(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for task in known.all("sendTask", "receiveTask"):
        message = known.find(task.get("messageRef"))
        if message is None:
            continue
        sends = local(task) == "sendTask"
        kind, group = ("dataInput", "inputSet") if sends else ("dataOutput", "outputSet")
        for part, words in ((group, "sets"), (kind, "items")):
            if len(_parts(task, part)) > 1:
                yield task, f"the {local(task)} {task.get('id')} has one message, and several {words} ({part})"
        yield from _carries(known, task, kind, message)


def _carries(known: Facts, task: etree._Element, kind: str, message: etree._Element | None) -> Iterator[Violation]:
    items = _parts(task, kind)
    if message is None or len(items) != 1:
        return
    if not known.agree(items[0].get("itemSubjectRef"), message.get("itemRef")):
        yield task, f"{items[0].get('id')} holds something else than the message {message.get('id')}"


def _calls(document: Document) -> Iterator[Violation]:
    """Where both say what goes in and out, they have to say the same."""
    known = facts(document)
    for call in known.all("callActivity"):
        called = known.find(call.get("calledElement"))
        if called is None or (_io(called) is None and _io(call) is None):
            continue
        for kind in ("dataInput", "dataOutput"):
            mine, its = _parts(call, kind), _parts(called, kind)
            pairs = zip(mine, its, strict=False)
            same = all(known.agree(a.get("itemSubjectRef"), b.get("itemSubjectRef")) for a, b in pairs)
            if len(mine) != len(its) or not same:
                yield call, f"the {kind}s of {call.get('id')} are not those of {called.get('id')}"


def _bindings(document: Document) -> Iterator[Violation]:
    known = facts(document)
    for part in known.all("process", "globalTask", *_GLOBAL):
        bindings = [child for child in part if local(child) == "ioBinding"]
        if any(local(child) == "supportedInterfaceRef" for child in part) and not bindings:
            yield part, f"{part.get('id')} is offered as a service, and binds no operation"
        for binding in bindings:
            yield from _binding(known, part, binding)


_GLOBAL = ("globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask")


def _binding(known: Facts, part: etree._Element, binding: etree._Element) -> Iterator[Violation]:
    operation = known.find(binding.get("operationRef"))
    for kind, attribute, side in (
        ("dataInput", "inputDataRef", "inMessageRef"),
        ("dataOutput", "outputDataRef", "outMessageRef"),
    ):
        if binding.get(attribute) is None:
            continue
        item = known.find(binding.get(attribute))
        group = "inputSet" if kind == "dataInput" else "outputSet"
        if item is None or item not in _parts(part, kind) + _parts(part, group):
            yield part, f"{attribute} {binding.get(attribute)!r} is no {kind} of {part.get('id')}"
            continue
        messages = [] if operation is None else [known.find(name) for name in texts(operation, side)]
        for message in messages:
            if message is not None and not known.agree(item.get("itemSubjectRef"), message.get("itemRef")):
                yield part, f"{item.get('id')} holds something else than the message {message.get('id')}"


RULES = (
    Rule(id="service-data", cure="Give it the one input and output that the operation has.", find=_operations),
    Rule(id="message-data", cure="Give it the one data item that the message carries.", find=_messages),
    Rule(id="call-data", cure="Give the call the inputs and outputs of what it calls.", find=_calls),
    Rule(id="service-binding", cure="Bind each operation to an input and an output that are there.", find=_bindings),
)
