"""Where FEEL stands in a diagram, and which variables the diagram itself sets: for checks before it runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.dialect.document import NODES, ZEEBE, bare, is_true, line_of, local, q, read, zeebe

_TEXTS = tuple(
    q(name)
    for name in (
        *("conditionExpression", "condition", "completionCondition", "loopCondition", "activationCondition"),
        *("timeDate", "timeDuration", "timeCycle"),
    )
)
_COUNTS = ("numberOfInstances", "numberOfCompletedInstances", "numberOfActiveInstances", "numberOfTerminatedInstances")
_ALWAYS = frozenset({"loopCounter", "activationCount", *_COUNTS})
"""What the engine gives inside repeated activities, and at complex gateways."""
_PLAIN = frozenset({zeebe("header"), zeebe("property")})
_SETTERS = {
    "input": ("target",),
    "output": ("target",),
    "script": ("resultVariable",),
    "calledDecision": ("resultVariable",),
    "loopCharacteristics": ("inputElement", "outputCollection"),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An expression, without its `=`, at the element that findings are about; `line` is that of the file."""

    element_id: str | None
    line: int | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """All expressions of a diagram, the variables that it sets, and the ids of the forms that it shows."""

    places: tuple[Place, ...]
    variables: frozenset[str]
    forms: frozenset[str]


def feel_places(resource_name: str, content: bytes) -> Spoken:
    """What the executable processes of a BPMN file say in FEEL. Raises `DeploymentRefused` for what is no BPMN."""
    document = read(resource_name, content)
    places: list[Place] = []
    variables = set(_ALWAYS)
    forms: set[str] = set()
    for element in _spoken(document.root):
        places += [Place(element_id=_owner(element), line=line_of(element), text=text) for text in _texts(element)]
        if not isinstance(element.tag, str) or not element.tag.startswith(f"{{{ZEEBE}}}"):
            continue
        name = element.tag[len(ZEEBE) + 2 :]
        variables.update(element.get(attribute, "").strip() for attribute in _SETTERS.get(name, ()))
        if name == "formDefinition":
            forms.add(element.get("formId", "").strip())
    return Spoken(places=tuple(places), variables=frozenset(variables - {""}), forms=frozenset(forms - {""}))


def _spoken(root: etree._Element) -> Iterator[etree._Element]:
    """Everything in executable processes, and what they share: messages and signals."""
    for child in root.iterchildren(etree.Element):
        if local(child) != "process" or is_true(child, "isExecutable"):
            yield from child.iter(etree.Element)


def _texts(element: etree._Element) -> Iterator[str]:
    found = [str(value) for value in element.attrib.values()] if _speaks(element) else []
    if element.tag in _TEXTS and not _is_default(element):
        found.append(element.text or "")
    yield from (text.strip()[1:] for text in found if text.strip().startswith("="))


def _speaks(element: etree._Element) -> bool:
    """May its attributes hold expressions? Names of elements may begin with any sign."""
    own = isinstance(element.tag, str) and element.tag.startswith(f"{{{ZEEBE}}}")
    return local(element) in ("message", "signal") or (own and element.tag not in _PLAIN)


def _is_default(condition: etree._Element) -> bool:
    """The condition of a default flow is never asked."""
    flow = condition.getparent()
    source = None if flow is None or flow.getparent() is None else _sibling(flow, bare(flow.get("sourceRef")))
    return flow is not None and source is not None and bare(source.get("default")) == flow.get("id")


def _sibling(flow: etree._Element, identity: str) -> etree._Element | None:
    scope = flow.getparent()
    found = [] if scope is None else [child for child in scope if child.get("id") == identity]
    return found[0] if found else None


def _owner(element: etree._Element) -> str | None:
    """The flow node, flow, message or signal that an expression belongs to."""
    at: etree._Element | None = element
    while at is not None:
        if local(at) in NODES or local(at) in ("sequenceFlow", "message", "signal", "process"):
            return at.get("id")
        at = at.getparent()
    return None
