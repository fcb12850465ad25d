"""Hostile expressions: each ends, with a value or with an error of ours, within its account of steps and memory."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.feel import FeelError, FeelLimitExceeded, Limits, compile_expression
from tests.engine.feel.feeling import now

_REPEATED = re.compile(r"~(\d+)~([^~]*)~")


def _lines() -> Iterator[str]:
    for line in Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield _REPEATED.sub(lambda match: match[2] * int(match[1]), line)


HOSTILE = list(_lines())


def _ends(text: str) -> None:
    try:
        compile_expression(text).evaluate({}, now=now)
    except FeelError as error:
        if not error.message:
            raise


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_it_ends(text: str) -> None:
    _ends(text)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_it_stays_small(text: str) -> None:
    tracemalloc.start()
    try:
        _ends(text)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def _refused(text: str, limits: Limits) -> str:
    with pytest.raises(FeelLimitExceeded) as caught:
        compile_expression(text).evaluate({}, now=now, limits=limits)
    return caught.value.message


def test_steps() -> None:
    assert "steps" in _refused("for i in 1..100000 return i", Limits(steps=1000))


def test_time() -> None:
    assert "too long" in _refused("every i in 1..100000 satisfies true", Limits(cpu_seconds=-1))


def test_memory() -> None:
    assert "memory" in _refused('for i in 1..1000 return string repeat("x", 10000)', Limits(memory=100_000))


def test_lengths() -> None:
    assert "text" in _refused('string join(for i in 1..100 return "abcdefghij")', Limits(text=500))
    assert "list" in _refused("for i in 1..100 return i", Limits(items=50))


def test_depth_of_calls() -> None:
    assert "deeply" in _refused("{f: function(x) f(x + 1), y: f(1)}.y", Limits(calls=20))


def test_recursion_within_bounds() -> None:
    text = "{f: function(n) if n < 1 then 0 else 1 + f(n - 1), y: f(50)}.y"
    assert compile_expression(text).evaluate({}, now=now).value == 50
