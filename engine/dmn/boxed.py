"""Boxed expressions: XML -> closures (DMN 1.5, chapter 10.2)."""

from __future__ import annotations

from collections.abc import Callable

from engine.dmn.table import Table, build
from engine.dmn.workshop import MAX_DEPTH, Workshop
from engine.dmn.xml import Element, kid, kids, name_of, normal, tag, text
from engine.feel.access import filtering
from engine.feel.calls import UserFunction, invoke, invoke_named
from engine.feel.coding import Code, Env
from engine.feel.display import kind
from engine.feel.errors import Problem
from engine.feel.limits import NOWHERE, Run
from engine.feel.loops import domain_of
from engine.feel.types import ANY, FeelType, coerce

BOXES = (
    "literalExpression",
    "decisionTable",
    "context",
    "relation",
    "list",
    "invocation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "some",
    "every",
)
NameSet = frozenset[str]


def typed(code: Code, wanted: FeelType, what: str) -> Code:
    """The closure with its result converted to a type; null and a diagnostic if it does not conform."""
    if wanted is ANY:
        return code

    def checked(env: Env, run: Run) -> object:
        try:
            return coerce(code(env, run), wanted, run)
        except Problem as problem:
            return run.note(problem.code, f"{what}: {problem.message}")

    return checked


class Boxes:
    """Compiles the boxed expressions of a model."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._depth = 0
        self.tables: list[Table] = []
        self._readers: dict[str, Callable[[Element, NameSet], Code]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "relation": self._relation,
            "list": self._list,
            "invocation": self._invocation,
            "functionDefinition": self.function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "some": lambda element, names: self._quantified(element, names, decides=True),
            "every": lambda element, names: self._quantified(element, names, decides=False),
        }

    def inside(self, element: Element | None, names: NameSet) -> Code:
        """The closure of the boxed expression that an element holds."""
        return self.box(kid(element, *BOXES), names)

    def box(self, element: Element | None, names: NameSet) -> Code:
        """The closure of a boxed expression; null and a diagnostic if there is none."""
        if element is None:
            return lambda env, run: run.note("no-expression", "there is no decision logic")  # noqa: ARG005 - every closure takes both
        self._depth += 1
        try:
            if self._depth > MAX_DEPTH:
                self._shop.find("dmn-depth", "the boxed expressions are nested too deeply", element)
                return lambda env, run: run.note("no-expression", "nested too deeply")  # noqa: ARG005 - every closure takes both
            code = self._readers[tag(element)](element, names)
        finally:
            self._depth -= 1
        if tag(element) == "functionDefinition":
            return code
        return typed(code, self._shop.type(element.get("typeRef")), "the expression")

    def _literal(self, element: Element, names: NameSet) -> Code:
        language = element.get("expressionLanguage")
        if language and "feel" not in language.lower():
            self._shop.find("dmn-language", f"expressions are written in FEEL, not in {language}", element)
        source = text(element)
        if not source:
            return lambda env, run: run.note("no-expression", "the expression is empty")  # noqa: ARG005 - every closure takes both
        return self._shop.expression(source, names, element)

    def _table(self, element: Element, names: NameSet) -> Code:
        table = build(self._shop, element, names)
        self.tables.append(table)
        return table.evaluate

    def _context(self, element: Element, names: NameSet) -> Code:
        entries: list[tuple[str, Code]] = []
        seen = set(names)
        for entry in kids(element, "contextEntry"):
            variable = kid(entry, "variable")
            name, box = name_of(variable), kid(entry, *BOXES)
            own = {name} if box is not None and tag(box) == "functionDefinition" else set()
            wanted = self._shop.type(variable.get("typeRef")) if variable is not None else ANY
            entries.append((name, typed(self.box(box, frozenset(seen | own)), wanted, name)))
            seen.add(name)

        def code(env: Env, run: Run) -> object:
            inner, result = dict(env), dict[str, object]()
            for name, read in entries:
                value = read(inner, run)
                if not name:
                    return value
                result[name] = inner[name] = value
                if isinstance(value, UserFunction):
                    value.env.setdefault(name, value)
            return run.items(result)

        return code

    def _relation(self, element: Element, names: NameSet) -> Code:
        columns = [name_of(column) for column in kids(element, "column")]
        rows = []
        for row in kids(element, "row"):
            cells = [self.box(cell, names) for cell in kids(row, *BOXES)]
            if len(cells) != len(columns):
                self._shop.find("dmn-relation", "a row has as many cells as there are columns", row)
            rows.append(list(zip(columns, cells, strict=False)))
        return lambda env, run: run.items([{name: cell(env, run) for name, cell in row} for row in rows])

    def _list(self, element: Element, names: NameSet) -> Code:
        items = [self.box(item, names) for item in kids(element, *BOXES)]
        return lambda env, run: run.items([item(env, run) for item in items])

    def _invocation(self, element: Element, names: NameSet) -> Code:
        function = self.inside(element, names)
        bindings = {name_of(kid(b, "parameter")): self.inside(b, names) for b in kids(element, "binding")}

        def code(env: Env, run: Run) -> object:
            called = function(env, run)
            if not bindings:
                return invoke(called, [], run, NOWHERE)
            return invoke_named(called, {name: read(env, run) for name, read in bindings.items()}, run, NOWHERE)

        return code

    def function(self, element: Element, names: NameSet) -> Code:
        """The closure that makes the function of a `functionDefinition` or of a business knowledge model."""
        if element.get("kind") in ("Java", "PMML"):
            return lambda env, run: run.note("external-function", "functions in Java or PMML are not run")  # noqa: ARG005 - every closure takes both
        parameters = [(name_of(p), self._shop.type(p.get("typeRef"))) for p in kids(element, "formalParameter")]
        bound = frozenset(name for name, _ in parameters)
        box = kid(element, *BOXES)
        body = self.box(box, names | bound)
        result = self._shop.type(box.get("typeRef")) if box is not None and tag(box) != "functionDefinition" else ANY
        wanted = None if result is ANY else result
        return lambda env, run: UserFunction(parameters, body, dict(env), wanted)  # noqa: ARG005 - every closure takes both

    def _conditional(self, element: Element, names: NameSet) -> Code:
        condition, then, otherwise = (self.inside(kid(element, part), names) for part in ("if", "then", "else"))

        def code(env: Env, run: Run) -> object:
            answer = condition(env, run)
            if answer is not None and not isinstance(answer, bool):
                return run.note("type-mismatch", f"the condition is of type {kind(answer)}, not a boolean")
            return then(env, run) if answer else otherwise(env, run)

        return code

    def _filter(self, element: Element, names: NameSet) -> Code:
        of = self.inside(kid(element, "in"), names)
        judged, self._shop.judges = self._shop.judges, False  # what the items hold is not known here
        condition, free = self._shop.reading(lambda: self.inside(kid(element, "match"), names | {"item"}))
        self._shop.judges = judged
        return filtering(of, condition, free, NOWHERE)

    def _iteration(self, element: Element, names: NameSet, part: str) -> tuple[str, Code, Code]:
        name = normal(element.get("iteratorVariable"))
        if not name:
            self._shop.find("dmn-iterator", "an iteration names its variable", element)
        inner = names | {name, "partial"}
        return name, self.inside(kid(element, "in"), names), self.inside(kid(element, part), inner)

    def _for(self, element: Element, names: NameSet) -> Code:
        name, domain, body = self._iteration(element, names, "return")

        def code(env: Env, run: Run) -> object:
            results: list[object] = []
            try:
                values = domain_of(domain(env, run))
            except Problem as problem:
                return run.note(problem.code, problem.message)
            for value in values:
                run.entry()
                run.copied(len(results))
                results.append(body({**env, name: value, "partial": results.copy()}, run))
            return run.items(results)

        return code

    def _quantified(self, element: Element, names: NameSet, *, decides: bool) -> Code:
        name, domain, body = self._iteration(element, names, "satisfies")

        def code(env: Env, run: Run) -> object:
            result: object = not decides
            try:
                values = domain_of(domain(env, run))
            except Problem as problem:
                return run.note(problem.code, problem.message)
            for value in values:
                run.step()
                answer = body({**env, name: value}, run)
                if answer is decides:
                    return decides
                if answer is not None and not isinstance(answer, bool):
                    return run.note("type-mismatch", f"the condition is of type {kind(answer)}, not a boolean")
                result = None if answer is None else result
            return result

        return code
