"""What can be said against an expression before it runs: for deployment, lint and the studio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from engine.errors import Finding
from engine.feel import tree
from engine.feel.builtins import STANDARD
from engine.feel.errors import FeelSyntaxError
from engine.feel.expression import Vocabulary
from engine.feel.free import children
from engine.feel.functions import Functions
from engine.feel.inference import Type, conflicts, type_named
from engine.feel.limits import Place
from engine.feel.literals import parse_temporal
from engine.feel.parser import parse_expression, parse_tests

Known = frozenset[str] | None


def check(text: str, names: Iterable[str] | None, *, functions: Functions = STANDARD) -> tuple[Finding, ...]:
    """Findings about an expression, in the order of the text: syntax, unknown names and functions, wrong numbers of
    arguments, literals that say nothing, and (as warnings) values whose types have no result together.

    `names` are the variables in reach; None if they are not known: names are then not judged. A name with dots in it,
    `complaint.deadlines.level_1`, also says what entries a variable has; entries of other variables are not judged. A
    mapping gives their types beside: `{"amount": "number", "customer": None}`.
    """
    return _check(text, names, functions, parse_expression)


def check_unary_tests(
    text: str, names: Iterable[str] | None, *, functions: Functions = STANDARD
) -> tuple[Finding, ...]:
    """Findings about unary tests, as `check`."""
    return _check(text, names, functions, parse_tests)


def _check(
    text: str, names: Iterable[str] | None, functions: Functions, parse: Callable[..., tree.Node]
) -> tuple[Finding, ...]:
    known = None if names is None else _with_parents(names)
    types = {name: type_named(kind) for name, kind in names.items()} if isinstance(names, Mapping) else {}
    scope = Vocabulary(names=known or frozenset(), functions=functions).scope()
    try:
        node = parse(text, scope)
    except FeelSyntaxError as error:
        return error.findings
    return review(node, None if known is None else known | {"?"}, functions, types)


def review(
    node: tree.Node, known: Known, functions: Functions, types: Mapping[str, Type] | None = None
) -> tuple[Finding, ...]:
    """Findings about a tree, in the order of the text. `known` are the names in reach, or None; `types` the types of
    those whose type is known.
    """
    found = [*_Checker(functions).walk(node, known), *_conflicts(node, functions, types or {})]
    return tuple(sorted(found, key=lambda finding: (finding.line or 0, finding.column or 0)))


def _conflicts(node: tree.Node, functions: Functions, types: Mapping[str, Type]) -> Iterator[Finding]:
    for place, message in conflicts(node, functions, types):
        yield replace(_finding("feel-types", message, place), severity="warning")


def _finding(rule: str, message: str, place: Place, cure: str | None = None) -> Finding:
    return Finding(rule=rule, message=message, cure=cure, line=place[0], column=place[1])


class _Checker:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def walk(self, node: tree.Node, known: Known) -> Iterator[Finding]:
        if isinstance(node, tree.Literal):
            return
        if isinstance(node, tree.Name):
            yield from self._name(node, known)
        elif isinstance(node, tree.Path):
            yield from self._path(node, known)
        elif isinstance(node, tree.TemporalLiteral) and parse_temporal(node.text) is None:
            cure = 'for example @"2026-01-31", @"2026-01-31T10:00:00Z" or @"P14D"'
            yield _finding("feel-literal", f"{node.text!r} is no date, time or duration", node.place, cure)
        elif isinstance(node, tree.Call):
            yield from self._call(node, known)
        else:
            for child, names in self._scopes(node, known):
                yield from self.walk(child, names)

    def _scopes(self, node: tree.Node, known: Known) -> Iterator[tuple[tree.Node, Known]]:
        """The children of a node, each with the names in reach there."""
        if isinstance(node, tree.ContextNode):
            for name, value in node.entries:
                yield value, _with(known, name)
                known = _with(known, name)
        elif isinstance(node, tree.FunctionNode):
            yield node.body, _with(known, *(name for name, _ in node.parameters))
        elif isinstance(node, tree.For | tree.Quantified):
            yield from _iteration_scopes(node, known)
        elif isinstance(node, tree.Filter):
            yield node.of, known
            yield node.condition, None  # what the items hold is not known here
        else:
            yield from ((child, known) for child in children(node))

    def _name(self, node: tree.Name, known: Known) -> Iterator[Finding]:
        if known is None or node.name in known or node.name in self._functions:
            return
        near = nearest_variable(node.name, known)
        cure = f"did you mean {near}?" if near else None
        yield _finding("feel-unknown-name", f"nothing is called {node.name}", node.place, cure)

    def _path(self, node: tree.Path, known: Known) -> Iterator[Finding]:
        before = list(self.walk(node.of, known))
        yield from before
        owner = _dotted(node.of)
        if known is None or before or owner is None or f"{owner}.{node.member}" in known:
            return
        entries = frozenset(name[len(owner) + 1 :] for name in known if name.startswith(f"{owner}."))
        if entries:
            near = nearest(node.member, entries)
            cure = f"did you mean {near}?" if near else None
            yield _finding("feel-unknown-member", f"{owner} has no entry {node.member}", node.place, cure)

    def _call(self, node: tree.Call, known: Known) -> Iterator[Finding]:
        for argument in (*node.arguments, *(value for _, value in node.named)):
            yield from self.walk(argument, known)
        if not isinstance(node.function, tree.Name):
            yield from self.walk(node.function, known)
            return
        name = node.function.name
        if name in self._functions:
            yield from self._arguments(node, name)
        elif known is not None and name not in known:
            near = nearest(name, frozenset(self._functions) | known)
            cure = f"did you mean {near}?" if near else None
            yield _finding("feel-unknown-function", f"there is no function {name}", node.place, cure)

    def _arguments(self, node: tree.Call, name: str) -> Iterator[Finding]:
        function = self._functions[name]
        if node.named:
            given = dict.fromkeys((argument for argument, _ in node.named), None)
            fits = any(overload.positions(given) is not None for overload in function.overloads)
        else:
            fits = function.takes(len(node.arguments))
        if not fits:
            message = f"{name} does not take these arguments"
            yield _finding("feel-arguments", message, node.place, f"call it as {function.usage()}")


def _with_parents(names: Iterable[str]) -> frozenset[str]:
    """The names, and of `a.b.c` also `a` and `a.b`."""
    known = set[str]()
    for name in names:
        parts = name.split(".")
        known.update(".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return frozenset(known)


def _dotted(node: tree.Node) -> str | None:
    """The text of a path that starts at a variable."""
    if isinstance(node, tree.Name):
        return node.name
    owner = _dotted(node.of) if isinstance(node, tree.Path) else None
    return f"{owner}.{node.member}" if owner is not None and isinstance(node, tree.Path) else None


def _with(known: Known, *names: str) -> Known:
    """The names in reach with some more; what was known of the entries of hidden variables no longer holds."""
    if known is None:
        return None
    hidden = tuple(f"{name}." for name in names)
    return frozenset(name for name in known if not name.startswith(hidden)) | set(names)


def _iteration_scopes(node: tree.For | tree.Quantified, known: Known) -> Iterator[tuple[tree.Node, Known]]:
    for iteration in node.iterations:
        yield iteration.domain, known
        if iteration.end is not None:
            yield iteration.end, known
        known = _with(known, iteration.name)
    yield node.body, _with(known, "partial") if isinstance(node, tree.For) else known


def nearest_variable(name: str, known: frozenset[str]) -> str | None:
    """As `nearest`; but `items` is no misspelt `item`: many name a list and what is in it so."""
    return nearest(name, known - {name + "s", name.removesuffix("s")})


def nearest(name: str, known: frozenset[str]) -> str | None:
    """The name most like a misspelt one: in another case, with another letter, or a word of a longer one."""
    same = [candidate for candidate in sorted(known) if candidate.casefold() == name.casefold()]
    close = same or get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    if close:
        return close[0]
    words = {
        word: candidate for candidate in sorted(known, reverse=True) for word in candidate.split() if len(word) > 3
    }
    part = get_close_matches(name, sorted(words), n=1, cutoff=0.8)
    return words[part[0]] if part else None
