"""Looks for expressions that cost too much: `python -m tests.engine.feel.hunt --seconds 60 --seed 1`.

Expressions are grown at random from typed rules, with large values where they hurt, and each is compiled and evaluated
anew. The dearest are printed with the milliseconds that they took on the processor, the first time and the best of
three more, and with the most memory that they held.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from contextlib import suppress
from random import Random

from rich.console import Console

from engine.feel import STANDARD, FeelError
from engine.feel.expression import Vocabulary, compile_in
from tests.engine.feel.feeling import now

CONTEXT = {"a": 1, "b": [1, None, "x"], "c": {"x": "y"}, "xs": [{"a": 1}, {"a": "b"}]}
_WORDS = Vocabulary(names=frozenset(CONTEXT), functions=STANDARD)
_ATOMS: dict[str, tuple[str, ...]] = {
    "number": ("1", "2", "-7.5", "a", "9e999", "1e-6000", "1e6000", "99999", "1e15", "0.1", "1/3", "i", "item", "6111"),
    "string": (
        '"a"',
        '"(a+)+$"',
        '"(a?){140}a{140}"',
        '"((a|b)?){99}c"',
        '"(a|b)*a(a|b){99}"',
        r'"(\\p{L}|\\p{N}){20}c"',
        '"(.{1,90}){1,3}c"',
        '"[a-z-[aeiou]]+"',
        r'"\\p{L}*"',
        'string repeat("ab", 400000)',
        'string join(for q in 1..9999 return "abcdefgh")',
        '"x"',
        '"2026-01-01"',
        '"[1..5]"',
        '""',
        'string repeat("a", 1000)',
    ),
    "list": (
        "b",
        "xs",
        "[]",
        "(for q in 1..90000 return q)",
        "(for q in 1..3000 return [q])",
        "(for q in 1..9000 return {a: q})",
        "[[[[1]]]]",
        "(for q in 1..50 return if q = 1 then [1] else [partial[-1], partial[-1]])",
        '(for q in 1..40 return if q = 1 then "x" else partial[-1] + "y")',
        "partial",
        "(for q in 1..2000 return string(q))",
    ),
    "boolean": ("true", "false", "null", "a > 1"),
    "date": ('@"2026-01-31"', 'date("-999999999-01-01")', 'date("999999999-12-31")', "today()"),
    "moment": ("now()", '@"2026-03-29T01:30:00@Europe/Amsterdam"', '@"9999-12-31T23:59:59Z"'),
    "duration": ('@"P999999999Y"', '@"P1D"', '@"-PT0.000000001S"', '@"P1Y2M"'),
    "range": ("[1..100000]", "(1..1e15)", '["a".."z"]', "(> 5)"),
    "context": ("c", "{}", "{a: 1, b: {c: 2}}", "xs[1]", "context(for q in 1..5000 return {key: string(q), value: q})"),
    "function": ("function(x) x", "function(x, y) x < y", "function(x, y) true", "abs", "function(x) x(x)"),
}
_KINDS = tuple(_ATOMS)
_WORD_KINDS = {
    "number": "number",
    "string": "string",
    "list": "list",
    "context": "context",
    "function": "function",
    "boolean": "boolean",
    "range": "range",
}


class Grower:
    """Grows expressions from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def grown(self, depth: int, kind: str | None = None) -> str:
        """An expression, mostly of that kind."""
        choose = self._random
        kind = kind or choose.choice(_KINDS)
        if depth <= 0 or choose.random() < 0.12:
            return choose.choice(_ATOMS[kind])
        return choose.choice(_RULES)(self, depth - 1, kind)

    def call(self, depth: int, _: str) -> str:
        """A call of a built-in function with arguments that fit, mostly."""
        builtin = STANDARD[self._random.choice(sorted(STANDARD))]
        overload = self._random.choice(builtin.overloads)
        arguments = [self.grown(depth, _kind_of(parameter.label)) for parameter in overload.parameters]
        return f"{builtin.name}({', '.join(arguments)})"

    def operation(self, depth: int, kind: str) -> str:
        """Two operands."""
        sign = self._random.choice(["+", "-", "*", "/", "**", "<", ">=", "=", "!=", "and", "or", "in", "+", "*"])
        other = self._random.choice([kind, kind, None])
        return f"({self.grown(depth, kind)}) {sign} ({self.grown(depth, other)})"

    def loop(self, depth: int, _: str) -> str:
        """An iteration."""
        variable = self._random.choice(["i", "item"])
        domain = self._random.choice(["1..1000000", "1..300", self.grown(depth, "list"), self.grown(depth, "range")])
        words = self._random.choice(
            ["for {} in {} return {}", "some {} in {} satisfies {}", "every {} in {} satisfies {}"]
        )
        return words.format(variable, domain, self.grown(depth))

    def part(self, depth: int, kind: str) -> str:
        """Filters, paths, contexts, conditions, functions."""
        forms = (
            "({0})[{1}]",
            "({0}).a",
            "[{0}, {1}]",
            "{{k: {0}, l: {1}}}.l",
            "if {1} then {0} else {1}",
            "(function(x, i) {0})({1}, {0})",
            "({0}) instance of list<number>",
            "({0}) between ({1}) and ({0})",
            "{{f: function(n) if n < 1 then {0} else [f(n - 1), {1}], r: f(90)}}.r",
        )
        return self._random.choice(forms).format(self.grown(depth, kind), self.grown(depth))


def _kind_of(label: str) -> str | None:
    word = label.partition("|")[0].strip()
    known = {"date": "date", "date and time": "moment", "days and time duration": "duration"}
    return known.get(word) or _WORD_KINDS.get(word)


_RULES = (Grower.call, Grower.call, Grower.operation, Grower.loop, Grower.part)


def cost(text: str) -> float:
    """Milliseconds on the processor to compile an expression and to evaluate it."""
    start = time.thread_time()
    with suppress(FeelError):
        compile_in(text, _WORDS).evaluate(CONTEXT, now=now)
    return (time.thread_time() - start) * 1000


def memory(text: str) -> float:
    """The most MB that an expression holds."""
    tracemalloc.start()
    try:
        cost(text)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def main() -> None:
    """Hunt, and print the dearest."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--show", type=int, default=10)
    asked = options.parse_args()
    found: list[tuple[float, str]] = []
    count, end = 0, time.monotonic() + asked.seconds
    while time.monotonic() < end:
        text = Grower(asked.seed * 1_000_000 + count).grown(4)
        count += 1
        found.append((cost(text), text))
        found = sorted(found, reverse=True)[: asked.show] if len(found) > 200 else found
    console = Console(width=200, highlight=False)
    console.print(f"{count} expressions")
    for first, text in sorted(found, reverse=True)[: asked.show]:
        again = min(cost(text) for _ in range(3))
        line = f"{first:7.1f} ms, again {again:5.1f} ms, {memory(text):5.1f} MB  {text[:140]}"
        console.print(line, markup=False)


if __name__ == "__main__":
    main()
