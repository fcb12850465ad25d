"""The commonest conditions without a detour: `priority = "high" and amount > 100` over plain values.

A quick condition looks at the variables as they come. It answers only where the answer needs no conversion and has no
diagnostic; for everything else it gives None, and the expression is evaluated as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.feel import tree
from engine.feel.convert import LazyContext
from engine.feel.operators import RAW

Variables = Mapping[str, object]
Quick = Callable[[Variables], bool | None]
_WHOLE = 10**34
"""From here on whole numbers are rounded to 34 digits on their way in."""


def quick_condition(node: tree.Node) -> Quick | None:
    """A closure that answers an easy condition; None if the condition is not that easy."""
    if isinstance(node, tree.Comparison):
        return _comparison(node)
    if isinstance(node, tree.Logic):
        return _logic(node)
    return _one_of(node) if isinstance(node, tree.In) else None


def _comparison(node: tree.Comparison) -> Quick | None:
    if not isinstance(node.right, tree.Literal):
        return None
    literal = node.right.value
    if isinstance(node.left, tree.Name):
        return _of_name(node.left.name, node.sign, literal)
    if isinstance(node.left, tree.Path) and isinstance(node.left.of, tree.Name):
        return _of_entry(node.left.of.name, node.left.member, node.sign, literal)
    return None


def _of_name(name: str, sign: str, literal: object) -> Quick | None:
    compare = RAW[sign]
    if isinstance(literal, str):

        def text(variables: Variables) -> bool | None:
            value = variables.get(name)
            return compare(value, literal) if type(value) is str else None

        return text
    if isinstance(literal, Decimal):

        def number(variables: Variables) -> bool | None:
            value = variables.get(name)
            if type(value) is Decimal or (type(value) is int and -_WHOLE < value < _WHOLE):
                return compare(value, literal)
            return None

        return number
    return None


def _of_entry(name: str, member: str, sign: str, literal: object) -> Quick | None:
    inner = _of_name(member, sign, literal)
    if inner is None:
        return None
    condition = inner

    def entry(variables: Variables) -> bool | None:
        value = variables.get(name)
        return condition(value) if type(value) is dict or type(value) is LazyContext else None

    return entry


def _one_of(node: tree.In) -> Quick | None:
    """`x in ("a", "b")`."""
    texts = [test.operand.value for test in node.tests if isinstance(test.operand, tree.Literal) and test.sign is None]
    if not isinstance(node.value, tree.Name) or len(texts) < len(node.tests):
        return None
    if not all(isinstance(text, str) for text in texts):
        return None
    name, wanted = node.value.name, frozenset(texts)

    def code(variables: Variables) -> bool | None:
        value = variables.get(name)
        return value in wanted if type(value) is str else None

    return code


def _logic(node: tree.Logic) -> Quick | None:
    terms = [quick_condition(term) for term in node.terms]
    known = tuple(term for term in terms if term is not None)
    if len(known) < len(terms):
        return None
    decides = node.is_or

    def code(variables: Variables) -> bool | None:
        for term in known:
            value = term(variables)
            if value is decides or value is None:
                return value
        return not decides

    def both(variables: Variables) -> bool | None:
        value = first(variables)
        return value if value is decides or value is None else second(variables)

    if len(known) == 2:
        first, second = known
        return both
    return code
