"""What can happen next: the moves of the tokens of a net.

A state is a tuple of items, sorted: a token on a flow or before a node, or a sub-process with the items inside. An
activity, its boundary events included, is one move: an interruption leaves the same behind whenever it comes, so it is
tried when the activity begins. What is thrown inside a scope is the exception; it comes when its event is reached.

A move is local where no other token can prevent it or be prevented by it. Then nothing is lost by making it first,
which keeps the number of states small (a persistent set in the sense of partial order reduction).
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from engine.bpmn.lint.soundness.net import Handler, Net, Node, Scope, Thrown, subsets

Item: TypeAlias = "tuple[int, str, str, Items]"
"""Rank (tokens on cycles last), kind (flow, node, sub, handler), id, what is inside."""
Items: TypeAlias = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that can happen: the element that it happens at, and the items of the scope afterwards."""

    at: str
    items: Items
    decided: bool = False
    thrown: Thrown | None = None
    through: tuple[str, ...] = ()
    """What was passed just before."""


@dataclass(frozen=True, slots=True)
class Group:
    """The moves of one token."""

    moves: tuple[Move, ...]
    local: bool


class Moves:
    """The moves in one net."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self._begins: dict[str, tuple[tuple[str, Items], ...]] = {}
        self._reaches: dict[tuple[str, str], frozenset[str]] = {}

    def begins(self, scope_id: str) -> tuple[tuple[str, Items], ...]:
        """The ways in which a scope can begin: the element that is reached, and the items."""
        if scope_id not in self._begins:
            self._begins[scope_id] = tuple(dict.fromkeys(self._begin(self.net.scopes[scope_id])))
        return self._begins[scope_id]

    def _begin(self, scope: Scope) -> Iterator[tuple[str, Items]]:
        if scope.opaque:
            yield scope.id, ()
            return
        for entry in scope.entries:
            plain: Items = tuple(sorted((0, "node", name, ()) for name in entry))
            yield entry[0], plain
            beside = tuple(one.id for one in scope.handlers if one.anytime and not one.interrupts)
            for some in subsets(beside):
                for items in product(*(self._handling(name) for name in some)):
                    yield some[-1], _with(plain, items)
            for handler in scope.handlers:
                for item in self._handling(handler.id) if handler.anytime and handler.interrupts else ():
                    yield handler.id, (item,)

    def _handling(self, handler: str) -> list[Item]:
        return [(0, "handler", handler, inside) for _, inside in self.begins(handler)]

    def groups(self, items: Items) -> Iterator[Group]:
        """The moves in a scope, token by token: inclusive joins, which may fire now or later; then local ones."""
        seen: Item | None = None
        late: list[Group] = []
        joins: set[str] = set()
        yield from self._inclusive(items, joins)
        for item in items:
            if item == seen:
                continue
            seen = item
            for group in self._of(items, item, joins):
                if group.local:
                    yield group
                else:
                    late.append(group)
        yield from late

    def _inclusive(self, items: Items, joins: set[str]) -> Iterator[Group]:
        for item in items:
            node = self.net.nodes[self.net.target[item[2]]] if item[1] == "flow" else None
            if node is not None and node.join == "or" and node.id not in joins:
                joins.add(node.id)
                yield from self._joined(items, node)

    def _of(self, items: Items, item: Item, joins: set[str]) -> Iterator[Group]:
        _, kind, name, _ = item
        if kind in ("sub", "handler"):
            yield from self._inside(items, item)
            return
        node = self.net.nodes[self.net.target[name] if kind == "flow" else name]
        if node.join and kind == "flow":
            if node.id not in joins:
                joins.add(node.id)
                yield from self._joined(items, node)
            return
        rest = _without(items, (item,))
        yield self._arrive(node, rest)

    # -- at a node

    def _arrive(self, node: Node, rest: Items) -> Group:
        if node.terminates:
            return Group((Move(node.id, ()),), local=False)
        if node.throws is not None:
            moves = tuple(Move(node.id, _with(rest, out), thrown=node.throws) for out in self._out(node))
            return Group(moves, local=False)
        return Group(tuple(self._through(node, rest)), local=True)

    def _through(self, node: Node, rest: Items) -> Iterator[Move]:
        done = list(self._out(node)) if node.inner is None else self._entered(node)
        for out in done:
            yield Move(node.id, _with(rest, out), decided=node.decides)
        for some in [(), *subsets(node.beside)]:  # whatever has come beside it stays when it is interrupted
            for extra in self._together(some):
                for out in done if some else ():
                    yield Move(some[-1], _with(_with(rest, out), extra), through=(node.id, *some[:-1]))
                for name in node.interrupting:
                    for out in self._out(self.net.nodes[name]):
                        yield Move(name, _with(_with(rest, out), extra), through=(node.id, *some))

    def _together(self, events: tuple[str, ...]) -> Iterator[Items]:
        """The ways in which tokens leave several events."""
        for outs in product(*(self._out(self.net.nodes[name]) for name in events)):
            yield tuple(sorted(item for out in outs for item in out))

    def _entered(self, node: Node) -> list[Items]:
        found: list[Items] = []
        for _, inside in self.begins(node.inner or ""):
            found += [((0, "sub", node.id, inside),)] if inside else self._out(node)
        return list(dict.fromkeys(found))

    def _out(self, node: Node) -> list[Items]:
        """The ways in which tokens leave a node."""
        cyclic = self.net.cyclic
        return [
            tuple(sorted((1 if flow in cyclic else 0, "flow", flow, ()) for flow in option)) for option in node.leaves
        ]

    # -- joins

    def _joined(self, items: Items, node: Node) -> Iterator[Group]:
        here: dict[str, list[Item]] = {flow: [] for flow in node.into}
        for item in items:
            if item[1] == "flow" and item[2] in here:
                here[item[2]].append(item)
        taken = self._taken(items, node, here)
        if taken:
            group = self._arrive(node, _without(items, taken))
            yield Group(group.moves, local=group.local and node.join != "or")

    def _taken(self, items: Items, node: Node, here: dict[str, list[Item]]) -> list[Item]:
        """The tokens that the join takes when it fires; none where it waits."""
        if node.join == "count":
            waiting = [item for found in here.values() for item in found]
            return waiting[: node.needs] if len(waiting) >= node.needs else []
        if node.join == "and":
            return [found[0] for found in here.values()] if all(here.values()) else []
        empty = {flow for flow, found in here.items() if not found}
        filled = set(here) - empty
        if empty and any(self._may_come(item, node, empty, filled) for item in items):
            return []
        return [found[0] for found in here.values() if found]

    def _may_come(self, item: Item, node: Node, empty: set[str], filled: set[str]) -> bool:
        """As the inclusive gateway itself sees it (BPMN 2.0, 13.4.3)."""
        at = self.net.target[item[2]] if item[1] == "flow" else item[2]
        if at == node.id or item[1] == "handler":
            return False
        reached = self._reached(at, node.id)
        return bool(reached & empty) and not reached & filled

    def _reached(self, start: str, join: str) -> frozenset[str]:
        """The inputs of a join that a token can come along without passing it."""
        key = (start, join)
        if key not in self._reaches:
            seen, found, todo = {start}, set(), [start]
            while todo:
                for flow, target in self.net.successors[todo.pop()]:
                    if target == join:
                        found.add(flow)
                    elif target not in seen:
                        seen.add(target)
                        todo.append(target)
            self._reaches[key] = frozenset(found)
        return self._reaches[key]

    # -- inside sub-processes

    def _inside(self, items: Items, item: Item) -> Iterator[Group]:
        """Tokens of one sub-process do not meet those around it until something leaves it."""
        rest = _without(items, (item,))
        late: list[Move] = []
        for group in self.groups(item[3]):
            moves = [move for inner in group.moves for move in self._outside(rest, item, inner)]
            if group.local:
                yield Group(tuple(moves), local=True)
            else:
                late += moves
        if late:
            calm = all(move.thrown is None for move in late) and not self._throws(item)
            yield Group(tuple(late), local=calm)

    def _throws(self, item: Item) -> bool:
        """Whether something in it is about to throw: then what happens first makes a difference around it."""
        return any(
            self._throws(inner)
            if inner[1] in ("sub", "handler")
            else self.net.nodes[self.net.target[inner[2]] if inner[1] == "flow" else inner[2]].throws is not None
            for inner in item[3]
        )

    def _outside(self, rest: Items, item: Item, move: Move) -> Iterator[Move]:
        """A move in a sub-process, seen from the scope around it."""
        rank, kind, name, _ = item
        if move.thrown is None or (kind == "sub" and self._handler(name, move.thrown) is not None):
            for after in [move] if move.thrown is None else self._handled(name, move):
                for left in self._replaced(rank, kind, name, after.items):
                    yield replace(after, items=_with(rest, left))
            return
        if kind == "handler":  # what a handler throws is for those around its scope
            for left in self._replaced(rank, kind, name, move.items):
                yield replace(move, items=_with(rest, left))
            return
        yield from self._caught(rest, item, move)

    def _replaced(self, rank: int, kind: str, name: str, inside: Items) -> list[Items]:
        if inside:
            return [((rank, kind, name, inside),)]
        return [()] if kind == "handler" else self._out(self.net.nodes[name])

    def _handler(self, scope_id: str, thrown: Thrown) -> Handler | None:
        for handler in self.net.scopes[scope_id].handlers:
            if handler.catches is not None and _fits(handler.catches, thrown):
                return handler
        return None

    def _handled(self, scope_id: str, move: Move) -> list[Move]:
        assert move.thrown is not None  # noqa: S101  # asked for by the callers
        found = self._handler(scope_id, move.thrown)
        assert found is not None  # noqa: S101  # asked for by the callers
        return [
            Move(
                found.id,
                (item,) if found.interrupts else _with(move.items, (item,)),
                decided=move.decided,
                through=(*move.through, move.at),
            )
            for item in self._handling(found.id)
        ]

    def _caught(self, rest: Items, item: Item, move: Move) -> Iterator[Move]:
        """By a boundary event of the sub-process, or further out."""
        assert move.thrown is not None  # noqa: S101  # asked for by the caller
        rank, kind, name, _ = item
        after = self._replaced(rank, kind, name, move.items)
        early = list(self._cut_short(item)) if move.items else []
        way = (*move.through, move.at)
        for event, wanted, interrupts in self.net.nodes[name].catches:
            if not _fits(wanted, move.thrown):
                continue
            for out in self._out(self.net.nodes[event]):
                for left in [()] if interrupts else after:
                    yield Move(event, _with(_with(rest, left), out), through=way)
                for at, left in () if interrupts else early:
                    yield Move(at, _with(_with(rest, left), out), through=(*way, event))
            return
        for left in after:
            yield replace(move, items=_with(rest, left))
        for at, left in early:
            yield replace(move, at=at, items=_with(rest, left), through=way)

    def _cut_short(self, item: Item) -> Iterator[tuple[str, Items]]:
        """The ways in which a sub-process is interrupted after it has thrown something: what came of that stays."""
        rank, _, name, _ = item
        for event in self.net.nodes[name].interrupting:
            yield from ((event, out) for out in self._out(self.net.nodes[event]))
        for handler in self.net.scopes[name].handlers:
            if handler.anytime and handler.interrupts:
                yield from ((handler.id, ((rank, "sub", name, (inside,)),)) for inside in self._handling(handler.id))

    def top(self, scope: Scope, move: Move) -> list[Move]:
        """A move of the process itself: what nobody caught inside is handled here, or has no effect."""
        if move.thrown is None or self._handler(scope.id, move.thrown) is None:
            return [move]
        return self._handled(scope.id, move)


def _fits(wanted: Thrown, thrown: Thrown) -> bool:
    return wanted.kind == thrown.kind and (wanted.code is None or thrown.code is None or wanted.code == thrown.code)


def _with(items: Items, more: Iterable[Item]) -> Items:
    found = list(items)
    for item in more:
        insort(found, item)
    return tuple(found)


def _without(items: Items, taken: Iterable[Item]) -> Items:
    gone = Counter(taken)
    left = []
    for item in items:
        if gone.get(item, 0):
            gone[item] -= 1
        else:
            left.append(item)
    return tuple(left)
