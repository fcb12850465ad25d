"""Hit policies: what the rules that match give together (DMN 1.5, 8.2.10)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from engine.feel import STANDARD
from engine.feel.coding import Code, Env
from engine.feel.compare import equal
from engine.feel.display import to_text
from engine.feel.errors import Problem
from engine.feel.limits import Run
from engine.feel.types import FeelType, coerce
from engine.feel.unary import TestCode


@dataclass(frozen=True, kw_only=True)
class Column:
    """An output column. `ranking` gives its output values, the most important first."""

    id: str | None
    name: str
    kind: FeelType
    allowed: TestCode | None
    ranking: Code | None
    default: Code | None

    def checked(self, value: object, env: Env, run: Run) -> object:
        """An output as the column wants it: null and a diagnostic if it is of another type; a value outside the
        output values stays, with a diagnostic.
        """
        try:
            value = coerce(value, self.kind, run)
        except Problem:
            return run.note("type-mismatch", f"the output {self.name} is of the wrong type: {to_text(value)[:80]}")
        allowed = self.allowed is None or value is None or isinstance(value, list)
        if not allowed and self.allowed is not None and self.allowed(value, env, run) is not True:
            run.note("not-allowed", f"the output {self.name} has a value that is not listed: {to_text(value)[:80]}")
        return value


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A rule that matched, by its index from 0, with a value for each output column."""

    index: int
    values: tuple[object, ...]


Columns = Sequence[Column]
Hits = Sequence[Hit]


def result_of(values: Sequence[object], columns: Columns) -> object:
    """One output is the value itself, several are a context."""
    if len(columns) == 1:
        return values[0]
    return {column.name: value for column, value in zip(columns, values, strict=True)}


def _rules(hits: Hits) -> str:
    return ", ".join(str(hit.index + 1) for hit in hits[:10])


class HitPolicy:
    """How the outputs of the rules that match become one value."""

    first_only: ClassVar[bool] = False
    needs_ranking: ClassVar[bool] = False
    overlaps: ClassVar[Literal["free", "equal", "none"]] = "free"
    """May several rules match: as they like, if they give the same, or never?"""
    wants_a_rule: ClassVar[bool] = True
    """Is it a mistake if no rule matches?"""

    def combine(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:
        """The value of the table. Raises Problem where the policy is broken."""
        if not hits:
            return self._default(columns, env, run)
        return self._several(hits, columns, env, run)

    def _default(self, columns: Columns, env: Env, run: Run) -> object:
        if not any(column.default for column in columns):
            return self.nothing()
        values = [None if column.default is None else column.default(env, run) for column in columns]
        return result_of(values, columns)

    def nothing(self) -> object:
        """The value if no rule matches and there is no default output."""
        raise Problem("no-rule", "no rule matches, and there is no default output")

    @abstractmethod
    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object: ...


class _Unique(HitPolicy):
    overlaps = "none"

    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:  # noqa: ARG002 - all policies are called alike
        if len(hits) > 1:
            raise Problem("not-unique", f"several rules match where only one may: {_rules(hits)}")
        return result_of(hits[0].values, columns)


class _First(HitPolicy):
    first_only = True

    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:  # noqa: ARG002 - all policies are called alike
        return result_of(hits[0].values, columns)


class _Any(HitPolicy):
    overlaps = "equal"

    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:  # noqa: ARG002 - all policies are called alike
        first = list(hits[0].values)
        if any(equal(first, list(hit.values), run) is not True for hit in hits[1:]):
            raise Problem("not-any", f"rules match that give different outputs: {_rules(hits)}")
        return result_of(hits[0].values, columns)


class _Ranked(HitPolicy):
    needs_ranking = True

    def ranked(self, hits: Hits, columns: Columns, env: Env, run: Run) -> list[object]:
        """The results, those with the more important output values first."""
        listed = [column.ranking(env, run) if column.ranking else None for column in columns]
        orders = [order if isinstance(order, list) else [] for order in listed]

        def rank(hit: Hit) -> list[int]:
            return [_place(value, order, run) for value, order in zip(hit.values, orders, strict=True) if order]

        return [result_of(hit.values, columns) for hit in sorted(hits, key=rank)]


def _place(value: object, ranking: list[object], run: Run) -> int:
    places = (index for index, listed in enumerate(ranking) if equal(value, listed, run) is True)
    return next(places, len(ranking))


class _Priority(_Ranked):
    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:
        return self.ranked(hits, columns, env, run)[0]


class _OutputOrder(_Ranked):
    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:
        return self.ranked(hits, columns, env, run)


class _RuleOrder(HitPolicy):
    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:  # noqa: ARG002 - all policies are called alike
        return [result_of(hit.values, columns) for hit in hits]


class _Collect(_RuleOrder):
    wants_a_rule = False

    def nothing(self) -> object:
        return []


class _Count(HitPolicy):
    wants_a_rule = False

    def nothing(self) -> object:
        return Decimal(0)

    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:  # noqa: ARG002 - all policies are called alike
        return Decimal(len(hits))


class _Aggregate(HitPolicy):
    def __init__(self, function: str) -> None:
        self._call: Callable[[Sequence[object], Run], object] = STANDARD[function].call

    def _several(self, hits: Hits, columns: Columns, env: Env, run: Run) -> object:  # noqa: ARG002 - all policies are called alike
        totals = [self._call([[hit.values[column] for hit in hits]], run) for column in range(len(columns))]
        return result_of(totals, columns)


UNIQUE: HitPolicy = _Unique()
_POLICIES: dict[tuple[str, str | None], HitPolicy] = {
    ("UNIQUE", None): UNIQUE,
    ("FIRST", None): _First(),
    ("ANY", None): _Any(),
    ("PRIORITY", None): _Priority(),
    ("OUTPUT ORDER", None): _OutputOrder(),
    ("RULE ORDER", None): _RuleOrder(),
    ("COLLECT", None): _Collect(),
    ("COLLECT", "COUNT"): _Count(),
    ("COLLECT", "SUM"): _Aggregate("sum"),
    ("COLLECT", "MIN"): _Aggregate("min"),
    ("COLLECT", "MAX"): _Aggregate("max"),
}


def policy_of(name: str, aggregation: str | None) -> HitPolicy | None:
    """The hit policy of these attributes, or None if there is none; only COLLECT aggregates."""
    return _POLICIES.get((name, aggregation if name == "COLLECT" else None))
