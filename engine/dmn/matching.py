"""Which rules of a table match: columns of literals are looked up, not searched.

The rules of a table are bits of a number. For each column a dictionary says which rules want a literal value; the rules
whose cell is no literal stay, and only their cells are evaluated. A table of thousands of rules over equality columns
then costs a few dictionary look-ups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.feel import UnaryTests
from engine.feel.coding import Env
from engine.feel.limits import Run
from engine.feel.tree import Literal, Tests
from engine.feel.unary import TestCode

_INDEXED = (Decimal, str, bool)
Key = tuple[type, object]


@dataclass(frozen=True, slots=True)
class Cell:
    """An input cell: `literals` it is satisfied by, or a `test` to evaluate; neither means anything goes.

    `tree` is kept for the checks of tables.
    """

    literals: tuple[Key, ...] = ()
    test: TestCode | None = None
    broken: bool = False
    tree: Tests | None = None

    @property
    def is_dash(self) -> bool:
        """Does it accept anything?"""
        return not self.literals and self.test is None and not self.broken

    def accepts(self, value: object, run: Run) -> bool:
        """Does a value satisfy a cell that reads no variables?"""
        if self.test is not None:
            return self.test(value, {}, run) is True
        return self.is_dash or (type(value), value) in self.literals

    @staticmethod
    def anything() -> Cell:
        """A dash."""
        return Cell()

    @staticmethod
    def of(tests: UnaryTests | None) -> Cell:
        """The cell of compiled tests; of none, after a mistake, a cell that nothing satisfies."""
        if tests is None:
            return Cell(broken=True)
        node = tests.tree
        if not node.tests:
            return Cell()
        operands = [test.operand for test in node.tests if test.sign in (None, "=")]
        literals = [part.value for part in operands if isinstance(part, Literal) and type(part.value) in _INDEXED]
        if node.negated or len(literals) < len(node.tests):
            return Cell(test=tests.code, tree=node)
        return Cell(literals=tuple((type(value), value) for value in literals), tree=node)


class _Column:
    """One input column over all rules."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.wanted: dict[Key, int] = {}
        self.others = 0
        self.tests: dict[int, TestCode] = {}
        for index, cell in enumerate(cells):
            for key in cell.literals:
                self.wanted[key] = self.wanted.get(key, 0) | 1 << index
            if not cell.literals and not cell.broken:
                self.others |= 1 << index
            if cell.test is not None:
                self.tests[index] = cell.test

    def candidates(self, value: object) -> int:
        """The rules that this column does not rule out by a literal."""
        kind = type(value)
        return self.others | self.wanted.get((kind, value), 0) if kind in _INDEXED else self.others


class Matcher:
    """Finds the rules whose cells hold. `cells` has a row for each rule, with a cell for each of `width` inputs."""

    def __init__(self, cells: Sequence[Sequence[Cell]], width: int) -> None:
        self._all = (1 << len(cells)) - 1
        self._columns = tuple(_Column([row[column] for row in cells]) for column in range(width))
        self._tests: dict[int, list[tuple[int, TestCode]]] = {}
        for position, column in enumerate(self._columns):
            for index, test in column.tests.items():
                self._tests.setdefault(index, []).append((position, test))

    def matching(self, values: Sequence[object], env: Env, run: Run, *, first_only: bool) -> list[int]:
        """The indexes of the rules that match, in their order; at most one if `first_only`."""
        left = self._all
        for column, value in zip(self._columns, values, strict=True):
            left &= column.candidates(value)
        found = []
        run.step()
        while left:
            lowest = left & -left
            index = lowest.bit_length() - 1
            left ^= lowest
            if self._holds(index, values, env, run):
                found.append(index)
                if first_only:
                    break
        return found

    def _holds(self, index: int, values: Sequence[object], env: Env, run: Run) -> bool:
        run.step()
        return all(test(values[position], env, run) is True for position, test in self._tests.get(index, ()))
