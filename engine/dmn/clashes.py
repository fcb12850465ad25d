"""What two rules of a table have against each other, and values that a table does not allow itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from engine.dmn.hits import Column
from engine.dmn.matching import Cell
from engine.dmn.table import Input, Table
from engine.errors import Finding, Severity
from engine.feel import tree
from engine.feel.display import to_text
from engine.feel.limits import Run
from engine.feel.plain import plain_literal

Verdict = Literal["same", "different", "unsure"]


def finding(table: Table, file: str, rule: str, message: str, index: int | None = None) -> Finding:
    """A warning about a table, or about the rule with that index."""
    element = table.id if index is None else table.rules[index].id or table.id
    return Finding(rule=rule, message=message, severity="warning", file=file, element_id=element)


def unchecked(table: Table, file: str, message: str) -> Finding:
    """What was not looked at, and why."""
    return replace(finding(table, file, "dmn-unchecked", message), severity="info")


def clash(table: Table, file: str, rules: str, pair: tuple[int, int]) -> Finding | None:
    """What it means for the hit policy that both rules match: an error if they surely give different values.

    `rules` says which rules match what.
    """
    outputs = compare_outputs(table, *pair)
    severity: Severity = "error" if outputs == "different" else "warning"
    if table.policy.overlaps == "none":
        return replace(finding(table, file, "dmn-overlap", rules, pair[1]), severity=severity)
    if table.policy.overlaps == "free" or outputs == "same":
        return None
    message = f"{rules} and give different outputs"
    return replace(finding(table, file, "dmn-contradiction", message, pair[1]), severity=severity)


def compare_outputs(table: Table, one: int, other: int) -> Verdict:
    """Do two rules give the same? Sure where their outputs are written alike, or where some are different literals."""
    pairs = list(zip(table.rules[one].texts, table.rules[other].texts, strict=True))
    if all(left == right for left, right in pairs):
        return "same"
    literals = [(plain_literal(left), plain_literal(right)) for left, right in pairs]
    if any(left is not None and right is not None and left.value != right.value for left, right in literals):
        return "different"
    return "unsure"


def same_cells(table: Table, file: str) -> Iterator[Finding]:
    """Rules whose literal cells are the same; quick for tables of any length."""
    if table.policy.overlaps == "free":
        return
    seen: dict[tuple[object, ...], int] = {}
    for index, row in enumerate(table.cells):
        if any(cell.test is not None or cell.broken for cell in row):
            continue
        first = seen.setdefault(tuple(frozenset(cell.literals) for cell in row), index)
        found = None if first == index else clash(table, file, _same(first, index), (first, index))
        if found is not None:
            yield found


def _same(one: int, other: int) -> str:
    return f"rules {one + 1} and {other + 1} have the same conditions"


def not_allowed(table: Table, file: str, run: Run) -> Iterator[Finding]:
    """Constants in the cells that the column, or its type, does not allow: such a rule never does what it says.

    Raises FeelLimitExceeded when the budget ends.
    """
    for index, (row, rule) in enumerate(zip(table.cells, table.rules, strict=True)):
        run.step(len(row))
        for column, cell in zip(table.inputs, row, strict=True):
            for value in _refused_inputs(column, cell, run):
                message = f"rule {index + 1}: {_shown(value)} is no allowed value of {column.label}"
                yield finding(table, file, "dmn-not-allowed", message, index)
        for output, text in zip(table.columns, rule.texts, strict=True):
            if _refuses(output, text, run):
                name = output.name or "the output"
                message = f"rule {index + 1}: {text} is no allowed value of {name}"
                yield finding(table, file, "dmn-not-allowed", message, index)


def _refused_inputs(column: Input, cell: Cell, run: Run) -> Iterator[object]:
    if cell.tree is None:
        return
    for test in cell.tree.tests:
        if test.sign not in (None, "=") or not isinstance(test.operand, tree.Literal) or test.operand.value is None:
            continue
        value = test.operand.value
        if not column.kind.accepts(value, run) or (column.allowed and column.allowed(value, {}, run) is not True):
            yield value


def _refuses(column: Column, text: str, run: Run) -> bool:
    literal = plain_literal(text)
    if literal is None:
        return False
    if not column.kind.core().is_list and not column.kind.accepts(literal.value, run):
        return True
    return column.allowed is not None and column.allowed(literal.value, {}, run) is not True


def _shown(value: object) -> str:
    return to_text([value])[1:-1]
