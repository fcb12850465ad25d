"""Closures for literals, names, lists, contexts and ranges."""

from __future__ import annotations

from decimal import Decimal

from engine.feel import tree
from engine.feel.calls import UserFunction
from engine.feel.coding import Code, Coder, Env
from engine.feel.display import kind
from engine.feel.errors import Problem
from engine.feel.limits import Run
from engine.feel.literals import parse_temporal
from engine.feel.values import Date, DateTime, DaysTime, Range, Time, YearsMonths

_ORDERED = (Decimal, str, Date, Time, DateTime, YearsMonths, DaysTime)


def code_literal(coder: Coder, node: tree.Literal) -> Code:  # noqa: ARG001 - handlers are called alike
    """A number, text, boolean or null."""
    value = node.value
    return lambda env, run: value  # noqa: ARG005 - every closure takes both


def code_temporal(coder: Coder, node: tree.TemporalLiteral) -> Code:  # noqa: ARG001 - handlers are called alike
    """`@"2026-01-31"`."""
    value, place, text = parse_temporal(node.text), node.place, node.text
    if value is not None:
        return lambda env, run: value  # noqa: ARG005 - every closure takes both
    message = f"{text!r} is no date, time or duration"
    return lambda env, run: run.note("invalid-value", message, place)  # noqa: ARG005 - every closure takes both


def code_name(coder: Coder, node: tree.Name) -> Code:
    """A name: a variable, or else a built-in function."""
    name, place = node.name, node.place
    builtin = coder.functions.get(name)
    if builtin is not None and builtin.reads:
        return lambda env, run: env.get(name) or builtin.within(env)  # noqa: ARG005 - every closure takes both
    if builtin is not None:
        return lambda env, run: env.get(name, builtin)  # noqa: ARG005 - every closure takes both

    def code(env: Env, run: Run) -> object:
        try:
            return env[name]
        except KeyError:
            return run.note("unknown-name", f"nothing is called {name}", place)

    return code


def code_list(coder: Coder, node: tree.ListNode) -> Code:
    """`[a, b]`."""
    items = tuple(coder.code(item) for item in node.items)
    return lambda env, run: run.items([item(env, run) for item in items])


def code_context(coder: Coder, node: tree.ContextNode) -> Code:
    """`{a: 1, b: a + 1}`: an entry sees those before it; a function sees itself too."""
    entries = tuple((name, coder.code(value)) for name, value in node.entries)

    def code(env: Env, run: Run) -> object:
        inner, result = dict(env), dict[str, object]()
        for name, read in entries:
            value = result[name] = inner[name] = read(inner, run)
            if isinstance(value, UserFunction):
                value.env.setdefault(name, value)
        return run.items(result)

    return code


def code_range(coder: Coder, node: tree.RangeNode) -> Code:
    """`[low..high]`."""
    low, high, place = coder.code(node.low), coder.code(node.high), node.place
    low_included, high_included = node.low_included, node.high_included

    def code(env: Env, run: Run) -> object:
        try:
            return make_range(low(env, run), high(env, run), low_included=low_included, high_included=high_included)
        except Problem as problem:
            return run.note(problem.code, problem.message, place)

    return code


def make_range(low: object, high: object, *, low_included: bool, high_included: bool) -> Range:
    """A range; one end may be null. Raises Problem for ends of different types or without an order."""
    ends = [end for end in (low, high) if end is not None]
    if not ends:
        raise Problem("invalid-range", "both ends of the range are null")
    if len({type(end) for end in ends}) > 1 or not isinstance(ends[0], _ORDERED):
        raise Problem("invalid-range", f"a range from a {kind(low)} to a {kind(high)} has no meaning")
    return Range(low, high, low_included, high_included)


def code_operator_range(coder: Coder, node: tree.OperatorRange) -> Code:
    """`(< 5)`, `(= 5)`."""
    endpoint, sign, place = coder.code(node.endpoint), node.sign, node.place

    def code(env: Env, run: Run) -> object:
        end = endpoint(env, run)
        if sign in ("=", "!="):
            return Range(end, end, sign == "=", sign == "=", sign)
        if not isinstance(end, _ORDERED):
            return run.note("invalid-range", f"a range cannot end at a {kind(end)}", place)
        if sign[0] == "<":
            return Range(None, end, low_included=False, high_included=sign == "<=", operator=sign)
        return Range(end, None, low_included=sign == ">=", high_included=False, operator=sign)

    return code
