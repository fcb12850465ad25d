"""Closures for calls, and functions written in FEEL (DMN 1.5, 10.3.2.11 and 10.3.2.13.2)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from engine.feel import tree
from engine.feel.coding import Code, Coder, Env
from engine.feel.display import kind
from engine.feel.errors import FeelLimitExceeded, Problem
from engine.feel.functions import Builtin
from engine.feel.limits import Place, Run
from engine.feel.types import ANY, FeelType, FunctionType, coerce
from engine.feel.values import Function

_DEEP, _FRAMES = 20, 4_000
"""From so many calls within calls on, there is room for so many frames."""


class UserFunction(Function):
    """A function with a body in FEEL, and the names that it closes over."""

    def __init__(
        self, parameters: Sequence[tuple[str, FeelType]], body: Code, env: Env, result: FeelType | None = None
    ) -> None:
        self.parameters = tuple(name for name, _ in parameters)
        self.types = tuple(kind_of for _, kind_of in parameters)
        self.env = env
        self.result = result
        self._body = body

    @property
    def signature(self) -> FunctionType:
        """Its type."""
        return FunctionType(self.types, self.result or ANY)

    def call(self, arguments: Sequence[object], run: Run) -> object:
        """The result. Raises Problem if the arguments do not fit."""
        if len(arguments) != len(self.parameters):
            wanted = f"takes {len(self.parameters)} arguments, not {len(arguments)}"
            raise Problem("invalid-call", f"{self.name} {wanted}")
        return self._enter(dict(zip(self.parameters, self._taken(arguments, run), strict=True)), run)

    def call_named(self, arguments: Mapping[str, object], run: Run) -> object:
        """The result. Raises Problem if the names do not fit."""
        if set(arguments) != set(self.parameters):
            raise Problem("invalid-call", f"{self.name} has the parameters {', '.join(self.parameters) or 'none'}")
        return self.call([arguments[name] for name in self.parameters], run)

    def _taken(self, arguments: Sequence[object], run: Run) -> list[object]:
        taken = []
        for name, value, wanted in zip(self.parameters, arguments, self.types, strict=True):
            try:
                taken.append(coerce(value, wanted, run))
            except Problem as problem:
                raise Problem("invalid-argument", f"{self.name}: the argument {name} is of the wrong type") from problem
        return taken

    def _enter(self, bound: Env, run: Run) -> object:
        run.step()
        run.calls += 1
        if run.calls >= _DEEP:
            _make_room(run)
        try:
            result = self._body({**self.env, **bound}, run)
        finally:
            run.calls -= 1
        return coerce(result, self.result, run) if self.result is not None else result


def _make_room(run: Run) -> None:
    """Deep calls need more of Python's frames than it gives by default. Its limit is raised once, for good, so threads
    do not mind; the frames lie in the heap, and few of ours are entered through C.
    """
    if run.calls > run.limits.calls:
        raise FeelLimitExceeded("functions call each other too deeply")
    if sys.getrecursionlimit() < _FRAMES:
        sys.setrecursionlimit(_FRAMES)


def invoke(function: object, arguments: Sequence[object], run: Run, place: Place) -> object:
    """The result of a call, or null and a diagnostic."""
    if not isinstance(function, Function):
        return run.note("invalid-call", f"a value of type {kind(function)} cannot be called", place)
    try:
        return function.call(arguments, run)
    except Problem as problem:
        return run.note(problem.code, problem.message, place)


def invoke_named(function: object, arguments: Mapping[str, object], run: Run, place: Place) -> object:
    """The result of a call with named arguments, or null and a diagnostic."""
    if not isinstance(function, Function):
        return run.note("invalid-call", f"a value of type {kind(function)} cannot be called", place)
    try:
        return function.call_named(arguments, run)
    except Problem as problem:
        return run.note(problem.code, problem.message, place)


def code_call(coder: Coder, node: tree.Call) -> Code:
    """`f(a, b)` and `f(x: a)`."""
    function, place = _callee(coder, node.function), node.place
    if node.named:
        named = {name: coder.code(argument) for name, argument in node.named}
        return lambda env, run: invoke_named(
            function(env, run), {name: argument(env, run) for name, argument in named.items()}, run, place
        )
    arguments = tuple(coder.code(argument) for argument in node.arguments)
    if _is_constant(node) and isinstance(node.function, tree.Name):
        return _once(node.function.name, function, arguments, place)
    if isinstance(node.function, tree.Name) and node.function.name in _QUIET and arguments:
        return _quiet(function, arguments, place)
    return lambda env, run: invoke(function(env, run), [argument(env, run) for argument in arguments], run, place)


def _is_constant(node: tree.Call) -> bool:
    """Is it a call such as `date("2026-01-31")`, which is the same at every evaluation?"""
    if not isinstance(node.function, tree.Name) or node.function.name not in _CONSTANT:
        return False
    return all(isinstance(argument, tree.Literal) for argument in node.arguments)


def _once(name: str, function: Code, arguments: tuple[Code, ...], place: Place) -> Code:
    """A call whose result is kept, unless it is null (with its diagnostic), or a variable hides the function."""
    kept: list[object] = []

    def code(env: Env, run: Run) -> object:
        if kept and name not in env:
            return kept[0]
        result = invoke(function(env, run), [argument(env, run) for argument in arguments], run, place)
        if result is not None and name not in env:
            kept.append(result)
        return result

    return code


_CONSTANT = frozenset({"date", "time", "date and time", "duration"})
_QUIET = frozenset({"is defined", "get or else"})
"""Functions that ask whether a value is there: its absence is an answer and no mistake."""


def _quiet(function: Code, arguments: tuple[Code, ...], place: Place) -> Code:
    def code(env: Env, run: Run) -> object:
        noted = len(run.diagnostics)
        first = arguments[0](env, run)
        del run.diagnostics[noted:]
        return invoke(function(env, run), [first, *(argument(env, run) for argument in arguments[1:])], run, place)

    return code


def _callee(coder: Coder, node: tree.Node) -> Code:
    """A variable that happens to be called like a built-in function does not hide it where it is called."""
    builtin: Builtin | None = coder.functions.get(node.name) if isinstance(node, tree.Name) else None
    if builtin is None or not isinstance(node, tree.Name):
        return coder.code(node)
    name, fallback = node.name, builtin
    if builtin.reads:
        return lambda env, run: fallback.within(env)  # noqa: ARG005 - every closure takes both

    def code(env: Env, run: Run) -> object:  # noqa: ARG001 - every closure takes both
        found = env.get(name)
        return found if isinstance(found, Function) else fallback

    return code


def code_function(coder: Coder, node: tree.FunctionNode) -> Code:
    """`function(a: number) a + 1`; external functions are refused (docs/decisions/0201)."""
    place = node.place
    if node.external:
        return lambda env, run: run.note("external-function", "functions in Java or PMML are not run", place)  # noqa: ARG005 - every closure takes both
    parameters = tuple((name, coder.type(kind_of) if kind_of else ANY) for name, kind_of in node.parameters)
    body, free = coder.code(node.body), coder.free(node)

    def code(env: Env, run: Run) -> object:  # noqa: ARG001 - every closure takes both
        return UserFunction(parameters, body, {name: env[name] for name in free if name in env})

    return code
