"""FEEL text -> tree: a Pratt parser (DMN 1.5, 10.3.1.2).

It never goes back over what it has read, except over a top-level `not(`: going back is exponential when brackets
nest. Operands are read in `operands`, types in `reading_types`.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.feel import tree
from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token
from engine.feel.limits import Place
from engine.feel.names import Names
from engine.feel.operands import COMPARISON, Operands
from engine.feel.reading import COMPARISONS, MAX_DEPTH, PROPERTIES
from engine.feel.reading_types import read_type
from engine.feel.tree import Node

OR, AND, SUM, PRODUCT, POWER = 10, 20, 40, 50, 60
_LEVELS = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "**": POWER}
_MAX_LINKS = 100
_CLOSING = frozenset(")],}:")


class Parser(Operands):
    """Reads one text. `scope` holds the names in reach, `members` those that may follow a dot."""

    def read_expression(self) -> Node:
        """The tree of an expression that takes the whole text. Raises FeelSyntaxError."""
        found = self.expression()
        self.end()
        return found

    def read_tests(self) -> tree.Tests:
        """The tree of unary tests that take the whole text. Raises FeelSyntaxError."""
        self.scope = Names(["?"], self.scope)
        place = self.place()
        if self.at("-") and self.tokens[self.position + 1].kind == "end":
            return tree.Tests(place, negated=False, tests=())
        if self.at("not") and self.tokens[self.position + 1].text == "(":
            start = self.position
            self.position += 2
            tests = self._test_list()
            self.need(")")
            if self.token.kind == "end":
                return tree.Tests(place, negated=True, tests=tests)
            self.position = start
        tests = self._test_list()
        self.end()
        return tree.Tests(place, negated=False, tests=tests)

    def _test_list(self) -> tuple[tree.Test, ...]:
        tests = [self._test()]
        while self.take(","):
            tests.append(self._test())
        return tuple(tests)

    def _test(self) -> tree.Test:
        place, sign = self.place(), self.token.text
        if sign in COMPARISONS:
            self.position += 1
            return tree.Test(place, sign, self.expression(COMPARISON + 1))
        return tree.Test(place, None, self.expression())

    def expression(self, power: int = 0) -> Node:
        """An expression whose operators bind tighter than `power`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("the expression is nested too deeply")
        outer = self.no_filter
        self.no_filter = outer and power > 0
        try:
            return self._infix(self.operand(), power)
        finally:
            self.depth -= 1
            self.no_filter = outer

    # what follows an operand

    def _infix(self, left: Node, power: int) -> Node:
        links = 0
        while True:
            token = self.tokens[self.position]
            if token[0] == "symbol":
                if token[1] in _CLOSING:
                    return left
                following = self._sign(left, token, power)
            elif token[0] == "name":
                following = self._word_operator(left, token[1], power)
            else:
                return left
            if following is None:
                return left
            left = following
            if not isinstance(left, tree.Logic | tree.Chain):
                links += 1
            if links > _MAX_LINKS:
                raise self.error("too many links in a chain of paths, filters and calls")

    def _sign(self, left: Node, token: Token, power: int) -> Node | None:
        """What an operand and the sign behind it begin; None if the sign belongs to somebody further out."""
        _, text, _, _, place = token
        level = _LEVELS.get(text)
        if level is not None:
            return self._chain(left, level) if power < level else None
        if text in COMPARISONS:
            if power >= COMPARISON:
                return None
            self.position += 1
            return tree.Comparison(place, text, left, self.expression(COMPARISON))
        if text == "==":
            raise self.error("there is no operator ==", "write =")
        return self._postfix(left, text, place)

    def _postfix(self, left: Node, text: str, place: Place) -> Node | None:
        if text == ".":
            self.position += 1
            return tree.Path(place, left, self._member())
        if text == "(":
            return self._call(left)
        if text == "[" and not self.no_filter:
            self.position += 1
            inner = self.members.over(Names(["item"], self.scope))
            with self.within(inner):
                condition = self.expression()
            self.need("]")
            return tree.Filter(place, left, condition)
        return None

    def _chain(self, left: Node, level: int) -> Node:
        steps = []
        while self.token.kind == "symbol" and _LEVELS.get(self.token.text) == level:
            place, sign = self.place(), self.token.text
            self.position += 1
            steps.append(tree.Step(place, sign, self.expression(level)))
        return tree.Chain(left.place, left, tuple(steps))

    def _word_operator(self, left: Node, word: str, power: int) -> Node | None:
        place = self.place()
        if word in ("and", "or"):
            level = AND if word == "and" else OR
            return self._logic(left, word, level) if power < level else None
        if power >= COMPARISON:
            return None
        if word == "between":
            self.position += 1
            low = self.expression(COMPARISON)
            self.need("and")
            return tree.Between(place, left, low, self.expression(COMPARISON))
        if word == "in":
            self.position += 1
            return tree.In(place, left, self._in_tests())
        if word == "instance" and self.tokens[self.position + 1].text == "of":
            self.position += 2
            return tree.InstanceOf(place, left, read_type(self))
        return None

    def _logic(self, left: Node, word: str, level: int) -> Node:
        terms = [left]
        while self.take(word):
            terms.append(self.expression(level))
        return tree.Logic(left.place, word == "or", tuple(terms))

    def _in_tests(self) -> tuple[tree.Test, ...]:
        """`(tests)`, a range that starts with `(`, or an expression in parentheses: told apart on the way."""
        if not self.at("("):
            if self.token.text in COMPARISONS:
                return (self._test(),)
            place = self.place()
            return (tree.Test(place, None, self.expression(COMPARISON + 1)),)
        place = self.place()
        self.position += 1
        with self.fresh_brackets():
            first = self._test()
            if first.sign is None and self.take(".."):
                interval = self.range_end(place, first.operand, low_included=False)
                return (tree.Test(place, None, self._infix(interval, COMPARISON + 1)),)
            tests = [first]
            while self.take(","):
                tests.append(self._test())
            self.need(")")
        if len(tests) == 1 and first.sign is None:
            return (tree.Test(place, None, self._infix(first.operand, COMPARISON + 1)),)
        return tuple(tests)

    def _member(self) -> str:
        name, size = self.members.match(self.tokens, self.position)
        if name is not None and size > 1:
            self.position += size
            return name
        if self.token.kind != "name":
            raise self.error("expected the name of an entry after the dot")
        return self.joined_words()

    def _call(self, function: Node) -> Node:
        place = function.place
        self.need("(")
        arguments: list[Node] = []
        named: dict[str, Node] = {}
        with self.fresh_brackets():
            while not self.at(")"):
                if self.named_argument_follows():
                    name = self.name_until(":")
                    self.need(":")
                    if name in named:
                        raise self.error(f"the argument {name} is given twice")
                    named[name] = self.expression()
                else:
                    arguments.append(self.expression())
                if not self.take(","):
                    break
            self.need(")")
        if arguments and named:
            raise self.error("arguments are either all named or all without a name")
        return tree.Call(place, function, tuple(arguments), tuple(named.items()))


def parse_expression(text: str, scope: Names, members: Names = PROPERTIES) -> Node:
    """The tree of an expression. Raises FeelSyntaxError."""
    return _guarded(lambda: Parser(text, scope, members).read_expression())


def parse_tests(text: str, scope: Names, members: Names = PROPERTIES) -> tree.Tests:
    """The tree of unary tests. Raises FeelSyntaxError."""
    found = _guarded(lambda: Parser(text, scope, members).read_tests())
    assert isinstance(found, tree.Tests)  # noqa: S101 - tells mypy what read_tests gives
    return found


def _guarded(read: Callable[[], Node]) -> Node:
    try:
        return read()
    except RecursionError:
        raise FeelSyntaxError("the expression is nested too deeply") from None
