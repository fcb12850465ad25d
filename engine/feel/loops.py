"""Closures for `for`, `some` and `every` (DMN 1.5, 10.3.2.14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from engine.feel import tree
from engine.feel.coding import Code, Coder, Env
from engine.feel.compare import order
from engine.feel.display import kind
from engine.feel.errors import Problem
from engine.feel.free import children
from engine.feel.limits import Run
from engine.feel.values import Date, Range

_LARGEST = 10**15
Level = Callable[[Env, Run], bool]
"""Runs one iteration and all inside it; True ends the whole loop."""
Domain = Callable[[Env, Run], Iterable[object]]


def span(start: object, end: object, *, from_start: bool = True, to_end: bool = True) -> Iterable[object]:
    """The whole numbers or days from start to end, upwards or downwards, made one by one. Raises Problem."""
    if isinstance(start, Decimal) and isinstance(end, Decimal):
        whole = start == start.to_integral_value() and end == end.to_integral_value()
        if not whole or max(abs(start), abs(end)) > _LARGEST:
            raise Problem("invalid-iteration", "an iteration runs over whole numbers")
        return map(Decimal, _steps(int(start), int(end), from_start=from_start, to_end=to_end))
    if isinstance(start, Date) and isinstance(end, Date):
        return map(Date.of_days, _steps(start.days, end.days, from_start=from_start, to_end=to_end))
    raise Problem("invalid-iteration", f"one cannot iterate from a {kind(start)} to a {kind(end)}")


def _steps(start: int, end: int, *, from_start: bool, to_end: bool) -> range:
    step = 1 if start <= end else -1
    return range(start if from_start else start + step, (end if to_end else end - step) + step, step)


def domain_of(value: object) -> Iterable[object]:
    """What an iteration over the value runs through; a value alone is a list of one. Raises Problem."""
    if isinstance(value, list):
        return list(value)
    if isinstance(value, Range):
        place = None if value.operator else order(value.low, value.high)
        if place is None or place > 0:
            raise Problem("invalid-iteration", "one cannot iterate over an unlimited or descending range")
        return span(value.low, value.high, from_start=value.low_included, to_end=value.high_included)
    if value is None:
        raise Problem("invalid-iteration", "one cannot iterate over null")
    return [value]


def _domain(coder: Coder, iteration: tree.Iteration) -> Domain:
    start = coder.code(iteration.domain)
    if iteration.end is None:
        return lambda env, run: domain_of(start(env, run))
    end = coder.code(iteration.end)
    return lambda env, run: span(start(env, run), end(env, run))


def _nest(coder: Coder, iterations: tuple[tree.Iteration, ...], innermost: Level) -> Level:
    level = innermost
    for iteration in reversed(iterations):
        level = _level(iteration.name, _domain(coder, iteration), level)
    return level


def _level(name: str, domain: Domain, inner: Level) -> Level:
    def run_level(env: Env, run: Run) -> bool:
        for value in domain(env, run):
            run.step()
            env[name] = value
            if inner(env, run):
                return True
        return False

    return run_level


def code_for(coder: Coder, node: tree.For) -> Code:
    """`for ... return ...`; `partial` is the list of the results so far."""
    body, place = coder.code(node.body), node.place
    keeps_partial = "partial" in coder.free(node.body) and not _only_filtered(node.body)

    def one(env: Env, run: Run) -> bool:
        results: list[object] = env["\0results"]  # type: ignore[assignment]  # put there below
        if keeps_partial:
            run.copied(len(results))
            env["partial"] = results.copy()
        results.append(body(env, run))
        run.entry()
        return False

    level = _nest(coder, node.iterations, one)

    def code(env: Env, run: Run) -> object:
        results: list[object] = []
        try:
            level({**env, "partial": results, "\0results": results}, run)
        except Problem as problem:
            return run.note(problem.code, problem.message, place)
        return run.items(results)

    return code


def _only_filtered(node: tree.Node) -> bool:
    """Is `partial` read as `partial[...]` alone? Then it cannot get into the result, and needs no copy."""
    if isinstance(node, tree.Name):
        return node.name != "partial"
    if isinstance(node, tree.Filter) and isinstance(node.of, tree.Name):
        return _is_index(node.condition) or (node.of.name != "partial" and _only_filtered(node.condition))
    if isinstance(node, tree.For | tree.Quantified | tree.FunctionNode):
        return False
    return all(_only_filtered(child) for child in children(node))


def _is_index(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) or (isinstance(node, tree.Negation) and _is_index(node.operand))


def code_quantified(coder: Coder, node: tree.Quantified) -> Code:
    """`some` and `every ... satisfies ...`: the first deciding answer ends the loop."""
    body, place, decides = coder.code(node.body), node.place, not node.every

    def one(env: Env, run: Run) -> bool:
        value = body(env, run)
        if value is decides:
            return True
        if type(value) is not bool:
            env["\0unsure"] = True
        return False

    level = _nest(coder, node.iterations, one)

    def code(env: Env, run: Run) -> object:
        inner = {**env, "\0unsure": False}
        try:
            if level(inner, run):
                return decides
        except Problem as problem:
            return run.note(problem.code, problem.message, place)
        return None if inner["\0unsure"] else not decides

    return code
