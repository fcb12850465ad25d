"""Item definitions: the types that a model defines (DMN 1.5, 7.3.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.dmn.workshop import Workshop, named_type
from engine.dmn.xml import Element, kid, kids, name_of, text
from engine.feel.limits import Run
from engine.feel.types import ANY, Constrained, ContextType, FeelType, FunctionType, ListType, Named


def define(shop: Workshop, definitions: Element, types: dict[str, FeelType]) -> None:
    """Put the item definitions of a file into `types`; they may name each other in any order."""
    for element in kids(definitions, "itemDefinition"):
        name = name_of(element)
        if name in types:
            shop.find("dmn-type-twice", f"the type {name} is defined twice", element)
        types[name] = Named(name, _reader(shop, element, types))
    for element in kids(definitions, "itemDefinition"):
        if _names_itself(element, definitions):
            shop.find("dmn-type-cycle", f"the type {name_of(element)} is defined by itself", element)
            types[name_of(element)] = ANY


def _reader(shop: Workshop, element: Element, types: Mapping[str, FeelType]) -> Callable[[], FeelType]:
    found = _item(shop, element, types)
    return lambda: found


def _names_itself(element: Element, definitions: Element) -> bool:
    """Does a chain of plain references come back? A component may name its own type: lists end somewhere."""
    by_name = {name_of(other): other for other in kids(definitions, "itemDefinition")}
    seen: set[str] = set()
    at: Element | None = element
    while at is not None:
        name = name_of(at)
        if name in seen:
            return True
        seen.add(name)
        reference = kid(at, "typeRef")
        at = by_name.get((reference.text or "").strip()) if reference is not None else None
    return False


def _item(shop: Workshop, element: Element, types: Mapping[str, FeelType]) -> FeelType:
    kind = _constrained(shop, kid(element, "allowedValues"), _shape(shop, element, types))
    if element.get("isCollection") == "true":
        kind = ListType(kind)
    return _constrained(shop, kid(element, "typeConstraint"), kind)


def _shape(shop: Workshop, element: Element, types: Mapping[str, FeelType]) -> FeelType:
    components = list(kids(element, "itemComponent"))
    if components:
        return ContextType(tuple((name_of(part), _item(shop, part, types)) for part in components))
    function = kid(element, "functionItem")
    if function is not None:
        parameters = tuple(_reference(part.get("typeRef"), types) for part in kids(function, "parameters"))
        return FunctionType(parameters, _reference(function.get("outputTypeRef"), types))
    reference = kid(element, "typeRef")
    return _reference(reference.text if reference is not None else None, types)


def _reference(name: str | None, types: Mapping[str, FeelType]) -> FeelType:
    """A reference is followed when it is needed: the definition may stand further down."""
    if not name or not name.strip():
        return ANY
    wanted = name

    def find() -> FeelType:
        return named_type(types, wanted) or ANY

    simple = named_type({}, wanted)
    if simple is not None and wanted.strip() not in types:
        return simple
    return Named(wanted, find)


def _constrained(shop: Workshop, element: Element | None, kind: FeelType) -> FeelType:
    shop.constant = True
    allowed = shop.test_code(text(element), (), element) if element is not None else None
    shop.constant = False
    if allowed is None:
        return kind
    tests = allowed

    def allows(value: object, run: Run) -> object:
        return tests(value, {}, run)

    return Constrained(kind, allows)
