"""Compiled expressions and unary tests: the public face of the room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from engine.feel.builtins import STANDARD
from engine.feel.coding import Code, Env
from engine.feel.compiler import compile_node, compile_tests_node
from engine.feel.convert import to_feel
from engine.feel.errors import FeelLimitExceeded
from engine.feel.functions import Functions
from engine.feel.limits import DEFAULT_LIMITS, NOWHERE, Diagnostic, Limits, Run
from engine.feel.names import Names
from engine.feel.parser import parse_expression, parse_tests
from engine.feel.plain import plain_literal
from engine.feel.quick import Answer, quick_answer
from engine.feel.reading import PROPERTIES
from engine.feel.tree import Node, Test, Tests
from engine.feel.types import FeelType
from engine.feel.unary import TestCode, code_literal_test

_NONE: frozenset[str] = frozenset()


class Outcome(NamedTuple):
    """What an evaluation gave: a FEEL value, and why parts of it are null."""

    value: object
    diagnostics: tuple[Diagnostic, ...] = ()


_TRUE, _FALSE = Outcome(value=True), Outcome(value=False)
_outcome = tuple.__new__


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A compiled expression; immutable, and shared by threads.

    `names` are the variables that it reads from around it, without the built-in functions that it calls; those that
    only stand in a filter may be entries of the items instead. `reads` are all of them: a variable may be called like
    a function. `code` is for `engine.dmn`, which charges many expressions to one run.
    """

    text: str
    names: frozenset[str]
    reads: frozenset[str] = field(repr=False, compare=False)
    tree: Node = field(repr=False, compare=False)
    code: Code = field(repr=False, compare=False)
    quick: Answer | None = field(repr=False, compare=False, default=None)

    def evaluate(
        self, context: Mapping[str, object], *, now: Callable[[], datetime], limits: Limits = DEFAULT_LIMITS
    ) -> Outcome:
        """The value in a context of variables.

        `context` maps names to FEEL values or to whatever `to_feel` accepts; only names that the expression reads are
        looked up, and mappings in it entry by entry. `now` gives the instant (aware) that `now()` and `today()` show.
        A part without a result is null and has a diagnostic. Raises FeelLimitExceeded if a bound is met, and
        FeelValueRefused if a variable that is read has no counterpart in FEEL.
        """
        if self.quick is not None:
            try:
                answer = self.quick(context)
            except ArithmeticError:
                answer = None  # not a number: the evaluation as a whole knows what to say
            if answer is True:
                return _TRUE
            if answer is False:
                return _FALSE
            if answer is not None:
                return _outcome(Outcome, (answer, ()))
        run = Run(now, limits)
        try:
            value = self.code({name: to_feel(context[name]) for name in self.reads if name in context}, run)
        except RecursionError:
            raise FeelLimitExceeded("the evaluation is nested too deeply") from None
        return _outcome(Outcome, (value, tuple(run.diagnostics)))


@dataclass(frozen=True, kw_only=True)
class UnaryTests:
    """Compiled unary tests: the cell of a decision table."""

    text: str
    names: frozenset[str]
    reads: frozenset[str] = field(repr=False, compare=False)
    tree: Tests = field(repr=False, compare=False)
    code: TestCode = field(repr=False, compare=False)

    def evaluate(
        self,
        value: object,
        context: Mapping[str, object],
        *,
        now: Callable[[], datetime],
        limits: Limits = DEFAULT_LIMITS,
    ) -> Outcome:
        """Does the value satisfy one of the tests? true, false or null. Raises as `Expression.evaluate`."""
        run = Run(now, limits)
        env = gather(self.reads, context)
        subject = to_feel(value)
        return Outcome(value=guard(lambda: self.code(subject, env, run)), diagnostics=tuple(run.diagnostics))


def gather(names: Iterable[str], context: Mapping[str, object]) -> Env:
    """The named variables of a context as FEEL values; missing ones are left out."""
    return {name: to_feel(context[name]) for name in names if name in context}


def guard(evaluate: Callable[[], object]) -> object:
    """The result of an evaluation. Raises FeelLimitExceeded where Python's own stack ends first."""
    try:
        return evaluate()
    except RecursionError:
        raise FeelLimitExceeded("the evaluation is nested too deeply") from None


def compile_expression(text: str, *, names: Iterable[str] = (), functions: Functions = STANDARD) -> Expression:
    """The compiled expression; compiled ones are kept and shared.

    `names` are the variables in reach: needed for names with operators or keywords in them, such as `follow-up`; others
    are recognised without. Raises FeelSyntaxError with line, column and, where one is known, a proposal.
    """
    return _compile(text, frozenset(names), functions)


def compile_unary_tests(text: str, *, names: Iterable[str] = (), functions: Functions = STANDARD) -> UnaryTests:
    """The compiled unary tests, as `compile_expression`."""
    return _compile_tests(text, frozenset(names), functions)


@lru_cache(4096)
def _compile(text: str, names: frozenset[str], functions: Functions) -> Expression:
    return compile_in(text, Vocabulary(names=names, functions=functions))


@lru_cache(4096)
def _compile_tests(text: str, names: frozenset[str], functions: Functions) -> UnaryTests:
    return compile_tests_in(text, Vocabulary(names=names, functions=functions))


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What the texts of a model may speak of: names in reach, names of entries, functions, and types by name."""

    names: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    functions: Functions = STANDARD
    types: Mapping[str, FeelType] = field(default_factory=dict)

    def scope(self) -> Names:
        """The names for the parser."""
        return _scope(self.names, self.functions)

    def variables(self, reads: frozenset[str]) -> frozenset[str]:
        """Those of the names that are no built-in functions, or are variables all the same."""
        return frozenset(name for name in reads if name in self.names or name not in self.functions)

    def entries(self) -> Names:
        """The names that may follow a dot, for the parser."""
        return _entries(self.members)


@lru_cache(1024)
def _scope(names: frozenset[str], functions: Functions) -> Names:
    return Names(names, functions.scope)


@lru_cache(256)
def _entries(members: frozenset[str]) -> Names:
    return Names(members, PROPERTIES)


def compile_in(text: str, vocabulary: Vocabulary) -> Expression:
    """The compiled expression of a model; not kept. Raises FeelSyntaxError."""
    literal = plain_literal(text)
    if literal is not None:
        value = literal.value
        return Expression(text=text, names=_NONE, reads=_NONE, tree=literal, code=lambda env, run: value)  # noqa: ARG005 - every closure takes both
    node = parse_expression(text, vocabulary.scope(), vocabulary.entries())
    code, reads = compile_node(node, vocabulary.functions, vocabulary.types)
    names = vocabulary.variables(reads)
    return Expression(text=text, names=names, reads=reads, tree=node, code=code, quick=quick_answer(node))


def compile_tests_in(text: str, vocabulary: Vocabulary) -> UnaryTests:
    """The compiled unary tests of a model; not kept. Raises FeelSyntaxError."""
    literal = plain_literal(text)
    if literal is not None:
        tests = Tests(NOWHERE, negated=False, tests=(Test(NOWHERE, None, literal),))
        return UnaryTests(text=text, names=_NONE, reads=_NONE, tree=tests, code=code_literal_test(literal.value))
    node = parse_tests(text, vocabulary.scope(), vocabulary.entries())
    code, reads = compile_tests_node(node, vocabulary.functions, vocabulary.types)
    return UnaryTests(text=text, names=vocabulary.variables(reads), reads=reads, tree=node, code=code)
