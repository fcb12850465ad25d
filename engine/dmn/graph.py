"""The decision requirements graph: elements, what they require, and their evaluation (DMN 1.5, chapter 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from engine.dmn.results import DecisionRun, EvaluatedDecision, EvaluatedInput
from engine.feel.calls import UserFunction
from engine.feel.coding import Code, Env
from engine.feel.convert import to_feel
from engine.feel.errors import Problem
from engine.feel.limits import Run
from engine.feel.types import ANY, FeelType, FunctionType, coerce
from engine.feel.values import Function

Context = Mapping[str, object]


@dataclass(eq=False, kw_only=True)
class Node:
    """An element of the graph; complete once its model is loaded, and not changed any more.

    `code` is the logic of a decision, or makes the function of a business knowledge model; `reads` are the names that
    it takes from around it. `prefixes` are the names of imports, whose elements are entries of a context of that name.
    """

    kind: str
    id: str
    name: str
    variable: str
    type: FeelType = ANY
    logic: str = "literal"
    requirements: list[Requirement] = field(default_factory=list)
    prefixes: frozenset[str] = frozenset()
    code: Code | None = None
    reads: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    service: Service | None = None


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Something that an element requires; `prefix` is the import that it comes through."""

    node: Node
    prefix: str | None = None

    @property
    def name(self) -> str:
        """The name under which expressions see it."""
        return self.prefix or self.node.name


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a decision service takes and gives, input data before input decisions."""

    inputs: tuple[Node, ...]
    outputs: tuple[Node, ...]


class Evaluation:
    """One evaluation of a model: the variables that were given, and what is known so far."""

    def __init__(self, context: Context, run: DecisionRun, known: Mapping[Node, object] | None = None) -> None:
        self._context = context
        self._run = run
        self._known: dict[Node, object] = dict(known or {})
        self._busy: set[Node] = set()

    def value(self, node: Node, context: Context | None = None) -> object:
        """The value of an element, evaluated once. `context` are the variables where the element lives."""
        if node in self._known:
            return self._known[node]
        if node in self._busy:
            return self._run.note("cycle", f"{node.name} requires itself")
        self._busy.add(node)
        try:
            found = self._known[node] = self._evaluate(node, self._context if context is None else context)
        finally:
            self._busy.discard(node)
        return found

    def _evaluate(self, node: Node, context: Context) -> object:
        if node.kind == "inputData":
            return self._input(node, context)
        if node.kind == "businessKnowledgeModel":
            return self._knowledge(node, context)
        if node.service is not None:
            return ServiceFunction(node, node.service, context)
        return self._decision(node, context)

    def _input(self, node: Node, context: Context) -> object:
        if node.name not in context:
            return self._run.note("unknown-name", f"no value is given for {node.name}")
        return self._typed(to_feel(context[node.name]), node)

    def _typed(self, value: object, node: Node) -> object:
        try:
            return coerce(value, node.type, self._run)
        except Problem as problem:
            return self._run.note(problem.code, f"{node.name}: {problem.message}")

    def _decision(self, node: Node, context: Context) -> object:
        env = self._environment(node, context)
        with self._run.deciding(node.id) as frame:
            value = None if node.code is None else node.code(env, self._run)
            output = self._typed(value, node)
        inputs = tuple(frame.inputs) or tuple(
            EvaluatedInput(id=requirement.node.id, name=requirement.name, value=env.get(requirement.name))
            for requirement in node.requirements
            if requirement.node.kind in ("inputData", "decision")
        )
        self._run.evaluated.append(
            EvaluatedDecision(
                decision_id=node.id,
                name=node.name,
                kind=node.logic,
                inputs=inputs,
                matched_rules=tuple(frame.rules),
                output=output,
            )
        )
        return output

    def _environment(self, node: Node, context: Context) -> Env:
        """The names that the logic of an element sees: what it requires, then the variables it names anyway."""
        env: Env = {prefix: {} for prefix in node.prefixes}
        for requirement in node.requirements:
            required = requirement.node
            if requirement.prefix:
                inner = context.get(requirement.prefix)
                value = self.value(required, inner if is_mapping(inner) else context)
                members = env.setdefault(requirement.prefix, {})
                if isinstance(members, dict):
                    members[required.name] = value
                continue
            value = self.value(required, context)
            env[required.name] = value
            if required.kind == "decision":
                env.setdefault(required.variable, value)
                env.setdefault(required.id, value)
        for name in node.reads:
            if name not in env and name not in node.hidden and name in context:
                env[name] = to_feel(context[name])
        return env

    def _knowledge(self, node: Node, context: Context) -> object:
        env = self._environment(node, context)
        function = None if node.code is None else node.code(env, self._run)
        if isinstance(function, UserFunction):
            function.name = node.name
            function.env[node.name] = function
            if function.result is None:
                result = result_type(node.type)
                function.result = None if result is ANY else result
        return function


def is_mapping(value: object) -> TypeGuard[Context]:
    """May the value hold the variables of an imported model?"""
    return isinstance(value, Mapping)


def result_type(kind: FeelType) -> FeelType:
    """What a function gives whose variable has this type: older models name the result, newer the function type."""
    core = kind.core()
    return core.result if isinstance(core, FunctionType) else kind


class ServiceFunction(Function):
    """A decision service as a function: its parameters are its input data and input decisions."""

    def __init__(self, node: Node, service: Service, context: Context) -> None:
        self.name = node.name
        self.parameters = tuple(parameter.name for parameter in service.inputs)
        self._service = service
        self._result = result_type(node.type)
        self._context = context

    def call(self, arguments: Sequence[object], run: Run) -> object:
        """The output decisions for these inputs: one value, or a context of several. Raises Problem."""
        if len(arguments) != len(self.parameters):
            raise Problem("invalid-call", f"{self.name} has the parameters {', '.join(self.parameters) or 'none'}")
        assert isinstance(run, DecisionRun)  # noqa: S101 - services exist only while a model is evaluated
        known = {
            node: _argument(self.name, node, value, run)
            for node, value in zip(self._service.inputs, arguments, strict=True)
        }
        inner = Evaluation({}, run, known)
        values = {node.name: inner.value(node) for node in self._service.outputs}
        result = next(iter(values.values())) if len(values) == 1 else values
        return coerce(result, self._result, run)

    def call_named(self, arguments: Mapping[str, object], run: Run) -> object:
        """As `call`, by name. Raises Problem."""
        if set(arguments) != set(self.parameters):
            raise Problem("invalid-call", f"{self.name} has the parameters {', '.join(self.parameters) or 'none'}")
        return self.call([arguments[name] for name in self.parameters], run)


def _argument(service: str, node: Node, value: object, run: Run) -> object:
    try:
        return coerce(value, node.type, run)
    except Problem as problem:
        raise Problem("invalid-argument", f"{service}: the argument {node.name} is of the wrong type") from problem
