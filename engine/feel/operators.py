"""Closures for operators: logic, arithmetic, comparison."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.arithmetic import OPERATORS, PLAIN, negate
from engine.feel.coding import Code, Coder, Env
from engine.feel.compare import equal, order
from engine.feel.display import kind
from engine.feel.limits import Place, Run
from engine.feel.types import NULL, NoType, unconstrained

Compare = Callable[[object, object, Run, Place], bool | None]
RAW: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
"""For two numbers or two texts, Python's own comparison is FEEL's."""
FAST = (Decimal, str)


def _not_comparable(left: object, right: object, run: Run, place: Place) -> None:
    message = f"a value of type {kind(left)} cannot be compared with one of type {kind(right)}"
    run.note("not-comparable", message, place)


def _ordering(raw: Callable[[Any, Any], bool]) -> Compare:
    def compare(left: object, right: object, run: Run, place: Place) -> bool | None:
        result = order(left, right)
        if result is None:
            _not_comparable(left, right, run, place)
            return None
        return raw(result, 0)

    return compare


def _equality(*, wanted: bool) -> Compare:
    def compare(left: object, right: object, run: Run, place: Place) -> bool | None:
        result = equal(left, right, run)
        if result is None:
            _not_comparable(left, right, run, place)
            return None
        return result is wanted

    return compare


COMPARE: dict[str, Compare] = {sign: _ordering(RAW[sign]) for sign in ("<", "<=", ">", ">=")}
COMPARE |= {"=": _equality(wanted=True), "!=": _equality(wanted=False)}


def code_negation(coder: Coder, node: tree.Negation) -> Code:
    """`-x`."""
    operand, place = coder.code(node.operand), node.place
    if isinstance(node.operand, tree.Literal) and isinstance(node.operand.value, Decimal):
        value = -node.operand.value
        return lambda env, run: value  # noqa: ARG005 - every closure takes both
    return lambda env, run: negate(operand(env, run), run, place)


def code_logic(coder: Coder, node: tree.Logic) -> Code:
    """`and` and `or` in three-valued logic (DMN 1.5, table 50); a deciding term ends the evaluation."""
    decides = node.is_or
    terms = tuple((coder.code(term), term.place) for term in node.terms)
    word = "or" if node.is_or else "and"

    def code(env: Env, run: Run) -> object:
        result: object = not decides
        for term, place in terms:
            value = term(env, run)
            if value is decides:
                return decides
            if type(value) is not bool:
                if value is not None:
                    run.note("type-mismatch", f"{word} joins booleans, not a value of type {kind(value)}", place)
                result = None
        return result

    return code


def code_chain(coder: Coder, node: tree.Chain) -> Code:
    """`a + b - c`: one loop, however long it is."""
    first = coder.code(node.first)
    if len(node.steps) == 1:
        return _code_step(first, node.steps[0], coder.code(node.steps[0].right))
    steps = tuple((OPERATORS[step.sign], coder.code(step.right), step.place) for step in node.steps)

    def code(env: Env, run: Run) -> object:
        value = first(env, run)
        for apply, right, place in steps:
            value = apply(value, right(env, run), run, place)
        return value

    return code


def _code_step(left: Code, step: tree.Step, right: Code) -> Code:
    """One operation; two numbers, the commonest case, without a detour."""
    apply, plain, place = OPERATORS[step.sign], PLAIN.get(step.sign), step.place
    if plain is None:
        return lambda env, run: apply(left(env, run), right(env, run), run, place)
    operation = plain

    def code(env: Env, run: Run) -> object:
        one, other = left(env, run), right(env, run)
        if type(one) is Decimal and type(other) is Decimal:
            try:
                return operation(one, other)
            except ArithmeticError:
                pass  # `apply` says what is wrong
        return apply(one, other, run, place)

    return code


def code_comparison(coder: Coder, node: tree.Comparison) -> Code:
    """`a < b`; the commonest one, with a literal on the right, without a detour."""
    left, right, place = coder.code(node.left), coder.code(node.right), node.place
    slow, raw = COMPARE[node.sign], RAW[node.sign]
    if not (isinstance(node.right, tree.Literal) and type(node.right.value) in FAST):
        return lambda env, run: slow(left(env, run), right(env, run), run, place)
    literal, kind_of = node.right.value, type(node.right.value)
    if isinstance(node.left, tree.Name):
        name = node.left.name

        def code_name(env: Env, run: Run) -> object:
            value = env.get(name)
            if type(value) is kind_of:
                return raw(value, literal)
            return slow(left(env, run), literal, run, place)

        return code_name

    def code(env: Env, run: Run) -> object:
        value = left(env, run)
        return raw(value, literal) if type(value) is kind_of else slow(value, literal, run, place)

    return code


def code_between(coder: Coder, node: tree.Between) -> Code:
    """`x between low and high`, both ends included."""
    value, low, high, place = coder.code(node.value), coder.code(node.low), coder.code(node.high), node.place
    at_least, at_most = COMPARE[">="], COMPARE["<="]

    def code(env: Env, run: Run) -> object:
        found = value(env, run)
        above, below = at_least(found, low(env, run), run, place), at_most(found, high(env, run), run, place)
        return None if above is None or below is None else above and below

    return code


def code_instance_of(coder: Coder, node: tree.InstanceOf) -> Code:
    """`x instance of number`; null is an instance of Null alone."""
    value, place, kind_of = coder.code(node.value), node.place, coder.type(node.kind)
    if isinstance(kind_of, NoType):
        message = f"there is no type {kind_of.name}"

        def unknown(env: Env, run: Run) -> object:
            value(env, run)
            return run.note("unknown-type", message, place)

        return unknown

    def code(env: Env, run: Run) -> object:
        found = value(env, run)
        wanted = unconstrained(kind_of)
        return wanted.accepts(found, run) if found is not None else wanted is NULL

    return code


def code_conditional(coder: Coder, node: tree.Conditional) -> Code:
    """`if c then a else b`: everything but true takes the else branch."""
    condition, then, otherwise = coder.code(node.condition), coder.code(node.then), coder.code(node.otherwise)
    return lambda env, run: then(env, run) if condition(env, run) is True else otherwise(env, run)
