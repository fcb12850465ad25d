"""Laws that hold for all values."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.feel import compile_expression, to_text
from engine.feel.expression import Vocabulary, compile_in
from tests.engine.feel.feeling import feel, now

NUMBERS = st.decimals(-(10**12), 10**12, places=4)
LISTS = st.lists(st.integers(-5, 5) | st.booleans() | st.none() | st.text("ab", max_size=2), max_size=8)
TRISTATE = st.sampled_from([True, False, None])


@given(NUMBERS, NUMBERS)
def test_addition_commutes_and_is_undone(a: Decimal, b: Decimal) -> None:
    assert feel("a + b = b + a and a + b - b = a", {"a": a, "b": b}) is True


@given(TRISTATE, TRISTATE)
def test_de_morgan(a: bool | None, b: bool | None) -> None:  # noqa: FBT001 - a truth value is the subject
    left, right = feel("not(a and b)", {"a": a, "b": b}), feel("not(a) or not(b)", {"a": a, "b": b})
    assert left is right


@given(LISTS)
def test_lists(xs: list[object]) -> None:
    assert feel("reverse(reverse(xs)) = xs", {"xs": xs}) is not False
    assert feel("count(concatenate(xs, xs)) = 2 * count(xs)", {"xs": xs}) is True
    assert feel("count(distinct values(xs)) = count(union(xs, xs))", {"xs": xs}) is True
    assert feel("every x in xs satisfies list contains(xs, x)", {"xs": xs}) is True


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_sorted_lists_start_with_the_least(xs: list[Decimal]) -> None:
    assert feel("sort(xs)[1] = min(xs) and sort(xs)[-1] = max(xs)", {"xs": xs}) is True
    assert feel("sort(xs) = reverse(sort(xs, function(a, b) a > b))", {"xs": xs}) is True


@given(NUMBERS, NUMBERS, NUMBERS)
def test_between_is_membership(x: Decimal, low: Decimal, high: Decimal) -> None:
    context = {"x": x, "low": low, "high": high}
    assert feel("x between low and high", context) is feel("x in [low..high]", context)


@given(st.text())
def test_texts_survive_as_literals(text: str) -> None:
    assert feel(to_text([text])) == [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")]


@given(NUMBERS)
def test_numbers_survive_as_text(number: Decimal) -> None:
    assert feel("number(string(x)) = x", {"x": number}) is True


@given(st.dates(), st.integers(-10_000, 10_000))
def test_days_are_counted_back(day: object, days: int) -> None:
    assert feel('day + n * @"P1D" - day = n * @"P1D"', {"day": day, "n": days}) is True


def test_threads_share_expressions() -> None:
    text = "sum(for i in 1..50 return if i = n then n else partial[-1] + i * 0)"
    expression = compile_expression("{f: function(x) x + n, y: f(n)}.y")

    def work(n: int) -> object:
        compile_in(text, Vocabulary(names=frozenset({"n"})))
        return expression.evaluate({"n": n}, now=now).value

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(200))) == [2 * n for n in range(200)]


def test_threads_keep_their_diagnostics_apart() -> None:
    expression = compile_expression('for i in 1..20 return upper case(x) + string(1 / (i - n)) + "!"', names=["x", "n"])

    def work(n: int) -> list[tuple[str, int, int]]:
        found = expression.evaluate({"x": "a" if n % 2 else n, "n": n}, now=now).diagnostics
        return [(note.code, note.line, note.column) for note in found]

    alone = [work(n) for n in range(1, 21)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, list(range(1, 21)) * 10)) == alone * 10


SUMS = st.recursive(
    st.sampled_from(["a", "b", "c", "1", "1.21", "-2"]),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join),
    max_leaves=4,
)
CONDITIONS = st.recursive(
    st.tuples(SUMS, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), SUMS | st.just('"x"')).map(" ".join)
    | st.sampled_from(["a between 1 and 5", 'a in ("x", "y")', "a.b = 1"]),
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
    max_leaves=3,
)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["x", "", 10**34, -(10**40), 0, float("nan"), float("inf"), {"b": 1}]),
    st.integers(-5, 5),
    st.decimals(places=2),
    st.floats(),
)


CHOICES = st.tuples(CONDITIONS, st.sampled_from(['"x"', "1", "null", "true", "if a > 1 then 1 else null"])).map(
    lambda parts: f"if {parts[0]} then {parts[1]} else 2"
)


@given(CONDITIONS | CHOICES, st.dictionaries(st.sampled_from("abc"), PLAIN))
def test_quick_conditions_answer_as_slow_ones(text: str, context: dict[str, object]) -> None:
    compiled = compile_expression(text, names="abc")
    slow = replace(compiled, quick=None)
    assert compiled.evaluate(context, now=now) == slow.evaluate(context, now=now)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - local times are the subject
    st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.integers(-(10**6), 10**6),
)
def test_hours_in_zones_are_counted_back(moment: datetime, zone: str, minutes: int) -> None:
    start = feel("date and time(m, z)", {"m": moment.replace(tzinfo=UTC), "z": zone})
    assert feel('t + n * @"PT1M" - t = n * @"PT1M"', {"t": start, "n": minutes}) is True
