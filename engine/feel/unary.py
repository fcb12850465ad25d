"""Closures for unary tests: cells of decision tables, and what stands after `in` (DMN 1.5, 7.3.4, 10.3.2.10)."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel import tree
from engine.feel.coding import Code, Coder, Env
from engine.feel.compare import equal, matches
from engine.feel.display import kind
from engine.feel.limits import Run
from engine.feel.operators import COMPARE, FAST, RAW

TestCode = Callable[[object, Env, Run], bool | None]
_SIMPLE = (*FAST, bool)


def code_in(coder: Coder, node: tree.In) -> Code:
    """`x in (tests)`."""
    value, tests, place = coder.code(node.value), any_of(coder, node.tests, inside_in=True), node.place

    def code(env: Env, run: Run) -> object:
        found, noted = value(env, run), len(run.diagnostics)
        result = tests(found, env, run)
        if result is None and len(run.diagnostics) == noted:
            run.note("not-comparable", f"a value of type {kind(found)} cannot be tested so", place)
        return result

    return code


def code_tests(coder: Coder, node: tree.Tests) -> TestCode:
    """A whole cell."""
    if not node.tests:
        return lambda value, env, run: True  # noqa: ARG005 - every test takes the three
    tests = any_of(coder, node.tests, inside_in=False)
    if not node.negated:
        return tests

    def negated(value: object, env: Env, run: Run) -> bool | None:
        result = tests(value, env, run)
        return None if result is None else not result

    return negated


def any_of(coder: Coder, tests: tuple[tree.Test, ...], *, inside_in: bool) -> TestCode:
    """True if one test holds, null if none does and one cannot be answered."""
    codes = tuple(_code_test(coder, test, inside_in=inside_in) for test in tests)
    if len(codes) == 1:
        return codes[0]

    def code(value: object, env: Env, run: Run) -> bool | None:
        result: bool | None = False
        for test in codes:
            found = test(value, env, run)
            if found is True:
                return True
            if found is None:
                result = None
        return result

    return code


def _code_test(coder: Coder, test: tree.Test, *, inside_in: bool) -> TestCode:
    if test.sign is not None:
        return _code_comparison(coder, test, test.sign)
    if "?" in coder.free(test.operand):
        return _code_condition(coder, test)
    if isinstance(test.operand, tree.Literal) and type(test.operand.value) in _SIMPLE:
        return code_literal_test(test.operand.value)
    operand = coder.code(test.operand)

    def code(value: object, env: Env, run: Run) -> bool | None:
        result = operand(env, run)
        if result is True and type(value) is not bool and not inside_in:
            return True
        return matches(value, result, run)

    return code


def _code_comparison(coder: Coder, test: tree.Test, sign: str) -> TestCode:
    compare, operand, place = COMPARE[sign], coder.code(test.operand), test.place
    if isinstance(test.operand, tree.Literal) and type(test.operand.value) in FAST:
        raw, literal, kind_of = RAW[sign], test.operand.value, type(test.operand.value)
        return lambda value, env, run: (  # noqa: ARG005 - every test takes the three
            raw(value, literal) if type(value) is kind_of else compare(value, literal, run, place)
        )
    return lambda value, env, run: compare(value, operand(env, run), run, place)


def code_literal_test(literal: object) -> TestCode:
    """A test that is a number, text or boolean: equality."""
    kind_of = type(literal)
    return lambda value, env, run: (  # noqa: ARG005 - every test takes the three
        value == literal if type(value) is kind_of else equal(value, literal, run)
    )


def _code_condition(coder: Coder, test: tree.Test) -> TestCode:
    """A test that reads the value as `?`: a boolean answers, another result is compared with the value."""
    operand = coder.code(test.operand)

    def code(value: object, env: Env, run: Run) -> bool | None:
        result = operand({**env, "?": value}, run)
        if isinstance(result, bool):
            return result
        return None if result is None else matches(value, result, run)

    return code
