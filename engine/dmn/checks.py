"""Checks of decision tables: gaps, overlaps, rules that never match. For deployment and the studio.

Exact for tables whose cells are made of constants. A cell that reads a variable or calls a function is taken to match
when gaps are sought, and not to match when overlaps are, so that no finding is a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import islice
from operator import and_, or_

from engine.dmn.clashes import clash, finding, not_allowed, same_cells, unchecked
from engine.dmn.model import Model
from engine.dmn.samples import SampleClass, checking, classes, constants
from engine.dmn.table import Table
from engine.errors import Finding
from engine.feel import FeelLimitExceeded, to_text
from engine.feel.limits import Run

MAX_RULES = 1000
MAX_VISITS = 20_000
MAX_FINDINGS = 20


def check_tables(model: Model) -> tuple[Finding, ...]:
    """Findings about the tables of a model: `dmn-overlap`, `dmn-contradiction`, `dmn-gap`, `dmn-unreachable`,
    `dmn-never` and `dmn-not-allowed`, each with rule numbers or an example of the inputs.

    They are warnings, but for rules of a UNIQUE or ANY table that match the same inputs and give different values:
    those are errors. In tables with more than 1,000 rules, and in those too intricate to tell, only rules with the same
    cells are compared. Checks of a model take at most two seconds. Whatever was not looked at is said, as the info
    `dmn-unchecked`: no silence means that a table was not checked.
    """
    found: list[Finding] = []
    run = checking()
    for table in model.tables:
        if not table.rules:
            found.append(finding(table, model.file, "dmn-gap", "the table has no rules, so nothing ever matches", None))
        elif table.inputs:
            found.extend(_first(_checked(table, model.file, run), table, model.file))
            found.extend(_first(not_allowed(table, model.file, run), table, model.file))
    return tuple(found)


def _first(findings: Iterable[Finding], table: Table, file: str) -> Iterator[Finding]:
    """The first findings of each kind, and a word if there are more. Ends with a word where the budget does."""
    counts: Counter[str] = Counter()
    try:
        for found in findings:
            counts[found.rule] += 1
            if counts[found.rule] <= MAX_FINDINGS:
                yield found
            elif counts[found.rule] == MAX_FINDINGS + 1:
                yield unchecked(table, file, f"only the first {MAX_FINDINGS} findings {found.rule} are told")
            if counts.total() > 2 * MAX_FINDINGS:
                return
    except FeelLimitExceeded:
        yield unchecked(table, file, "the table is too large to compare all its cells with the allowed values")


def _checked(table: Table, file: str, run: Run) -> list[Finding]:
    try:
        if len(table.rules) <= MAX_RULES:
            return list(_TableCheck(table, file, run).findings())
    except FeelLimitExceeded:
        pass  # told below
    message = f"the table is too large to be checked for gaps and overlaps ({len(table.rules)} rules)"
    return [*islice(same_cells(table, file), MAX_FINDINGS + 1), unchecked(table, file, message)]


class _TableCheck:
    def __init__(self, table: Table, file: str, run: Run) -> None:
        self._run = run
        self._table = table
        self._file = file
        self._count = len(table.rules)
        self._columns = [self._classes(position) for position in range(len(table.inputs))]
        self._width = sum(map(len, self._columns))

    def _classes(self, position: int) -> list[SampleClass]:
        column = self._table.inputs[position]
        listed = constants(column.listed) if column.listed is not None else []
        cells = [row[position] for row in self._table.cells]
        return classes(cells, column.kind, (column.allowed, listed or []), self._run)

    def findings(self) -> Iterator[Finding]:
        never = list(self._never())
        yield from (self._finding("dmn-never", f"rule {index + 1} matches no allowed value", index) for index in never)
        if self._table.policy.first_only:
            yield from self._unreachable(set(never))
        elif self._table.policy.overlaps != "free":
            yield from self._overlaps()
        if self._may_leave_gaps():
            yield from self._gap()
        yield from self._untold()

    def _may_leave_gaps(self) -> bool:
        return self._table.policy.wants_a_rule and not any(column.default for column in self._table.columns)

    def _untold(self) -> Iterator[Finding]:
        """Cells that read variables or call functions are not compared: which rules have them, where it matters?"""
        covered = any(all(cell.is_dash for cell in row) for row in self._table.cells)
        if self._table.policy.overlaps == "free" and (covered or not self._may_leave_gaps()):
            return
        maybe = reduce(or_, (found.maybe & ~found.sure for column in self._columns for found in column), 0)
        rules = [str(index + 1) for index in range(self._count) if maybe >> index & 1]
        if rules:
            named = ", ".join(rules[:10]) + (" ..." if len(rules) > 10 else "")
            message = f"whether these rules overlap others or leave gaps depends on variables or functions: {named}"
            yield unchecked(self._table, self._file, message)

    def _finding(self, rule: str, message: str, index: int | None = None) -> Finding:
        return finding(self._table, self._file, rule, message, index)

    def _never(self) -> Iterator[int]:
        possible = (reduce(or_, (found.sure | found.maybe for found in column), 0) for column in self._columns)
        reachable = reduce(and_, possible)
        yield from (index for index in range(self._count) if not reachable >> index & 1)

    def _sharing(self, index: int) -> int:
        """The rules that match some input together with a rule."""
        self._run.step(self._width)
        shared = (
            reduce(or_, (found.sure for found in column if found.sure >> index & 1), 0) for column in self._columns
        )
        return reduce(and_, shared)

    def _covering(self, index: int) -> int:
        """The rules that match whenever a rule does."""
        self._run.step(self._width)
        everything = (1 << self._count) - 1
        covering = everything
        for column in self._columns:
            if any(found.maybe >> index & 1 for found in column):
                return 0
            covering &= reduce(and_, (found.sure for found in column if found.sure >> index & 1), everything)
        return covering

    def _unreachable(self, never: set[int]) -> Iterator[Finding]:
        for index in range(self._count):
            earlier = self._covering(index) & ((1 << index) - 1)
            if earlier and index not in never:
                first = (earlier & -earlier).bit_length()
                yield self._finding(
                    "dmn-unreachable", f"rule {index + 1} is never reached: rule {first} is first", index
                )

    def _overlaps(self) -> Iterator[Finding]:
        told = 0
        for index in range(self._count):
            others = self._sharing(index) >> (index + 1)
            while others and told <= MAX_FINDINGS:
                step = (others & -others).bit_length()
                other = index + step
                others &= others - 1
                found = self._overlap(index, other)
                if found is not None:
                    told += 1
                    yield found

    def _overlap(self, index: int, other: int) -> Finding | None:
        both = 1 << index | 1 << other
        example = [next(found.value for found in column if found.sure & both == both) for column in self._columns]
        rules = f"rules {index + 1} and {other + 1} both match {self._shown(example)}"
        return clash(self._table, self._file, rules, (index, other))

    def _gap(self) -> Iterator[Finding]:
        gaps = _Gaps(self._columns, self._table, self._run)
        example = gaps.find()
        if gaps.gave_up and example is None:
            yield unchecked(self._table, self._file, "the table is too intricate to tell whether it leaves gaps")
        if example is not None:
            yield self._finding("dmn-gap", f"no rule matches {self._shown(example)}")

    def _shown(self, example: Sequence[object]) -> str:
        pairs = zip(self._table.inputs, example, strict=True)
        return ", ".join(f"{column.label} = {to_text([value])[1:-1]}" for column, value in pairs)


class _Gaps:
    """Looks for inputs that no rule matches, column by column, with what was proved covered kept."""

    def __init__(self, columns: Sequence[Sequence[SampleClass]], table: Table, run: Run) -> None:
        self._columns, self._run = columns, run
        self._covered: set[tuple[int, int]] = set()
        self._visits = 0
        dashes = [
            reduce(or_, (1 << index for index, row in enumerate(table.cells) if row[position].is_dash), 0)
            for position in range(len(columns))
        ]
        everything = (1 << len(table.rules)) - 1
        self._rest = [reduce(and_, dashes[position:], everything) for position in range(len(columns) + 1)]

    @property
    def gave_up(self) -> bool:
        """Did it take too long to tell?"""
        return self._visits > MAX_VISITS or not all(self._columns)

    def find(self) -> list[object] | None:
        """An example of inputs that no rule matches; None if there is none, or if it takes too long to tell."""
        if not all(self._columns):
            return None
        return self._from(0, self._rest[-1])

    def _from(self, position: int, active: int) -> list[object] | None:
        if not active:
            return [column[0].value for column in self._columns[position:]]
        if active & self._rest[position] or (position, active) in self._covered or self._visits > MAX_VISITS:
            return None
        self._visits += 1
        for found in self._columns[position]:
            self._run.step()
            rest = self._from(position + 1, active & (found.sure | found.maybe))
            if rest is not None:
                return [found.value, *rest]
        self._covered.add((position, active))
        return None
