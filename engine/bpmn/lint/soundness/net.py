"""A process as a net of tokens: what a token does at each node, whatever the data say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from lxml import etree

from engine.bpmn.dialect.document import (
    ACTIVITIES,
    SUB_PROCESSES,
    Document,
    bare,
    definitions,
    flows,
    is_true,
    kind_of,
    local,
    nodes,
    q,
)
from engine.bpmn.expressions import whole_number
from engine.bpmn.lint.soundness.cycles import in_cycles

_THROWN = frozenset({"escalation", "cancel"})
"""Boundary events of these kinds fire only when something inside throws."""
_MAY_FAIL = frozenset({"serviceTask", "sendTask", "businessRuleTask", "scriptTask", "callActivity"})
"""What may end with an error by itself, beside events that send a message."""
_MANY = 4
"""Up to so many conditional flows every combination is tried; beyond, each one, and all of them."""


@dataclass(frozen=True, kw_only=True)
class Thrown:
    """What an event throws to the scopes around it: kind, and which one (None: not said)."""

    kind: str
    code: str | None


@dataclass(kw_only=True)
class Node:
    """One flow node. `leaves`: the ways in which tokens leave it, each a tuple of flows; `decides`: by data."""

    id: str
    kind: str
    join: str = ""
    into: tuple[str, ...] = ()
    needs: int = 1
    leaves: tuple[tuple[str, ...], ...] = ((),)
    decides: bool = False
    inner: str | None = None
    terminates: bool = False
    throws: Thrown | None = None
    interrupting: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    catches: tuple[tuple[str, Thrown, bool], ...] = ()
    """Boundary events that catch what is thrown inside: id, what, whether it interrupts."""


@dataclass(frozen=True, kw_only=True)
class Handler:
    """An event sub-process. `catches`: what is thrown in its scope; `anytime`: its event may also come from outside."""

    id: str
    catches: Thrown | None
    interrupts: bool
    anytime: bool


@dataclass(kw_only=True)
class Scope:
    """A process or sub-process. `entries` are nodes, `handlers` its event sub-processes."""

    id: str
    entries: tuple[tuple[str, ...], ...]
    handlers: tuple[Handler, ...] = ()
    opaque: bool = False


@dataclass(kw_only=True)
class Net:
    """One process. `target` gives the node of a flow; `cyclic` are the flows that lie on a cycle."""

    process: etree._Element
    nodes: dict[str, Node] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    target: dict[str, str] = field(default_factory=dict)
    cyclic: frozenset[str] = frozenset()
    successors: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Node -> the flows that leave it or one of its boundary events, each with its target."""
    elements: dict[str, etree._Element] = field(default_factory=dict)
    apart: set[str] = field(default_factory=set)
    """Nodes without tokens of their own: compensation, the content of ad-hoc sub-processes."""


def build(document: Document, process: etree._Element) -> Net:
    """The net of an executable process whose references are in order."""
    net = Net(process=process)
    scopes = [e for e in process.iter(etree.Element) if e is process or local(e) in SUB_PROCESSES]
    for scope in scopes:
        _scope(document, net, scope)
    for scope in scopes:
        _boundaries(document, net, scope)
        if local(scope) == "adHocSubProcess" or _compensates(scope):
            net.apart.update(e.get("id", "") for e in scope.iter(etree.Element) if e is not scope)
    net.cyclic = in_cycles({node: dict(pairs) for node, pairs in net.successors.items()})
    return net


def _scope(document: Document, net: Net, scope: etree._Element) -> None:
    here = {node.get("id", ""): node for node in nodes(scope)}
    into: dict[str, list[str]] = {name: [] for name in here}
    out: dict[str, list[etree._Element]] = {name: [] for name in here}
    for flow in flows(scope):
        source, target = bare(flow.get("sourceRef")), bare(flow.get("targetRef"))
        if source in here and target in here:
            out[source].append(flow)
            into[target].append(flow.get("id", ""))
            net.target[flow.get("id", "")] = target
    for name, element in here.items():
        net.elements[name] = element
        net.nodes[name] = _node(document, element, into[name], out[name])
        net.successors[name] = [(f.get("id", ""), net.target[f.get("id", "")]) for f in out[name]]
        if is_true(element, "isForCompensation"):
            net.apart.update(e.get("id", "") for e in element.iter(etree.Element))
    net.scopes[scope.get("id", "")] = Scope(
        id=scope.get("id", ""),
        entries=tuple(_entries(here, into)),
        handlers=tuple(_handlers(document, scope, here)),
        opaque=local(scope) == "adHocSubProcess",
    )


def _entries(here: Mapping[str, etree._Element], into: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """The ways to begin: all nodes that wait for nothing together, and each trigger alone."""
    plain = []
    for name, element in here.items():
        apart = is_true(element, "isForCompensation") or is_true(element, "triggeredByEvent")
        if apart or into[name] or local(element) == "boundaryEvent":
            continue
        if is_true(element, "instantiate") or (local(element) == "startEvent" and definitions(element)):
            yield (name,)
        else:
            plain.append(name)
    if plain:
        yield tuple(plain)


def _handlers(document: Document, scope: etree._Element, here: Mapping[str, etree._Element]) -> Iterator[Handler]:
    for name, element in here.items():
        start = next((n for n in nodes(element) if local(n) == "startEvent"), None)
        if not is_true(element, "triggeredByEvent") or start is None or _compensates(element):
            continue
        kinds = {kind_of(definition) for definition in definitions(start)}
        thrown = next((_thrown(document, d) for d in definitions(start) if kind_of(d) in ("error", "escalation")), None)
        yield Handler(
            id=name,
            catches=thrown,
            interrupts=is_true(start, "isInterrupting", default=True),
            anytime=_comes_from_outside(kinds, scope),
        )


def _comes_from_outside(kinds: set[str], inside: etree._Element) -> bool:
    """Whether an event of these kinds may come without being thrown in the scope: errors come out of failing jobs."""
    others = kinds - _THROWN
    if others == {"error"}:
        return any(_may_fail(element) for element in inside.iter(etree.Element))
    return bool(others)


def _may_fail(element: etree._Element) -> bool:
    if local(element) in ("intermediateThrowEvent", "endEvent"):
        return any(kind_of(definition) == "message" for definition in definitions(element))
    return local(element) in _MAY_FAIL


def _compensates(scope: etree._Element) -> bool:
    starts = (n for n in nodes(scope) if local(n) == "startEvent")
    return is_true(scope, "triggeredByEvent") and any(
        kind_of(d) == "compensate" for s in starts for d in definitions(s)
    )


def _node(document: Document, element: etree._Element, into: list[str], out: list[etree._Element]) -> Node:
    kind = local(element)
    options, decides = _leaving(element, out)
    node = Node(id=element.get("id", ""), kind=kind, into=tuple(into), leaves=options, decides=decides)
    if len(into) > 1:
        node.join = _join(element)
    node.needs = whole_number(element.get("startQuantity", "1")) or 1
    if node.needs > 1:
        node.join = "count"
    if kind in SUB_PROCESSES:
        node.inner = node.id
    for definition in definitions(element):
        if kind_of(definition) == "terminate":
            node.terminates = True
        elif kind in ("endEvent", "intermediateThrowEvent") and kind_of(definition) in (
            "error",
            "escalation",
            "cancel",
        ):
            node.throws = _thrown(document, definition)
    return node


def _join(element: etree._Element) -> str:
    kind = local(element)
    if kind == "complexGateway":  # with a condition it fires early or late, but it fires
        return "and" if element.find(q("activationCondition")) is None else "or"
    return {"parallelGateway": "and", "inclusiveGateway": "or"}.get(kind, "")


def _thrown(document: Document, definition: etree._Element) -> Thrown:
    kind = kind_of(definition)
    named = document.definition(kind, definition.get(f"{kind}Ref"))
    return Thrown(kind=kind, code=None if named is None else named.get(f"{kind}Code") or None)


def _leaving(element: etree._Element, out: list[etree._Element]) -> tuple[tuple[tuple[str, ...], ...], bool]:
    kind, names = local(element), [flow.get("id", "") for flow in out]
    times = whole_number(element.get("completionQuantity", "1")) or 1
    if not out:
        return ((),), False
    if kind == "eventBasedGateway" and element.get("eventGatewayType") != "Parallel":
        return tuple((name,) for name in names), False
    if kind == "exclusiveGateway":
        return tuple((name,) for name in names), len(names) > 1
    conditional = [f for f in out if f.find(q("conditionExpression")) is not None]
    if kind == "parallelGateway" or not conditional:
        return (tuple(names * times),), False
    default = bare(element.get("default"))
    maybe = [f.get("id", "") for f in conditional if f.get("id") != default]
    plain = [name for name in names if name not in maybe and name != default]
    options = [tuple((plain + list(some)) * times) for some in subsets(maybe)]
    if default in names:
        options.append(tuple([*plain, default] * times))
    elif plain:
        options.append(tuple(plain * times))
    return tuple(dict.fromkeys(options)), len(options) > 1


def subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """All combinations but the empty one, as far as they can be counted."""
    sizes = range(1, len(names) + 1) if len(names) <= _MANY else (1, len(names))
    for size in sizes:
        yield from combinations(names, size)


def _boundaries(document: Document, net: Net, scope: etree._Element) -> None:
    for event in nodes(scope):
        host = net.nodes.get(bare(event.get("attachedToRef")))
        if local(event) != "boundaryEvent" or host is None or host.kind not in ACTIVITIES:
            continue
        name, kinds = event.get("id", ""), {kind_of(d) for d in definitions(event)}
        if "compensate" in kinds:
            net.apart.add(name)
            continue
        net.successors[host.id] += net.successors[name]
        interrupts = is_true(event, "cancelActivity", default=True)
        caught = [_thrown(document, d) for d in definitions(event) if kind_of(d) in ("error", "escalation", "cancel")]
        host.catches += tuple((name, thrown, interrupts) for thrown in caught)
        if host.kind in SUB_PROCESSES and not _comes_from_outside(kinds, net.elements[host.id]):
            continue
        if interrupts:
            host.interrupting += (name,)
        else:
            host.beside += (name,)
