"""What the parts of a model's compilation share: its vocabulary, its types, and the findings so far.

A text with a mistake becomes a finding and a closure that gives null, so that the rest of the model is still looked at
and every mistake is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from engine.dmn.xml import Element, id_of, line_of, normal
from engine.errors import Finding
from engine.feel import Expression, FeelSyntaxError, Functions, UnaryTests
from engine.feel.checks import nearest_variable, review
from engine.feel.coding import Code, Env
from engine.feel.expression import Vocabulary, compile_in, compile_tests_in
from engine.feel.inference import Type
from engine.feel.limits import Run
from engine.feel.tree import Literal, Node
from engine.feel.types import ANY, SIMPLE, ContextType, FeelType, FunctionType, ListType
from engine.feel.unary import TestCode

T = TypeVar("T")
_OTHER_TYPES: Mapping[str, FeelType] = {
    "context": ContextType(),
    "list": ListType(ANY),
    "function": FunctionType(None, ANY),
    "integer": SIMPLE["number"],
    "double": SIMPLE["number"],
    "long": SIMPLE["number"],
}
MAX_DEPTH = 60
_COMPARED = 40
"""Names of variables that a decision reads, up to which each is compared with the others."""


class Workshop:
    """Compiles texts of one model and keeps the findings."""

    def __init__(self, file: str, functions: Functions, members: frozenset[str], types: Mapping[str, FeelType]) -> None:
        self.findings: list[Finding] = []
        self.types = types
        self._file = file
        self._vocabulary = Vocabulary(members=members, functions=functions, types=types)
        self.known: Mapping[str, Type] = {}
        """Types of the names that the element under way requires."""
        self.requires = False
        """Does the element under way require anything? Then a name that it does not require looks forgotten."""
        self.deciding: str | None = None
        """The id of the element under way."""
        self.judges = True
        """Is a name that nobody declared worth a word?"""
        self.constant = False
        """Is what comes next a list of values, in which no name has a meaning?"""
        self._told: dict[str | None, set[str]] = {}
        self._vocabularies: dict[frozenset[str], Vocabulary] = {}
        self._read: set[str] = set()
        self._expressions: dict[tuple[str, frozenset[str]], Expression] = {}
        self._tests: dict[tuple[str, frozenset[str]], UnaryTests] = {}

    def find(self, rule: str, message: str, element: Element, cure: str | None = None) -> None:
        """Note a mistake in the model."""
        found = Finding(rule=rule, message=message, cure=cure, file=self._file)
        self.findings.append(replace(found, element_id=id_of(element), line=line_of(element)))

    def warn(self, rule: str, message: str, element: Element, cure: str | None = None) -> None:
        """Note what is evaluated, and is hardly meant so."""
        self.find(rule, message, element, cure)
        self.findings[-1] = replace(self.findings[-1], severity="warning")

    def reading(self, make: Callable[[], T]) -> tuple[T, frozenset[str]]:
        """What `make` compiles, and the names that its texts read from around them."""
        outer, self._read = self._read, set()
        try:
            return make(), frozenset(self._read)
        finally:
            self._read = outer

    def expression(self, text: str, names: Iterable[str], element: Element) -> Code:
        """The closure of an expression in the model."""
        reach = frozenset(names)
        compiled = self._expressions.get((text, reach))
        if compiled is None:
            try:
                compiled = compile_in(text, self._speaking_of(reach))
            except FeelSyntaxError as error:
                return self._mistake(error, element)
            self._expressions[text, reach] = compiled
            self._review(compiled.tree, reach, element)
        self._read |= compiled.reads
        return compiled.code

    def _speaking_of(self, names: frozenset[str]) -> Vocabulary:
        found = self._vocabularies.get(names)
        if found is None:
            found = self._vocabularies[names] = replace(self._vocabulary, names=names)
        return found

    def tests(self, text: str, names: Iterable[str], element: Element) -> UnaryTests | None:
        """The compiled unary tests of a cell; None after a mistake, which nothing satisfies."""
        reach = frozenset(names)
        compiled = self._tests.get((text, reach))
        if compiled is None:
            try:
                compiled = compile_tests_in(text, self._speaking_of(reach))
            except FeelSyntaxError as error:
                self._mistake(error, element)
                return None
            self._tests[text, reach] = compiled
            self._review(compiled.tree, reach | {"?"}, element)
        self._read |= compiled.reads
        return compiled

    def _review(self, node: Node, names: frozenset[str], element: Element) -> None:
        """Findings about functions, arguments, literals, types and names."""
        if isinstance(node, Literal):
            return
        for found in review(node, names, self._vocabulary.functions, self.known):
            at: Finding | None = self._placed(found, element)
            if found.rule == "feel-unknown-name":
                at = self._unknown(self._placed(found, element))
            if at is not None:
                self.findings.append(at)

    def _unknown(self, found: Finding) -> Finding | None:
        """A decision may read variables of the process that nothing declares (docs/decisions/0207): a warning where it
        looks misspelt or forgotten, else an info, once in a decision; an error where no name is in reach at all.
        """
        if self.constant:
            return found
        if found.cure:
            return replace(found, severity="warning")
        name = found.message.removeprefix("nothing is called ")
        told = self._told.setdefault(self.deciding, set())
        if not self.judges or name in told:
            return None
        alike = nearest_variable(name, frozenset(told)) if len(told) < _COMPARED else None
        told.add(name)
        if alike is not None:
            cure = f"write {alike}, which this decision reads too, if that is meant"
            return replace(found, cure=cure, severity="warning")
        if self.requires:
            message = f"nothing that is required here is called {name}: it has to be a variable of the process"
            return replace(found, rule="feel-unset-name", message=message, severity="warning")
        return replace(
            found, rule="feel-unset-name", message=f"reads the variable {name} of the process", severity="info"
        )

    def _placed(self, found: Finding, element: Element) -> Finding:
        """A finding about an expression, with the line of the file; its column is that in the expression."""
        start = line_of(element)
        line = found.line if start is None else start + (found.line or 1) - 1
        return replace(found, file=self._file, element_id=id_of(element), line=line)

    def test_code(self, text: str, names: Iterable[str], element: Element) -> TestCode | None:
        """The closure of a list of allowed values; None if there is no text."""
        if not text:
            return None
        compiled = self.tests(text, names, element)
        return compiled.code if compiled is not None else _never

    def _mistake(self, error: FeelSyntaxError, element: Element) -> Code:
        for found in error.findings:
            self.findings.append(self._placed(found, element))
        message = str(error)

        def code(env: Env, run: Run) -> object:  # noqa: ARG001 - every closure takes both
            return run.note("feel-syntax", message)

        return code

    def type(self, reference: str | None) -> FeelType:
        """The type that a `typeRef` names; Any if there is none or nobody defined it."""
        return named_type(self.types, reference) or ANY


def _never(value: object, env: Env, run: Run) -> bool | None:  # noqa: ARG001 - every test takes the three
    return False


def named_type(types: Mapping[str, FeelType], reference: str | None) -> FeelType | None:
    """The type of a `typeRef`, which older versions write with a prefix (`feel:string`)."""
    name = normal(reference)
    if not name:
        return None
    short = name.rpartition(":")[2]
    return types.get(name) or SIMPLE.get(short) or types.get(short) or _OTHER_TYPES.get(short)
