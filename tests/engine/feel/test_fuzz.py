"""Random texts, random trees: nothing but values and errors of ours comes out, and no Python object is reached."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from decimal import Decimal
from types import NoneType

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feel import (
    Date,
    DateTime,
    DaysTime,
    FeelError,
    Function,
    LazyContext,
    Range,
    Time,
    YearsMonths,
    check,
    compile_expression,
    compile_unary_tests,
    to_json,
)
from engine.feel.builtins import STANDARD
from tests.engine.feel.feeling import now

_WORDS = """a b c xs 1 2.5 "x" true null not if then else for i in .. return some every satisfies and or between
instance of function ( ) [ ] { } , : . + - * / ** < <= > >= = != @ "P1D" ? item partial date time string number
list<number> external __class__ __init__ globals lambda""".split()  # noqa: SIM905 - reads better than a list
_CONTEXT = {"a": 1, "b": [1, None, "x"], "c": {"x": "y", "__class__": 3}, "xs": [{"a": 1}, {"a": "b"}]}
_KINDS = (NoneType, bool, str, Decimal, Date, Time, DateTime, DaysTime, YearsMonths, Range, Function, LazyContext)

_atoms = st.sampled_from(
    ["a", "b", "c", "xs", "1", "-2.5", '"x"', "true", "null", '@"P1D"', '@"2026-01-31"', "item", "[1..3]"]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    operators = st.sampled_from(["+", "-", "*", "/", "**", "<", "<=", ">", ">=", "=", "!=", "and", "or", "in"])
    functions = st.sampled_from(sorted(STANDARD))
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(functions, st.lists(inner, max_size=3)).map(lambda t: f"{t[0]}({', '.join(t[1])})"),
        pair.map(lambda t: f"({t[0]})[{t[1]}]"),
        pair.map(lambda t: f"if {t[0]} then {t[1]} else a"),
        pair.map(lambda t: f"for i in {t[0]} return {t[1]}"),
        pair.map(lambda t: f"some item in {t[0]} satisfies {t[1]}"),
        pair.map(lambda t: f"{{k: {t[0]}, l: {t[1]}}}"),
        pair.map(lambda t: f"(function(a, b) {t[0]})(b: {t[1]}, a: 1)"),
        inner.map(lambda t: f"({t}).a"),
        inner.map(lambda t: f"[{t}]"),
        inner.map(lambda t: f"({t}) instance of list<number>"),
    )


def _is_feel(value: object, depth: int = 0) -> bool:
    if depth > 30 or isinstance(value, _KINDS):
        return True
    if isinstance(value, dict):
        return all(_is_feel(item, depth + 1) for item in value.values())
    return isinstance(value, list) and all(_is_feel(item, depth + 1) for item in value)


def _try(text: str) -> None:
    try:
        found = compile_expression(text).evaluate(_CONTEXT, now=now)
        assert _is_feel(found.value)
        to_json(found.value)
    except FeelError:
        pass
    check(text, ["a"])


@given(st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_token_soup(text: str) -> None:
    _try(text)
    with suppress(FeelError):
        compile_unary_tests(text).evaluate(1, _CONTEXT, now=now)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text(text: str) -> None:
    _try(text)


@given(st.recursive(_atoms, _grown, max_leaves=12))
@settings(max_examples=600, deadline=None)
def test_grown_expressions(text: str) -> None:
    _try(text)


_HOSTILE = st.sampled_from(
    [
        "1..100000",
        "9e999",
        "2**9999",
        '@"P999999999Y"',
        'string repeat("a", 900000)',
        "for q in 1..90000 return q",
        "now()",
        '"(a+)+$"',
        'string join(for q in 1..999 return "abcdefgh")',
        "function(x) x",
        "[[[[1]]]]",
        'range("[1..5]")',
        "null",
        "i",
        "item",
        "partial",
    ]
)


@given(st.recursive(_HOSTILE, _grown, max_leaves=8))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_expressions_stay_small(text: str) -> None:
    tracemalloc.start()
    try:
        _try(text)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
