"""What the readers of one diagram share: the document, the findings, FEEL compiled on the way."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.dialect.document import Document, line_of
from engine.bpmn.expressions import Text
from engine.bpmn.model import LATEST, Binding, Reference, ReferenceKind
from engine.errors import Finding
from engine.feel import Expression, FeelSyntaxError, Functions, compile_expression


class Reading:
    """One diagram while it is read. Readers add findings and go on, so that a person sees all of them at once."""

    def __init__(self, document: Document, functions: Functions) -> None:
        self.document, self.functions = document, functions
        self.findings: list[Finding] = []
        self.references: list[Reference] = []

    def refuse(self, rule: str, element: etree._Element, message: str, cure: str | None = None) -> None:
        """Note that something would not run right."""
        self.findings.append(self.document.finding(rule, element, message, cure))

    def refer(self, kind: ReferenceKind, text: Text | None, element_id: str, binding: Binding = LATEST) -> None:
        """Note what an element names literally."""
        if text is not None and text.literal:
            line = line_of(self.document.by_id.get(element_id))
            self.references.append(
                Reference(kind=kind, name=text.literal, element_id=element_id, line=line, binding=binding)
            )

    def binding(self, element: etree._Element, said: etree._Element | None) -> Binding:
        """Which version the extension element `said` binds what it names to."""
        kind = "" if said is None else said.get("bindingType", "").strip()
        if said is None or kind in ("", "latest"):
            return LATEST
        if kind == "deployment":
            return Binding(kind="deployment")
        tag = said.get("versionTag", "").strip()
        if kind == "versionTag" and tag:
            return Binding(kind="versionTag", tag=tag)
        if kind == "versionTag":
            self.refuse("binding", element, "it is bound to a version tag, and names none", "Write the version tag.")
        else:
            cure = "Bind to latest, deployment or versionTag."
            self.refuse("binding", element, f"there is no binding of type {kind!r}", cure)
        return LATEST

    def compile(self, element: etree._Element, source: str, what: str) -> Expression:
        """FEEL without its `=`. A syntax error is a finding, and `null` stands in for the rest of the reading."""
        try:
            return compile_expression(source.strip(), functions=self.functions)
        except FeelSyntaxError as error:
            self.findings.append(
                Finding(
                    rule="feel-syntax",
                    message=f"{what}: {error.message}",
                    cure=error.proposal,
                    file=self.document.name,
                    element_id=element.get("id"),
                    line=line_of(element),
                    column=error.column,
                )
            )
            return compile_expression("null")

    def expression(self, element: etree._Element, source: str | None, what: str) -> Expression:
        """An expression that has to be there and to begin with `=`."""
        text = (source or "").strip()
        if text.startswith("="):
            return self.compile(element, text[1:], what)
        message = f"{what} is {text!r}, not an expression" if text else f"{what} is missing"
        self.refuse("expression-expected", element, message, "Write a FEEL expression that starts with =.")
        return compile_expression("null")

    def text(self, element: etree._Element, source: str | None, what: str) -> Text | None:
        """A literal, or an expression behind `=`; None where nothing is said."""
        stripped = (source or "").strip()
        if not stripped:
            return None
        if stripped.startswith("="):
            return Text(expression=self.compile(element, stripped[1:], what))
        return Text(literal=stripped)
