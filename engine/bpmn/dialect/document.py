"""A BPMN file as XML: read safely, with what all readers and rules need to find their way in it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import DeploymentRefused, Finding

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
LARGEST = 4 * 1024 * 1024

SCOPES = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
SUB_PROCESSES = SCOPES - {"process"}
TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "businessRuleTask",
        "scriptTask",
    }
)
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway"})
EVENTS = frozenset({"startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "endEvent"})
NODES = ACTIVITIES | GATEWAYS | EVENTS


def q(name: str) -> str:
    """The qualified name of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def zeebe(name: str) -> str:
    """The qualified name of an element of the dialect."""
    return f"{{{ZEEBE}}}{name}"


def line_of(element: etree._Element | None) -> int | None:
    """The line of an element in its file."""
    line = None if element is None else element.sourceline
    return line if isinstance(line, int) else None


def local(element: etree._Element | None) -> str:
    """The name of a BPMN element; empty for everything else."""
    tag = None if element is None else element.tag
    return tag[len(BPMN) + 2 :] if isinstance(tag, str) and tag.startswith(f"{{{BPMN}}}") else ""


def extension(element: etree._Element, name: str) -> etree._Element | None:
    """An extension element of the dialect."""
    return element.find(f"{q('extensionElements')}/{zeebe(name)}")


def definitions(event: etree._Element) -> list[etree._Element]:
    """The event definitions of an event."""
    return [child for child in event if local(child).endswith("EventDefinition")]


def kind_of(definition: etree._Element) -> str:
    """`timer` for a `timerEventDefinition`."""
    return local(definition).removesuffix("EventDefinition")


def bare(reference: str | None) -> str:
    """A reference without its namespace prefix."""
    return (reference or "").strip().rpartition(":")[2]


def is_true(element: etree._Element, name: str, *, default: bool = False) -> bool:
    """A boolean attribute of XML Schema."""
    return element.get(name, "true" if default else "false").strip() in ("true", "1")


class Document:
    """One BPMN file."""

    def __init__(self, name: str, root: etree._Element) -> None:
        self.name, self.root = name, root
        self.by_id: dict[str, etree._Element] = {}
        self.duplicates: list[etree._Element] = []
        for element in root.iter(etree.Element):
            key = element.get("id")
            if key and self.by_id.setdefault(key, element) is not element:
                self.duplicates.append(element)

    @property
    def processes(self) -> list[etree._Element]:
        """The executable processes; others are drawings of what others do."""
        return [p for p in self.root.iterchildren(q("process")) if is_true(p, "isExecutable")]

    def scopes(self) -> Iterator[etree._Element]:
        """Executable processes and all sub-processes in them, outer ones first."""
        for process in self.processes:
            for element in process.iter(etree.Element):
                if local(element) in SCOPES:
                    yield element

    def nodes(self) -> Iterator[etree._Element]:
        """All flow nodes of the executable processes."""
        for scope in self.scopes():
            yield from nodes(scope)

    def definition(self, kind: str, reference: str | None) -> etree._Element | None:
        """A message, signal, error or escalation of the file by its id."""
        found = self.by_id.get(bare(reference))
        return found if found is not None and local(found) == kind else None

    def finding(self, rule: str, element: etree._Element | None, message: str, cure: str | None = None) -> Finding:
        """Something wrong at an element, with its line."""
        return Finding(
            rule=rule,
            message=message,
            cure=cure,
            file=self.name,
            element_id=None if element is None else element.get("id"),
            line=line_of(element),
        )


def nodes(scope: etree._Element) -> list[etree._Element]:
    """The flow nodes directly in a scope."""
    return [child for child in scope if local(child) in NODES]


def flows(scope: etree._Element) -> list[etree._Element]:
    """The sequence flows directly in a scope."""
    return list(scope.iterchildren(q("sequenceFlow")))


def read(name: str, content: bytes) -> Document:
    """The XML of a file. Nothing outside it is read and no entity is expanded. Raises `DeploymentRefused`."""
    if len(content) > LARGEST:
        raise _refused(name, "too-large", f"the file is larger than {LARGEST // 1024 // 1024} MB", "Split the process.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        finding = Finding(rule="xml", message=f"this is no XML: {error.msg}", file=name, line=line, column=column)
        raise DeploymentRefused(findings=[finding]) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(name, "doctype", "a document type may declare entities", "Remove the DOCTYPE line.")
    if root.tag != q("definitions"):
        raise _refused(name, "no-bpmn", f"the root is {root.tag}, not BPMN 2.0 definitions", "Export it as BPMN 2.0.")
    return Document(name, root)


def _refused(name: str, rule: str, message: str, cure: str) -> DeploymentRefused:
    return DeploymentRefused(findings=[Finding(rule=rule, message=message, cure=cure, file=name)])
