"""The state space of a process, breadth first and bounded, with the way that led to each state."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from engine.bpmn.lint.soundness.moves import Item, Items, Move, Moves
from engine.bpmn.lint.soundness.net import Net

STATES = 20_000
"""States that are looked at, at most."""
WORK = 1_000_000
"""Items in all states that are looked at, at most."""
_CROWD = 12
"""More tokens than this at one place are not followed."""


@dataclass(kw_only=True)
class Explored:
    """What was found: states in which nothing can happen, ways on which tokens multiply, elements that were reached."""

    stuck: list[Items] = field(default_factory=list)
    growing: list[Items] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    ends: bool = False
    complete: bool = True
    came: dict[Items, tuple[Items, Move] | None] = field(default_factory=dict)

    def path(self, state: Items) -> list[str]:
        """The elements on the way to a state."""
        return [at for move in self._steps(state) for at in (*move.through, move.at)]

    def decisions(self, state: Items) -> int:
        """How many gateways had to decide by data for this."""
        return len({move.at for move in self._steps(state) if move.decided})

    def _steps(self, state: Items) -> list[Move]:
        found = []
        at = self.came.get(state)
        while at is not None:
            found.append(at[1])
            at = self.came.get(at[0])
        return found[::-1]


def explore(net: Net, *, reduced: bool = True, states: int = STATES) -> Explored:
    """All that can happen in a process, from each of its start events. `reduced`: local moves first, alone."""
    moves, scope = Moves(net), net.scopes[net.process.get("id", "")]
    explored, todo = Explored(), deque[Items]()
    for at, begin in moves.begins(scope.id):
        if begin not in explored.came:
            explored.came[begin] = None
            explored.reached.add(at)
            todo.append(begin)
    work = 0
    while todo:
        state = todo.popleft()
        work += len(state) + 1
        if len(explored.came) > states or work > WORK:
            explored.complete = False
            break
        if not state:
            explored.ends = True
            continue
        _expand(moves, explored, todo, state, reduced=reduced)
    for handler in (one for scope in net.scopes.values() for one in scope.handlers):
        if any(at in explored.reached for at, _ in moves.begins(handler.id)):
            explored.reached.add(handler.id)
    return explored


def _expand(moves: Moves, explored: Explored, todo: deque[Items], state: Items, *, reduced: bool) -> None:
    scope = moves.net.scopes[moves.net.process.get("id", "")]
    moved = False
    for group in moves.groups(state):
        moved = True
        new = [move for m in group.moves for move in moves.top(scope, m) if _take(explored, state, move)]
        for move in new:
            if _grows(explored, move.items, state):
                explored.growing.append(move.items)
            elif _crowded(move.items):
                explored.complete = False
            else:
                todo.append(move.items)
        if new and group.local and reduced:
            return
    if not moved:
        explored.stuck.append(state)


def _take(explored: Explored, state: Items, move: Move) -> bool:
    """Note a move; whether it leads to something new."""
    explored.reached.update((*move.through, move.at))
    if move.items in explored.came:
        return False
    explored.came[move.items] = (state, move)
    return True


def _crowded(state: Items) -> bool:
    return len(state) > _CROWD and max(Counter(state).values(), default=0) > _CROWD


def _grows(explored: Explored, state: Items, before: Items) -> bool:
    """Whether a state on the way here held the same tokens and fewer: then the way can be gone again, for ever."""
    if len(state) < 2 or len(set(state)) == len(state):
        return False
    mine = Counter(state)
    at: Items | None = before
    while at is not None:
        if len(at) < len(state) and _covers(mine, at):
            return True
        step = explored.came[at]
        at = None if step is None else step[0]
    return False


def _covers(mine: Counter[Item], other: Items) -> bool:
    return all(mine[item] >= count for item, count in Counter(other).items())
