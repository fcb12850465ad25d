"""DMN files as XML: read safely, and looked at without minding which version of DMN wrote them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import DeploymentRefused, Finding

MAX_BYTES = 5_000_000
_NAMESPACES = ("https://www.omg.org/spec/DMN/", "http://www.omg.org/spec/DMN/")
Element = etree._Element


def read(resource_name: str, content: bytes) -> Element:
    """The `definitions` of a DMN file. Raises DeploymentRefused: too large, broken, with a document type, or no DMN."""
    if len(content) > MAX_BYTES:
        raise _refused(resource_name, "dmn-size", f"a decision file has at most {MAX_BYTES} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line, column = getattr(error, "position", (None, None))
        raise _refused(resource_name, "dmn-xml", f"the file is no well-formed XML: {error}", line, column) from error
    if root.getroottree().docinfo.internalDTD is not None or b"<!DOCTYPE" in content[:10_000]:
        raise _refused(resource_name, "dmn-doctype", "a decision file has no document type declaration")
    if tag(root) != "definitions" or not (etree.QName(root).namespace or "").startswith(_NAMESPACES):
        raise _refused(resource_name, "dmn-namespace", "the file holds no DMN definitions")
    return root


def _refused(
    file: str, rule: str, message: str, line: int | None = None, column: int | None = None
) -> DeploymentRefused:
    return DeploymentRefused(findings=[Finding(rule=rule, message=message, file=file, line=line, column=column)])


def tag(element: Element) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def kids(element: Element | None, *names: str) -> Iterator[Element]:
    """The children with these names, in order."""
    if element is not None:
        for child in element:
            if tag(child) in names:
                yield child


def kid(element: Element | None, *names: str) -> Element | None:
    """The first child with one of these names."""
    if element is not None:
        for child in element:
            if tag(child) in names:
                return child
    return None


def text(element: Element | None) -> str:
    """The content of the `text` child, without spaces around it."""
    found = kid(element, "text")
    return (found.text or "").strip() if found is not None else ""


def name_of(element: Element | None) -> str:
    """The `name` attribute with single spaces; empty if there is none."""
    return normal(element.get("name")) if element is not None else ""


def normal(name: str | None) -> str:
    """A name with its white space made single (DMN 1.5, 10.3.1.4)."""
    return " ".join((name or "").split())


def id_of(element: Element) -> str | None:
    """The id of the element, or of the nearest one around it that has one."""
    found: Element | None = element
    while found is not None:
        identity = found.get("id")
        if identity:
            return str(identity)
        found = found.getparent()
    return None


def line_of(element: Element) -> int | None:
    """The line of the file on which the element starts."""
    line = element.sourceline
    return line if isinstance(line, int) else None
