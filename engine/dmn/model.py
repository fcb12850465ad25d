"""A loaded decision model: immutable, shared by threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from engine.dmn.graph import Evaluation, Node
from engine.dmn.results import DecisionResult, DecisionRun
from engine.dmn.table import Table
from engine.errors import Finding, NotFound
from engine.feel.calls import invoke
from engine.feel.convert import to_feel
from engine.feel.expression import guard
from engine.feel.limits import NOWHERE, Limits
from engine.feel.types import FeelType
from engine.feel.values import Function

DECISION_LIMITS = Limits(steps=4_000_000, cpu_seconds=0.5, memory=64_000_000)
"""For a whole model: many expressions, and tables of thousands of rules."""


@dataclass(frozen=True, kw_only=True)
class DecisionInfo:
    """A decision that can be evaluated by its id. `kind` is the sort of its logic, such as decisionTable."""

    id: str
    name: str
    kind: str = "literalExpression"


@dataclass(frozen=True, kw_only=True)
class Model:
    """The decisions of one DMN file. `findings` are warnings, or, of a model loaded leniently, its mistakes."""

    file: str
    id: str
    name: str
    namespace: str
    decisions: Mapping[str, DecisionInfo]
    findings: tuple[Finding, ...] = ()
    nodes: Mapping[str, Node] = field(default_factory=dict, repr=False)
    types: Mapping[str, FeelType] = field(default_factory=dict, repr=False)
    members: frozenset[str] = field(default_factory=frozenset, repr=False)
    tables: tuple[Table, ...] = field(default=(), repr=False)
    imports: Mapping[str, Model] = field(default_factory=dict, repr=False)

    def evaluate(
        self,
        decision_id: str,
        context: Mapping[str, object],
        *,
        now: Callable[[], datetime],
        limits: Limits = DECISION_LIMITS,
    ) -> DecisionResult:
        """The value of a decision, with all that it requires.

        `decision_id` is the id of a decision, decision service or business knowledge model, or its name. `context` maps
        the names of input data to FEEL values or whatever `to_feel` accepts; expressions see other variables in it too.
        What cannot be answered is null and has a diagnostic. Raises NotFound, and FeelLimitExceeded at a bound.
        """
        node = self.find(decision_id)
        run = DecisionRun(now, limits)
        value = guard(lambda: self._value(node, context, run))
        return DecisionResult(value=value, evaluated=tuple(run.evaluated), diagnostics=tuple(run.diagnostics))

    def find(self, decision_id: str) -> Node:
        """The element of that id or name. Raises NotFound."""
        node = self.nodes.get(decision_id)
        if node is None:
            wanted = " ".join(decision_id.split())
            node = next((found for found in self.nodes.values() if found.name == wanted), None)
        if node is None:
            raise NotFound(f"the model {self.name} has no decision {decision_id}")
        return node

    def _value(self, node: Node, context: Mapping[str, object], run: DecisionRun) -> object:
        value = Evaluation(context, run).value(node)
        if isinstance(value, Function) and node.kind in ("decisionService", "businessKnowledgeModel"):
            return _call(value, context, run)
        return value


def _call(function: Function, context: Mapping[str, object], run: DecisionRun) -> object:
    """A service or knowledge model as what is asked for: its parameters are taken from the variables."""
    missing = [name for name in function.parameters if name not in context]
    if missing:
        return run.note("unknown-name", f"no value is given for {', '.join(missing)}")
    return invoke(function, [to_feel(context[name]) for name in function.parameters], run, NOWHERE)


def frozen(nodes: Sequence[Node]) -> Mapping[str, DecisionInfo]:
    """The decisions among the elements, by id."""
    return MappingProxyType(
        {
            node.id: DecisionInfo(id=node.id, name=node.name, kind=node.logic)
            for node in nodes
            if node.kind == "decision"
        }
    )
