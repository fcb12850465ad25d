"""Types that can be told before an expression runs, and conflicts between them.

A type is the Python class of its values (`Decimal`, `str`, `Range` ...), or None where it cannot be told. Operators are
not described a second time: what `a + b` gives is seen by adding two samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.access import PROPERTIES
from engine.feel.arithmetic import OPERATORS, negate
from engine.feel.compare import order
from engine.feel.display import kind
from engine.feel.functions import Builtin, Functions
from engine.feel.limits import NOWHERE, Place, Run
from engine.feel.literals import parse_temporal
from engine.feel.results import RESULTS
from engine.feel.types import SIMPLE, Simple
from engine.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths

Known = Mapping[str, "Type"]
Type = type[Any] | None
Conflict = tuple[Place, str]
_DAY, _NOON = Date(2026, 1, 1), Time(0, 0)
_SAMPLES: dict[type, object] = {
    Decimal: Decimal(2),
    str: "a",
    bool: True,
    Date: _DAY,
    Time: _NOON,
    DateTime: DateTime(_DAY, _NOON),
    DaysTime: DaysTime(2),
    YearsMonths: YearsMonths(2),
    list: [],
    dict: {},
    Range: Range(Decimal(1), Decimal(2), low_included=True, high_included=True),
}


def _sample(kind_of: Type) -> object:
    return None if kind_of is None else _SAMPLES.get(kind_of)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def type_named(name: str | None) -> Type:
    """The class behind a simple type of FEEL; None for others."""
    found = SIMPLE.get(name or "")
    return found.python if isinstance(found, Simple) else None


def conflicts(node: tree.Node, functions: Functions, types: Known) -> list[Conflict]:
    """Where in a tree values meet that have no result together. `types` are those of variables, as far as known."""
    inference = Inference(functions)
    inference.type(node, types)
    return inference.found


class Inference:
    """One walk over a tree."""

    def __init__(self, functions: Functions) -> None:
        self.found: list[Conflict] = []
        self._functions = functions

    def type(self, node: tree.Node, types: Known) -> Type:
        """The type of a node; conflicts in it are noted."""
        infer = _RULES.get(type(node))
        return infer(self, node, types) if infer else None

    def all(self, nodes: Iterator[tree.Node] | tuple[tree.Node, ...], types: Known) -> list[Type]:
        """The types of several nodes."""
        return [self.type(node, types) for node in nodes]

    def note(self, place: Place, message: str) -> None:
        """Keep a conflict."""
        self.found.append((place, message))

    def call(self, node: tree.Call, types: Known) -> Type:
        """A call: do the arguments fit, and what does it give?"""
        given = self.all(node.arguments, types)
        named = {name: self.type(value, types) for name, value in node.named}
        if not isinstance(node.function, tree.Name):
            self.type(node.function, types)
            return None
        name = node.function.name
        builtin = self._functions.get(name)
        if builtin is None or name in types:
            return None
        problem = _misfit(builtin, given, named)
        if problem:
            self.note(node.place, f"{name}: {problem}, so the result is always null")
        return RESULTS.get(name)


def _misfit(builtin: Builtin, given: list[Type], named: Mapping[str, Type]) -> str | None:
    """Why no overload takes arguments of these types; None if one does, or if their number is wrong anyway."""
    problem = None
    for overload in builtin.overloads:
        if named:
            by_name = {parameter.name: parameter for parameter in overload.parameters}
            if not named.keys() <= by_name.keys():
                continue
            pairs = [(by_name[name], found) for name, found in named.items()]
        else:
            if not overload.takes(len(given)):
                continue
            last = len(overload.parameters) - 1
            pairs = [(overload.parameters[min(i, last)], found) for i, found in enumerate(given)]
        wrong = next(((p, found) for p, found in pairs if not _takes(p.types, found)), None)
        if wrong is None:
            return None
        parameter, found = wrong
        problem = f"the argument {parameter.name} is of type {_word(found)}, wanted is {parameter.label}"
    return problem


def _takes(wanted: tuple[type, ...] | None, found: Type) -> bool:
    """May an argument of that type be taken? A list may be one of a single fitting entry."""
    if wanted is None or found is None or found in wanted or found is list or list in wanted:
        return True
    return found is Date and DateTime in wanted


def _word(found: Type) -> str:
    return "function" if found is Function else kind(_SAMPLES.get(found)) if found is not None else "unknown"


# what each kind of node gives


def _literal(_: Inference, node: tree.Literal, __: Known) -> Type:
    return None if node.value is None else type(node.value)


def _temporal(_: Inference, node: tree.TemporalLiteral, __: Known) -> Type:
    value = parse_temporal(node.text)
    return None if value is None else type(value)


def _name(_: Inference, node: tree.Name, types: Known) -> Type:
    return types.get(node.name)


def _negation(inference: Inference, node: tree.Negation, types: Known) -> Type:
    found = inference.type(node.operand, types)
    if found is None:
        return None
    run = Run(lambda: _EPOCH)
    if negate(_SAMPLES.get(found), run, NOWHERE) is None:
        inference.note(node.place, f"a value of type {_word(found)} cannot be negated, so the result is always null")
        return None
    return found


def _logic(inference: Inference, node: tree.Logic, types: Known) -> Type:
    for term in node.terms:
        found = inference.type(term, types)
        if found not in (None, bool):
            word = "or" if node.is_or else "and"
            inference.note(term.place, f"{word} joins booleans, and this is of type {_word(found)}")
    return bool


_RESULTS: dict[tuple[str, type[Any], type[Any]], Type] = {}


def _result(sign: str, left: type[Any], right: type[Any]) -> Type:
    """What an operator gives for two types; None if it has no result."""
    key = (sign, left, right)
    if key not in _RESULTS:
        _RESULTS[key] = _tried(sign, left, right)
    return _RESULTS[key]


def _tried(sign: str, left: type[Any], right: type[Any]) -> Type:
    run = Run(lambda: _EPOCH)
    value = OPERATORS[sign](_sample(left), _sample(right), run, NOWHERE)
    mismatch = any(note.code == "type-mismatch" for note in run.diagnostics)
    return None if mismatch else type(value)


def _chain(inference: Inference, node: tree.Chain, types: Known) -> Type:
    left = inference.type(node.first, types)
    for step in node.steps:
        right = inference.type(step.right, types)
        if left is None or right is None:
            left = None
            continue
        result = _result(step.sign, left, right)
        if result is None:
            message = f"{_word(left)} {step.sign} {_word(right)} has no result, so it is always null"
            inference.note(step.place, message)
        left = result
    return left


def _comparison(inference: Inference, node: tree.Comparison, types: Known) -> Type:
    left, right = inference.type(node.left, types), inference.type(node.right, types)
    if left is not None and right is not None and not _comparable(node.sign, left, right):
        message = f"a {_word(left)} and a {_word(right)} cannot be compared, so the result is always null"
        inference.note(node.place, message)
    return bool


def _comparable(sign: str, left: type, right: type) -> bool:
    if sign in ("=", "!="):
        return left is right or {left, right} == {DaysTime, YearsMonths}
    return left is right and (left is Function or order(_SAMPLES.get(left), _SAMPLES.get(right)) is not None)


def _between(inference: Inference, node: tree.Between, types: Known) -> Type:
    found = inference.type(node.value, types)
    for end in (node.low, node.high):
        other = inference.type(end, types)
        if found is not None and other is not None and not _comparable("<=", found, other):
            inference.note(end.place, f"a {_word(found)} and a {_word(other)} cannot be compared")
    return bool


def _in(inference: Inference, node: tree.In, types: Known) -> Type:
    value = inference.type(node.value, types)
    inference.all(tuple(test.operand for test in node.tests), {**types, "?": value})
    return bool


def _conditional(inference: Inference, node: tree.Conditional, types: Known) -> Type:
    found = inference.type(node.condition, types)
    if found not in (None, bool):
        message = f"the condition is of type {_word(found)}, so else is always taken"
        inference.note(node.condition.place, message)
    then, otherwise = inference.type(node.then, types), inference.type(node.otherwise, types)
    return then if then is otherwise else None


def _path(inference: Inference, node: tree.Path, types: Known) -> Type:
    found = inference.type(node.of, types)
    if found is None or found in (dict, list):
        return list if found is list else None
    read = PROPERTIES.get(found, {}).get(node.member)
    if read is None:
        inference.note(node.place, f"a value of type {_word(found)} has no {node.member}")
        return None
    value = read(_SAMPLES[found])
    return None if value is None or found is Range else type(value)


def _filter(inference: Inference, node: tree.Filter, types: Known) -> Type:
    inference.type(node.of, types)
    condition = inference.type(node.condition, {})
    if condition not in (None, bool, Decimal):
        inference.note(node.condition.place, f"a filter is a condition or a position, not a {_word(condition)}")
    return list if condition is bool else None


def _list(inference: Inference, node: tree.ListNode, types: Known) -> Type:
    inference.all(node.items, types)
    return list


def _context(inference: Inference, node: tree.ContextNode, types: Known) -> Type:
    inner = dict(types)
    for name, value in node.entries:
        inner[name] = inference.type(value, inner)
    return dict


def _range(inference: Inference, node: tree.RangeNode, types: Known) -> Type:
    low, high = inference.type(node.low, types), inference.type(node.high, types)
    if low is not None and high is not None and not _comparable("<", low, high):
        inference.note(node.place, f"a range from a {_word(low)} to a {_word(high)} has no meaning")
    return Range


def _function(inference: Inference, node: tree.FunctionNode, types: Known) -> Type:
    inner = {name: type_named(wanted.name) if wanted and not wanted.parts else None for name, wanted in node.parameters}
    inference.type(node.body, {**types, **inner})
    return Function


def _iterations(inference: Inference, node: tree.For | tree.Quantified, types: Known) -> Type:
    inner = dict(types)
    for iteration in node.iterations:
        start = inference.type(iteration.domain, inner)
        if iteration.end is not None:
            inference.type(iteration.end, inner)
        inner[iteration.name] = start if iteration.end is not None else None
    inner["partial"] = list
    inference.type(node.body, inner)
    return list if isinstance(node, tree.For) else bool


def _tests(inference: Inference, node: tree.Tests, types: Known) -> Type:
    subject = types.get("?")
    for test in node.tests:
        found = inference.type(test.operand, types)
        if subject is None or found is None or test.sign in (None, "=", "!="):
            continue
        if not _comparable(test.sign or "=", subject, found):
            message = f"a {_word(subject)} and a {_word(found)} cannot be compared, so the cell never matches"
            inference.note(test.place, message)
    return bool


def _boolean(inference: Inference, node: tree.InstanceOf, types: Known) -> Type:
    inference.type(node.value, types)
    return bool


_RULES: dict[type[tree.Node], Callable[[Inference, Any, Known], Type]] = {
    tree.Literal: _literal,
    tree.TemporalLiteral: _temporal,
    tree.Name: _name,
    tree.Negation: _negation,
    tree.Logic: _logic,
    tree.Chain: _chain,
    tree.Comparison: _comparison,
    tree.Between: _between,
    tree.In: _in,
    tree.Tests: _tests,
    tree.InstanceOf: _boolean,
    tree.Conditional: _conditional,
    tree.Path: _path,
    tree.Filter: _filter,
    tree.ListNode: _list,
    tree.ContextNode: _context,
    tree.RangeNode: _range,
    tree.FunctionNode: _function,
    tree.For: _iterations,
    tree.Quantified: _iterations,
    tree.Call: lambda inference, node, types: inference.call(node, types),
}
