"""The commonest conditions without a detour: `priority = "high" and amount * 1.21 > limit` over plain values.

A quick condition looks at the variables as they come. It answers only where the answer needs no conversion and has no
diagnostic; for everything else it gives None (or, inside arithmetic, raises `Slow`), and the expression is evaluated as
a whole, with its account of steps. Quick conditions have neither loops nor calls, so they end after as many operations
as their text has signs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.convert import NUMBERS, LazyContext
from engine.feel.operators import RAW

Variables = Mapping[str, object]
Quick = Callable[[Variables], bool | None]
Answer = Callable[[Variables], object]
"""Gives a FEEL value, or None for no quick answer."""
Number = Callable[[Variables], Any]
"""Gives a Decimal or a whole number below 10**34; raises Slow for everything else, and ArithmeticError."""
_WHOLE, _LEAST = 10**34, -(10**34)
"""From here on whole numbers are rounded to 34 digits on their way in."""
Operation = Callable[[Any, Any], Decimal]
_OPERATIONS: dict[str, Operation] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
}
_MOST = 40
"""Operations in one quick sum; longer ones are charged as they go."""


class Slow(ArithmeticError):
    """There is no quick answer."""


def quick_answer(node: tree.Node) -> Answer | None:
    """A closure that answers an easy condition, or chooses between literals by one; None if it is not that easy."""
    if not isinstance(node, tree.Conditional):
        return quick_condition(node)
    condition, then, otherwise = quick_condition(node.condition), _choice(node.then), _choice(node.otherwise)
    if condition is None or then is None or otherwise is None:
        return None
    decides, yes, no = condition, then, otherwise

    def choose(variables: Variables) -> object:
        decision = decides(variables)
        if decision is None:
            return None
        return yes(variables) if decision else no(variables)

    return choose


def _choice(node: tree.Node) -> Answer | None:
    if isinstance(node, tree.Literal):
        value = node.value
        return lambda variables: value  # noqa: ARG005 - called like the others
    return quick_answer(node) if isinstance(node, tree.Conditional) else None


def quick_condition(node: tree.Node) -> Quick | None:
    """A closure that answers an easy condition; None if the condition is not that easy."""
    if isinstance(node, tree.Comparison):
        return _comparison(node)
    if isinstance(node, tree.Logic):
        return _logic(node)
    if isinstance(node, tree.Between):
        return _between(node)
    return _one_of(node) if isinstance(node, tree.In) else None


def _comparison(node: tree.Comparison) -> Quick | None:
    if isinstance(node.right, tree.Literal):
        literal = node.right.value
        if isinstance(node.left, tree.Name):
            return _of_name(node.left.name, node.sign, literal)
        if isinstance(node.left, tree.Path) and isinstance(node.left.of, tree.Name):
            return _of_entry(node.left.of.name, node.left.member, node.sign, literal)
        if isinstance(node.left, tree.Chain):
            return _of_sum(node.left, node.sign, literal)
    if isinstance(node.left, tree.Name) and isinstance(node.right, tree.Name):
        return _of_names(node.left.name, node.right.name, node.sign)
    left, right = _number(node.left), _number(node.right)
    return None if left is None or right is None else _of_numbers(left, right, node.sign)


def _of_numbers(left: Number, right: Number, sign: str) -> Quick:
    compare = RAW[sign]
    return lambda variables: compare(left(variables), right(variables))


def _of_sum(node: tree.Chain, sign: str, literal: object) -> Quick | None:
    left, compare = _number(node), RAW[sign]
    if left is None or not isinstance(literal, Decimal):
        return None
    number = left
    return lambda variables: compare(number(variables), literal)


def _of_names(left: str, right: str, sign: str) -> Quick:
    """Two variables: both numbers, or both texts."""
    compare, one_number, other_number = RAW[sign], _variable(left), _variable(right)

    def names(variables: Variables) -> bool | None:
        one = variables.get(left)
        if type(one) is not str:
            return compare(one_number(variables), other_number(variables))
        other = variables.get(right)
        return compare(one, other) if type(other) is str else None

    return names


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
            if (type(value) is int and _LEAST < value < _WHOLE) or (type(value) is Decimal and value.is_finite()):
                return compare(value, literal)
            return compare(_plain(value), literal)

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


def _between(node: tree.Between) -> Quick | None:
    low, high = node.low, node.high
    if not (isinstance(node.value, tree.Name) and isinstance(low, tree.Literal) and isinstance(high, tree.Literal)):
        return None
    least, most = low.value, high.value
    if not (isinstance(least, Decimal) and isinstance(most, Decimal)):
        return None
    read = _variable(node.value.name)
    return lambda variables: least <= read(variables) <= most


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
    known = []
    for part in node.terms:
        condition = quick_condition(part)
        if condition is None:
            return None
        known.append(condition)
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


# numbers


def _plain(value: object) -> Any:
    """A number that is neither a Decimal nor a small whole number, as `to_feel` converts it. Raises Slow."""
    if type(value) is float and -1e300 < value < 1e300:
        return NUMBERS.create_decimal(repr(value))
    raise Slow


def _variable(name: str) -> Number:
    def read(variables: Variables) -> Any:
        value = variables.get(name)
        if (type(value) is int and _LEAST < value < _WHOLE) or (type(value) is Decimal and value.is_finite()):
            return value
        return _plain(value)

    return read


def _number(node: tree.Node) -> Number | None:
    """A closure for a sum of variables and literals; None if there is anything else in it."""
    if isinstance(node, tree.Literal):
        value = node.value
        return (lambda variables: value) if isinstance(value, Decimal) else None  # noqa: ARG005 - called like the others
    if isinstance(node, tree.Name):
        return _variable(node.name)
    return _sum(node) if isinstance(node, tree.Chain) and len(node.steps) <= _MOST else None


def _sum(node: tree.Chain) -> Number | None:
    straight = _straight(node)
    if straight is not None:
        return straight
    number = _number(node.first)
    for step in node.steps:
        operation = _OPERATIONS.get(step.sign)
        if number is None or operation is None:
            return None
        number = _operation(operation, number, step.right)
    return number


def _operation(operation: Operation, left: Number, node: tree.Node) -> Number | None:
    right = _number(node)
    if right is None:
        return None
    other = right
    return lambda variables: operation(left(variables), other(variables))


def _straight(node: tree.Chain) -> Number | None:
    """`amount * 1.21 + 5`: a variable and one or two operations with literals, without a call for each."""
    operations: list[tuple[Operation, Decimal]] = []
    at: tree.Node = node
    while isinstance(at, tree.Chain) and len(operations) < 3:
        for step in reversed(at.steps):
            literal = step.right.value if isinstance(step.right, tree.Literal) else None
            if step.sign not in _OPERATIONS or not isinstance(literal, Decimal):
                return None
            operations.insert(0, (_OPERATIONS[step.sign], literal))
        at = at.first
    if not isinstance(at, tree.Name) or len(operations) > 2:
        return None
    return _applied(at.name, operations)


def _applied(name: str, operations: list[tuple[Operation, Decimal]]) -> Number:
    first, one = operations[0]
    second, other = operations[-1]

    def once(variables: Variables) -> Any:
        value = variables.get(name)
        if (type(value) is int and _LEAST < value < _WHOLE) or (type(value) is Decimal and value.is_finite()):
            return first(value, one)
        return first(_plain(value), one)

    def twice(variables: Variables) -> Any:
        value = variables.get(name)
        if (type(value) is int and _LEAST < value < _WHOLE) or (type(value) is Decimal and value.is_finite()):
            return second(first(value, one), other)
        return second(first(_plain(value), one), other)

    return once if len(operations) == 1 else twice
