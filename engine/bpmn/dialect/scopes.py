"""One process: its scopes, nodes and flows become specs. Iterative: neither long nor deep diagrams recurse."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.dialect.activities import read_activity
from engine.bpmn.dialect.boundaries import read_boundary
from engine.bpmn.dialect.document import (
    ACTIVITIES,
    SUB_PROCESSES,
    bare,
    definitions,
    extension,
    flows,
    is_true,
    kind_of,
    local,
    nodes,
    q,
    zeebe,
)
from engine.bpmn.dialect.elements import Lane, documentation, lanes, process_element, properties, read_element
from engine.bpmn.dialect.happenings import read_event, start_triggers
from engine.bpmn.dialect.reading import Reading
from engine.bpmn.dialect.repetition import repeat
from engine.bpmn.expressions import whole_number
from engine.bpmn.model import Element, ProcessModel
from engine.bpmn.specs.ad_hoc import AdHoc
from engine.bpmn.specs.complex import Complex
from engine.bpmn.specs.event_gateway import EventGateway
from engine.bpmn.specs.gateways import Exclusive, Parallel
from engine.bpmn.specs.inclusive import Inclusive
from engine.bpmn.specs.node import Flow, Node
from engine.bpmn.specs.process import Entry, ProcessSpec

_SIMPLE: dict[str, type[Node]] = {
    "exclusiveGateway": Exclusive,
    "parallelGateway": Parallel,
    "inclusiveGateway": Inclusive,
}


class ProcessReader:
    """Reads one executable process."""

    def __init__(self, reading: Reading, process: etree._Element) -> None:
        self.reading, self.process = reading, process
        self.process_id = process.get("id", "")
        self.lanes = lanes(process)
        self.elements: dict[str, Element] = {self.process_id: process_element(process)}
        self.scopes: dict[str, ProcessSpec] = {}

    def read(self) -> ProcessModel:
        """The model; findings are with the reading."""
        found = [e for e in self.process.iter(etree.Element) if e is self.process or local(e) in SUB_PROCESSES]
        for scope in found:
            self._open(scope)
        for scope in found:
            ScopeReader(self, scope).read()
        for scope in reversed(found):
            self._mark_compensable(scope)
        tag = extension(self.process, "versionTag")
        return ProcessModel(
            process_id=self.process_id,
            name=self.process.get("name") or None,
            version_tag=None if tag is None else tag.get("value"),
            resource_name=self.reading.document.name,
            elements=self.elements,
            references=tuple(r for r in self.reading.references if r.element_id in self.elements),
            starts=start_triggers(self.reading, self.process, self.scopes[self.process_id]),
            scopes=self.scopes,
            properties=properties(self.process),
            documentation=documentation(self.process),
        )

    def _open(self, scope: etree._Element) -> None:
        name, isolated = scope.get("id", ""), scope is self.process
        by_event = is_true(scope, "triggeredByEvent")
        spec = ProcessSpec(name, isolated=isolated, file=self.reading.document.name, by_event=by_event)
        if local(scope) == "adHocSubProcess":
            spec.ad_hoc = self._ad_hoc(scope)
        self.scopes[name] = spec

    def _ad_hoc(self, scope: etree._Element) -> AdHoc:
        text = scope.findtext(q("completionCondition"))
        condition = None if text is None else self.reading.expression(scope, text, "the completion condition")
        return AdHoc(
            condition,
            cancel_remaining=is_true(scope, "cancelRemainingInstances", default=True),
            sequential=scope.get("ordering") == "Sequential",
        )

    def _mark_compensable(self, scope: etree._Element) -> None:
        spec = self.scopes[scope.get("id", "")]
        inner = [self.scopes[n.get("id", "")] for n in nodes(scope) if local(n) in SUB_PROCESSES]
        own = any(node.compensation is not None for node in spec.task_specs.values())
        spec.compensable = own or spec.compensation_handler is not None or any(s.compensable for s in inner)


class ScopeReader:
    """Reads the nodes of one scope, then its boundary events, then its flows."""

    def __init__(self, process: ProcessReader, scope: etree._Element) -> None:
        self.process, self.reading, self.scope = process, process.reading, scope
        self.spec = process.scopes[scope.get("id", "")]
        self.outer: dict[str, Node] = {}

    def read(self) -> None:
        """Fill the scope's spec."""
        boundaries = []
        for node in nodes(self.scope):
            if local(node) == "boundaryEvent":
                boundaries.append(node)
            else:
                self._node(node)
        for node in boundaries:
            if bare(node.get("attachedToRef")) not in self.outer:
                continue  # a finding of the lint
            event = read_boundary(self.reading, self.spec, node, self._element(node), self.outer)
            self._mappings(node, event)
            self.outer[node.get("id", "")] = event
        for flow in flows(self.scope):
            self._flow(flow)
        self._entries()

    def _element(self, node: etree._Element) -> Element:
        name = node.get("id", "")
        element = read_element(node, self.process.process_id, self._lane(node))
        self.process.elements[name] = element
        return element

    def _lane(self, node: etree._Element) -> Lane | None:
        """Its lane, or that of the sub-process around it."""
        at: etree._Element | None = node
        while at is not None:
            found = self.process.lanes.get(at.get("id", ""))
            if found is not None:
                return found
            at = at.getparent()
        return None

    def _node(self, node: etree._Element) -> None:
        element = self._element(node)
        inner = self._kind(node, element)
        self._mappings(node, inner)
        inner.for_compensation = is_true(node, "isForCompensation")
        outer = repeat(self.reading, self.spec, node, inner) if local(node) in ACTIVITIES else inner
        outer.start_quantity = self._quantity(node, "startQuantity")
        outer.completion_quantity = self._quantity(node, "completionQuantity")
        outer.for_compensation = inner.for_compensation
        self.outer[element.id] = outer

    def _kind(self, node: etree._Element, element: Element) -> Node:
        kind, name = local(node), element.id
        if kind in _SIMPLE:
            return _SIMPLE[kind](self.spec, name, element)
        if kind == "complexGateway":
            complex_ = Complex(self.spec, name, element)
            condition = node.findtext(q("activationCondition"))
            if condition is not None:
                complex_.condition = self.reading.expression(node, condition, "the activation condition")
            return complex_
        if kind == "eventBasedGateway":
            gateway = EventGateway(self.spec, name, element)
            gateway.parallel = node.get("eventGatewayType") == "Parallel"
            return gateway
        if kind in ACTIVITIES:
            return read_activity(self.reading, self.spec, node, element)
        return read_event(self.reading, self.spec, node, element)

    def _mappings(self, node: etree._Element, inner: Node) -> None:
        mapping = extension(node, "ioMapping")
        if mapping is None:
            return
        for item, target in (("input", inner.inputs_map), ("output", inner.outputs_map)):
            for entry in mapping.iterchildren(zeebe(item)):
                name = (entry.get("target") or "").strip()
                if not name or "." in name:
                    self.reading.refuse("mapping-target", node, f"{item} mapping: {name!r} is no variable name")
                    continue
                source = (entry.get("source") or "").strip()
                expression = (
                    self.reading.compile(node, source[1:], f"{item} {name}")
                    if source.startswith("=")
                    else self.reading.compile(node, _quoted(source), f"{item} {name}")
                )
                target.append((expression, name))

    def _quantity(self, node: etree._Element, name: str) -> int:
        text = node.get(name, "1")
        number = whole_number(text)
        if not number:
            self.reading.refuse("quantity", node, f"{name} is {text!r}", "Write a whole number, at least 1.")
        return number or 1

    def _flow(self, flow: etree._Element) -> None:
        source, target = self.outer.get(bare(flow.get("sourceRef"))), self.outer.get(bare(flow.get("targetRef")))
        if source is None or target is None:
            return  # a finding of the lint
        text = flow.findtext(q("conditionExpression"))
        node = self.reading.document.by_id[bare(flow.get("sourceRef"))]
        default = bare(node.get("default")) == flow.get("id")
        condition = None
        if text is not None and text.strip() and not default:
            condition = self.reading.expression(flow, text, "the condition")
        source.add_flow(Flow(id=flow.get("id", ""), target=target.name, condition=condition, default=default), target)

    def _entries(self) -> None:
        """Where the scope starts: at its start events and at nodes without incoming flow."""
        for node in nodes(self.scope):
            outer = self.outer.get(node.get("id", ""))
            if outer is None or outer.for_compensation or outer.incoming or is_true(node, "triggeredByEvent"):
                continue
            if local(node) == "boundaryEvent":
                continue
            triggered = bool(definitions(node)) if local(node) == "startEvent" else is_true(node, "instantiate")
            self.spec.entries.append(Entry(node=outer.name, triggered=triggered))
        if self.spec.ad_hoc is not None and self.spec.ad_hoc.sequential:
            self.spec.ad_hoc.order = tuple(entry.node for entry in self.spec.entries)
        for node in nodes(self.scope):
            if is_true(node, "triggeredByEvent"):
                self._event_sub_process(node)

    def _event_sub_process(self, node: etree._Element) -> None:
        start = next((n for n in nodes(node) if local(n) == "startEvent"), None)
        name = node.get("id", "")
        if start is not None and any(kind_of(d) == "compensate" for d in definitions(start)):
            self.spec.compensation_handler = name
        else:
            self.spec.triggers.append(name)


def _quoted(text: str) -> str:
    """A literal as FEEL text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
