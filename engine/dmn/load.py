"""DMN files -> models; whatever is wrong in a file is told at once, and nothing of it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.dmn.boxed import BOXES, Boxes
from engine.dmn.graph import Node, Requirement, Service
from engine.dmn.model import Model, frozen
from engine.dmn.types import define
from engine.dmn.workshop import Workshop, named_type
from engine.dmn.xml import Element, kid, kids, name_of, read, tag
from engine.errors import DeploymentRefused, Finding
from engine.feel import STANDARD, Functions
from engine.feel.types import ANY, FeelType, Simple

_KINDS = ("decision", "inputData", "businessKnowledgeModel", "decisionService")
_REQUIREMENTS = ("informationRequirement", "knowledgeRequirement")
_HREFS = ("requiredDecision", "requiredInput", "requiredKnowledge")
_MEMBERS = ("{*}itemComponent", "{*}column", "{*}output", "{*}variable", "{*}inputData", "{*}decision")


def load_model(
    resource_name: str,
    content: bytes,
    *,
    functions: Functions = STANDARD,
    imports: Mapping[str, Model] | None = None,
    strict: bool = True,
) -> Model:
    """The model of a DMN file (DMN 1.1 to 1.5), everything in it compiled.

    `imports` are the models that it may import, by namespace. Raises DeploymentRefused with a finding for each mistake:
    its file, element, line and, for an expression, line and column in it. With `strict` False a file that can be read
    is loaded all the same: what is wrong gives null, and the findings are in the model.
    """
    root = read(resource_name, content)
    model, findings = _Loader(resource_name, root, functions, imports or {}).load()
    if strict and any(finding.severity == "error" for finding in findings):
        raise DeploymentRefused(f"{resource_name} cannot be used", findings=findings)
    return model


class _Loader:
    def __init__(self, file: str, root: Element, functions: Functions, imports: Mapping[str, Model]) -> None:
        self._file = file
        self._root = root
        self._imports: dict[str, Model] = {}
        members = {name_of(element) for element in root.iter(*_MEMBERS) if element.get("name")}
        types: dict[str, FeelType] = {}
        missing = []
        for element in kids(root, "import"):
            model = imports.get(element.get("namespace") or "")
            if model is None:
                missing.append(element)
                continue
            prefix = name_of(element)
            self._imports[prefix] = model
            members |= model.members | {node.name for node in model.nodes.values()}
            types.update({f"{prefix}.{name}" if prefix else name: kind for name, kind in model.types.items()})
        self._members = frozenset(members)
        self._types = types
        self._shop = Workshop(file, functions, self._members, types)
        self._boxes = Boxes(self._shop)
        self._elements: dict[str, Element] = {}
        self._nodes: dict[str, Node] = {}
        for element in missing:
            self._missing_import(element)

    def _missing_import(self, element: Element) -> None:
        if "DMN" in (element.get("importType") or ""):
            self._shop.find("dmn-import", f"the imported model {element.get('namespace')} is not known", element)

    def load(self) -> tuple[Model, tuple[Finding, ...]]:
        define(self._shop, self._root, self._types)
        for element in kids(self._root, *_KINDS):
            self._declare(element)
        for identity, node in self._nodes.items():
            self._connect(node, self._elements[identity])
        declared = frozenset(node.name for node in self._nodes.values())
        for identity, node in self._nodes.items():
            node.hidden = declared
            self._build(node, self._elements[identity])
        self._find_cycles()
        self._find_unknown_types()
        findings = tuple(self._shop.findings)
        model = Model(
            file=self._file,
            tables=tuple(self._boxes.tables),
            id=self._root.get("id") or "",
            name=name_of(self._root),
            namespace=self._root.get("namespace") or "",
            decisions=frozen(list(self._nodes.values())),
            findings=findings,
            nodes=self._nodes,
            types=self._types,
            members=self._members,
            imports=self._imports,
        )
        return model, findings

    def _declare(self, element: Element) -> None:
        name = name_of(element)
        identity = element.get("id") or name
        if not name:
            self._shop.find("dmn-name", f"a {tag(element)} has a name", element)
        if identity in self._nodes:
            self._shop.find("dmn-id-twice", f"the id {identity} occurs twice", element)
        box = kid(element, *BOXES)
        variable = kid(element, "variable")
        self._elements[identity] = element
        self._nodes[identity] = Node(
            kind=tag(element),
            id=identity,
            name=name,
            variable=name_of(variable) or name,
            type=self._shop.type(variable.get("typeRef")) if variable is not None else ANY,
            logic=tag(box) if box is not None else "none",
            prefixes=frozenset(prefix for prefix in self._imports if prefix),
        )

    def _resolve(self, element: Element) -> Requirement | None:
        """What an `href` points at, in this file or in an imported one; a finding if there is nothing."""
        namespace, _, identity = (element.get("href") or "").rpartition("#")
        if namespace in ("", self._root.get("namespace")):
            node = self._nodes.get(identity)
            if node is not None:
                return Requirement(node=node)
        for prefix, model in self._imports.items():
            if namespace == model.namespace and identity in model.nodes:
                return Requirement(node=model.nodes[identity], prefix=prefix or None)
        self._shop.find("dmn-requirement", f"nothing has the id {element.get('href')}", element)
        return None

    def _resolved(self, element: Element, *names: str) -> Iterator[Requirement]:
        for part in kids(element, *names):
            requirement = self._resolve(part)
            if requirement is not None:
                yield requirement

    def _connect(self, node: Node, element: Element) -> None:
        for part in kids(element, *_REQUIREMENTS):
            node.requirements.extend(self._resolved(part, *_HREFS))
        if node.kind == "decisionService":
            inputs = [
                *self._resolved(element, "inputData"),
                *self._resolved(element, "inputDecision"),
            ]
            outputs = self._resolved(element, "outputDecision")
            node.service = Service(
                inputs=tuple(requirement.node for requirement in inputs),
                outputs=tuple(requirement.node for requirement in outputs),
            )
            if not node.service.outputs:
                self._shop.find("dmn-service", "a decision service has an output decision", element)

    def _build(self, node: Node, element: Element) -> None:
        names = _names(node)
        self._shop.known = _known_types(node, element)
        self._shop.requires, self._shop.deciding = bool(node.requirements), node.id
        if node.kind == "decision":
            if node.logic == "none":
                self._shop.find("dmn-no-logic", f"the decision {node.name} has no decision logic", element)
            node.code, node.reads = self._shop.reading(lambda: self._boxes.inside(element, names))
        elif node.kind == "businessKnowledgeModel":
            function = kid(element, "encapsulatedLogic")
            if function is None:
                self._shop.find("dmn-no-logic", f"the business knowledge model {node.name} has no logic", element)
                return
            node.code, reads = self._shop.reading(lambda: self._boxes.function(function, names))
            node.reads = reads - {name_of(parameter) for parameter in kids(function, "formalParameter")}

    def _find_unknown_types(self) -> None:
        """A type that nobody defined lets every value through."""
        for element in self._root.iter("{*}*"):
            said = element.text if tag(element) == "typeRef" else element.get("typeRef") or element.get("outputTypeRef")
            if said and said.strip() and named_type(self._types, said) is None:
                cure = "choose a type of FEEL, or define it"
                self._shop.warn(
                    "dmn-unknown-type", f"there is no type {said.strip()}: every value passes", element, cure
                )

    def _find_cycles(self) -> None:
        done: set[Node] = set()
        for identity, node in self._nodes.items():
            if _requires_itself(node, done):
                self._shop.find("dmn-cycle", f"{node.name} requires itself", self._elements[identity])


def _names(node: Node) -> frozenset[str]:
    """What the expressions of an element may speak of; its own name too: a function may call itself."""
    names = {requirement.name for requirement in node.requirements} | node.prefixes | {node.name}
    for requirement in node.requirements:
        if requirement.prefix is None and requirement.node.kind == "decision":
            names |= {requirement.node.variable, requirement.node.id}
    return frozenset(names - {""})


def _known_types(node: Node, element: Element) -> dict[str, type]:
    """The types of what an element requires, but for names that something inside it may give another meaning."""
    inside = {
        name_of(part) for part in element.iter("{*}variable", "{*}formalParameter") if part.getparent() is not element
    }
    inside |= {part.get("iteratorVariable") or "" for part in element.iter("{*}for", "{*}some", "{*}every")}
    types = {required.name: required.node.type.core() for required in node.requirements if not required.prefix}
    return {name: kind.python for name, kind in types.items() if isinstance(kind, Simple) and name not in inside}


def _requires_itself(start: Node, done: set[Node]) -> bool:
    """Is there a way back to the element? Walks with a list, because chains may be long."""
    seen: set[Node] = set()
    todo = [requirement.node for requirement in start.requirements]
    while todo:
        node = todo.pop()
        if node is start:
            return True
        if node in seen or node in done:
            continue
        seen.add(node)
        todo.extend(requirement.node for requirement in node.requirements)
    done.add(start)
    return False
