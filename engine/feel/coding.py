"""What the parts of the compiler share: closures, and the coder that turns nodes into them.

A closure takes the names in reach and the run. Compilation keeps all its state in the coder, so threads may compile
at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.feel import tree
from engine.feel.free import FreeNames
from engine.feel.functions import Functions
from engine.feel.limits import Run
from engine.feel.types import SIMPLE, ContextType, FeelType, FunctionType, ListType, NoType, RangeType

Env = dict[str, object]
Code = Callable[[Env, Run], object]
Handler = Callable[["Coder", Any], Code]


class Coder:
    """Compiles the nodes of one tree. `types` are the types that a model defines, by name."""

    def __init__(
        self, handlers: Mapping[type[tree.Node], Handler], functions: Functions, types: Mapping[str, FeelType]
    ) -> None:
        self._handlers = handlers
        self._types = types
        self._free = FreeNames(functions.readers)
        self.functions = functions

    def code(self, node: tree.Node) -> Code:
        """The closure that evaluates a node."""
        return self._handlers[type(node)](self, node)

    def free(self, node: tree.Node) -> frozenset[str]:
        """The names that a node reads from around it."""
        return self._free.of(node)

    def type(self, node: tree.TypeNode) -> FeelType:
        """The type that a text names; NoType if nobody defined it."""
        parts = tuple(self.type(part) for part in node.parts)
        if node.name in ("list", "range") and parts:
            return ListType(parts[0]) if node.name == "list" else RangeType(parts[0])
        if node.name == "context" and node.written:
            return ContextType(tuple(zip(node.fields, parts, strict=True)))
        if node.name == "function" and parts:
            return FunctionType(parts[:-1], parts[-1])
        return self._types.get(node.name) or SIMPLE.get(node.name) or NoType(node.name)
