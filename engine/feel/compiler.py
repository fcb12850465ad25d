"""Tree -> closures: which node is compiled where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from engine.feel import access, calls, composites, loops, operators, tree, unary
from engine.feel.coding import Code, Coder, Handler
from engine.feel.errors import FeelSyntaxError
from engine.feel.functions import Functions
from engine.feel.types import FeelType

T = TypeVar("T")
_HANDLERS: dict[type[tree.Node], Handler] = {
    tree.Literal: composites.code_literal,
    tree.TemporalLiteral: composites.code_temporal,
    tree.Name: composites.code_name,
    tree.ListNode: composites.code_list,
    tree.ContextNode: composites.code_context,
    tree.RangeNode: composites.code_range,
    tree.OperatorRange: composites.code_operator_range,
    tree.Negation: operators.code_negation,
    tree.Logic: operators.code_logic,
    tree.Chain: operators.code_chain,
    tree.Comparison: operators.code_comparison,
    tree.Between: operators.code_between,
    tree.InstanceOf: operators.code_instance_of,
    tree.Conditional: operators.code_conditional,
    tree.In: unary.code_in,
    tree.Path: access.code_path,
    tree.Filter: access.code_filter,
    tree.Call: calls.code_call,
    tree.FunctionNode: calls.code_function,
    tree.For: loops.code_for,
    tree.Quantified: loops.code_quantified,
}


def compile_node(node: tree.Node, functions: Functions, types: Mapping[str, FeelType]) -> tuple[Code, frozenset[str]]:
    """The closure of an expression and the names that it reads."""
    coder = Coder(_HANDLERS, functions, types)
    return _guarded(lambda: (coder.code(node), coder.free(node)))


def compile_tests_node(
    node: tree.Tests, functions: Functions, types: Mapping[str, FeelType]
) -> tuple[unary.TestCode, frozenset[str]]:
    """The closure of unary tests and the names that they read."""
    coder = Coder(_HANDLERS, functions, types)
    return _guarded(lambda: (unary.code_tests(coder, node), coder.free(node) - {"?"}))


def _guarded(make: Callable[[], T]) -> T:
    try:
        return make()
    except RecursionError:
        raise FeelSyntaxError("the expression is nested too deeply") from None
