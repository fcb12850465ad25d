"""Decision tables: XML -> closure (DMN 1.5, chapter 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dmn.hits import UNIQUE, Column, Hit, HitPolicy, policy_of
from engine.dmn.matching import Cell, Matcher
from engine.dmn.results import MAX_RULES, DecisionRun, EvaluatedInput, EvaluatedOutput, MatchedRule
from engine.dmn.workshop import Workshop
from engine.dmn.xml import Element, id_of, kid, kids, name_of, normal, tag, text
from engine.feel.coding import Code, Env
from engine.feel.display import to_text
from engine.feel.errors import Problem
from engine.feel.limits import Run
from engine.feel.tree import Tests
from engine.feel.types import FeelType, coerce
from engine.feel.unary import TestCode

NameSet = frozenset[str]
MAX_CELLS = 200_000


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input column."""

    id: str | None
    label: str
    read: Code
    kind: FeelType
    allowed: TestCode | None
    listed: Tests | None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule's outputs, compiled and as written; its conditions are in the matcher."""

    id: str | None
    outputs: tuple[Code, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A compiled table; `cells` are its conditions by rule and input, for the checks."""

    id: str | None
    inputs: tuple[Input, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    cells: tuple[tuple[Cell, ...], ...]
    matcher: Matcher
    policy: HitPolicy

    def evaluate(self, env: Env, run: Run) -> object:
        """The value of the table; null and a diagnostic where the hit policy is broken."""
        try:
            values = [self._read(column, env, run) for column in self.inputs]
        except Problem as problem:
            return run.note(problem.code, problem.message)
        indexes = self.matcher.matching(values, env, run, first_only=self.policy.first_only)
        hits = [self._hit(index, env, run) for index in indexes[: run.limits.items]]
        self._record(values, hits, run)
        try:
            return self.policy.combine(hits, self.columns, env, run)
        except Problem as problem:
            return run.note(problem.code, problem.message)

    def _read(self, column: Input, env: Env, run: Run) -> object:
        value = column.read(env, run)
        try:
            value = coerce(value, column.kind, run)
        except Problem:
            run.note("type-mismatch", f"the input {column.label} is of the wrong type: {to_text(value)[:80]}")
            value = None
        if column.allowed is not None and value is not None and column.allowed(value, env, run) is not True:
            raise Problem(
                "not-allowed", f"the input {column.label} has a value that is not allowed: {to_text(value)[:80]}"
            )
        return value

    def _hit(self, index: int, env: Env, run: Run) -> Hit:
        rule = self.rules[index]
        run.step(len(rule.outputs))
        values = tuple(
            column.checked(read(env, run), env, run) for column, read in zip(self.columns, rule.outputs, strict=True)
        )
        return Hit(index=index, values=values)

    def _record(self, values: Sequence[object], hits: Sequence[Hit], run: Run) -> None:
        if not isinstance(run, DecisionRun):
            return
        frame = run.frame
        frame.inputs.extend(
            EvaluatedInput(id=column.id, name=column.label, value=value)
            for column, value in zip(self.inputs, values, strict=True)
        )
        for hit in hits[: max(0, MAX_RULES - len(frame.rules))]:
            outputs = tuple(
                EvaluatedOutput(id=column.id, name=column.name, value=value)
                for column, value in zip(self.columns, hit.values, strict=True)
            )
            frame.rules.append(MatchedRule(id=self.rules[hit.index].id, index=hit.index + 1, outputs=outputs))


def build(shop: Workshop, element: Element, names: NameSet) -> Table:
    """The compiled table; mistakes in it become findings."""
    inputs = tuple(_input(shop, part, names) for part in kids(element, "input"))
    columns = tuple(_column(shop, part, names) for part in kids(element, "output"))
    rows = [row for row in kids(element, "rule") if _complete(shop, row, len(inputs), len(columns))]
    if not columns:
        shop.find("dmn-no-output", "a decision table has at least one output", element)
    if len(rows) * (len(inputs) + len(columns)) > MAX_CELLS:
        shop.find("dmn-table-size", f"a decision table has at most {MAX_CELLS} cells", element)
        rows = []
    cells = tuple(tuple(_cell(shop, part, names) for part in kids(row, "inputEntry")) for row in rows)
    return Table(
        id=id_of(element),
        cells=cells,
        inputs=inputs,
        columns=columns,
        rules=tuple(_rule(shop, row, names) for row in rows),
        matcher=Matcher(cells, len(inputs)),
        policy=_policy(shop, element, columns),
    )


def _complete(shop: Workshop, row: Element, inputs: int, outputs: int) -> bool:
    found = [tag(part) for part in row]
    if (found.count("inputEntry"), found.count("outputEntry")) == (inputs, outputs):
        return True
    shop.find("dmn-rule", "a rule has one cell for each input and each output", row)
    return False


def _input(shop: Workshop, element: Element, names: NameSet) -> Input:
    expression, values = kid(element, "inputExpression"), kid(element, "inputValues")
    source = text(expression)
    if not source:
        shop.find("dmn-no-input-expression", "an input column says what it reads", element, "write an input expression")
    owner = element if expression is None else expression
    listed = shop.tests(text(values), names, values) if values is not None and text(values) else None
    return Input(
        id=element.get("id"),
        label=normal(element.get("label")) or source,
        read=shop.expression(source or "null", names, owner),
        kind=shop.type(owner.get("typeRef")),
        allowed=shop.test_code(text(values), names, values) if values is not None else None,
        listed=listed.tree if listed is not None else None,
    )


def _column(shop: Workshop, element: Element, names: NameSet) -> Column:
    values, default = kid(element, "outputValues"), kid(element, "defaultOutputEntry")
    listed = text(values)
    owner = element if values is None else values
    return Column(
        id=element.get("id"),
        name=name_of(element) or normal(element.get("label")),
        kind=shop.type(element.get("typeRef")),
        allowed=shop.test_code(listed, names, owner),
        ranking=shop.expression(f"[{listed}]", names, owner) if listed else None,
        default=_optional(shop, default, names),
    )


def _optional(shop: Workshop, element: Element | None, names: NameSet) -> Code | None:
    source = text(element)
    return shop.expression(source, names, element) if element is not None and source else None


def _rule(shop: Workshop, row: Element, names: NameSet) -> Rule:
    entries = [(cell, text(cell)) for cell in kids(row, "outputEntry")]
    outputs = tuple(shop.expression(source or "null", names, cell) for cell, source in entries)
    return Rule(id=row.get("id"), outputs=outputs, texts=tuple(source for _, source in entries))


def _cell(shop: Workshop, element: Element, names: NameSet) -> Cell:
    source = text(element)
    if source in ("", "-"):
        return Cell.anything()
    return Cell.of(shop.tests(source, names, element))


def _policy(shop: Workshop, element: Element, columns: Sequence[Column]) -> HitPolicy:
    name, aggregation = element.get("hitPolicy") or "UNIQUE", element.get("aggregation")
    policy = policy_of(name, aggregation)
    if policy is None:
        known = f"{name} with {aggregation}" if aggregation else name
        shop.find("dmn-hit-policy", f"there is no hit policy {known}", element)
        return UNIQUE
    if policy.needs_ranking and not any(column.ranking for column in columns):
        cure = "list the output values, the most important first"
        shop.find("dmn-no-priorities", f"the hit policy {name} needs output values", element, cure)
    if aggregation and name == "COLLECT" and len(columns) > 1:
        cure = "give the table one output, or collect without an operator"
        shop.warn(
            "dmn-aggregation",
            f"{aggregation} over several outputs is undefined in DMN; each is taken alone",
            element,
            cure,
        )
    return policy
