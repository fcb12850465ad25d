"""Which names a part of an expression reads from around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.feel import tree

_NONE: frozenset[str] = frozenset()


def children(node: tree.Node) -> Iterator[tree.Node]:
    """The nodes directly below a node."""
    for name in type(node).__slots__:
        yield from _nodes(getattr(node, name))


def _nodes(value: object) -> Iterator[tree.Node]:
    if isinstance(value, tree.Node):
        yield value
    elif isinstance(value, tree.Step):
        yield value.right
    elif type(value) is tuple:
        for part in value:
            yield from _nodes(part)


class FreeNames:
    """Free names of nodes, each looked at once. A filter's condition counts as reading from around it: whether a
    name is an entry of the item shows only at run time. `implied` are names that a name stands for beside itself.
    """

    def __init__(self, implied: Mapping[str, frozenset[str]] | None = None) -> None:
        self.implied = implied or {}
        self._known: dict[int, tuple[tree.Node, frozenset[str]]] = {}

    def of(self, node: tree.Node) -> frozenset[str]:
        """The names that the node reads and does not bind itself."""
        known = self._known.get(id(node))
        if known is None:
            bind: Callable[[FreeNames, Any], frozenset[str]] | None = _BINDERS.get(type(node))
            names = bind(self, node) if bind else self.all(children(node))
            known = self._known[id(node)] = (node, names)
        return known[1]

    def all(self, nodes: Iterable[tree.Node]) -> frozenset[str]:
        """The names of several nodes."""
        return _NONE.union(*(self.of(node) for node in nodes))


def _name(free: FreeNames, node: tree.Name) -> frozenset[str]:
    own = frozenset({node.name})
    return own | free.implied[node.name] if node.name in free.implied else own


def _nothing(_: FreeNames, __: tree.Node) -> frozenset[str]:
    return _NONE


def _logic(free: FreeNames, node: tree.Logic) -> frozenset[str]:
    return free.all(node.terms)


def _chain(free: FreeNames, node: tree.Chain) -> frozenset[str]:
    return free.of(node.first).union(*(free.of(step.right) for step in node.steps))


def _comparison(free: FreeNames, node: tree.Comparison) -> frozenset[str]:
    return free.of(node.left) | free.of(node.right)


def _path(free: FreeNames, node: tree.Path) -> frozenset[str]:
    return free.of(node.of)


def _call(free: FreeNames, node: tree.Call) -> frozenset[str]:
    arguments = [value for _, value in node.named] if node.named else node.arguments
    return free.of(node.function) | free.all(arguments)


def _context(free: FreeNames, node: tree.ContextNode) -> frozenset[str]:
    names, bound = set[str](), set[str]()
    for name, value in node.entries:
        own = {name} if isinstance(value, tree.FunctionNode) else set()
        names |= free.of(value) - bound - own
        bound.add(name)
    return frozenset(names)


def _function(free: FreeNames, node: tree.FunctionNode) -> frozenset[str]:
    return free.of(node.body) - {name for name, _ in node.parameters}


def _filter(free: FreeNames, node: tree.Filter) -> frozenset[str]:
    return free.of(node.of) | (free.of(node.condition) - {"item"})


def _iterations(free: FreeNames, node: tree.For | tree.Quantified) -> frozenset[str]:
    names, bound = set[str](), set[str]()
    for iteration in node.iterations:
        names |= free.of(iteration.domain) - bound
        if iteration.end is not None:
            names |= free.of(iteration.end) - bound
        bound.add(iteration.name)
    if isinstance(node, tree.For):
        bound.add("partial")
    return frozenset(names) | (free.of(node.body) - bound)


def _in(free: FreeNames, node: tree.In) -> frozenset[str]:
    return free.of(node.value) | (free.all(node.tests) - {"?"})


_BINDERS: dict[type[tree.Node], Callable[[FreeNames, Any], frozenset[str]]] = {
    tree.Literal: _nothing,
    tree.TemporalLiteral: _nothing,
    tree.Logic: _logic,
    tree.Chain: _chain,
    tree.Comparison: _comparison,
    tree.Path: _path,
    tree.Call: _call,
    tree.Name: _name,
    tree.ContextNode: _context,
    tree.FunctionNode: _function,
    tree.Filter: _filter,
    tree.For: _iterations,
    tree.Quantified: _iterations,
    tree.In: _in,
}
