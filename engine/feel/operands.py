"""What can stand where an operand is wanted: literals, names, brackets, and the words that start an expression."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from engine.feel import tree
from engine.feel.convert import NUMBERS
from engine.feel.lexer import KEYWORDS, RESERVED, unescape
from engine.feel.limits import Place
from engine.feel.names import Names
from engine.feel.reading import COMPARISONS, Reading
from engine.feel.reading_types import read_type
from engine.feel.tree import Node

COMPARISON, SIGN = 30, 65
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}


class Operands(Reading):
    """Reads operands; the operators between them are read by the parser above."""

    @abstractmethod
    def expression(self, power: int = 0) -> Node:
        """An expression whose operators bind tighter than `power`."""

    def operand(self) -> Node:
        """The operand that comes next. Raises FeelSyntaxError."""
        kind, text, _, _, place = self.tokens[self.position]
        if kind == "name":
            return self._name_or_keyword()
        if kind == "number":
            return self._number()
        if kind == "string":
            self.position += 1
            return tree.Literal(place, unescape(text))
        read = _SIGNS.get(text)
        if read is not None:
            return read(self)
        raise self.error("expected an expression")

    def _negation(self) -> Node:
        place = self.place()
        self.position += 1
        return tree.Negation(place, self.expression(SIGN))

    def _number(self) -> Node:
        place, text = self.place(), self.token.text
        try:
            value = NUMBERS.create_decimal(text)
        except ArithmeticError:
            raise self.error("the number is too large") from None
        self.position += 1
        return tree.Literal(place, value)

    def _temporal(self) -> Node:
        place = self.place()
        self.position += 1
        if self.token.kind != "string":
            raise self.error("expected a text in quotes after @")
        text = unescape(self.token.text)
        self.position += 1
        return tree.TemporalLiteral(place, text)

    def _name_or_keyword(self) -> Node:
        place, text = self.place(), self.token.text
        name, size = self.scope.match(self.tokens, self.position)
        if text in KEYWORDS and size <= 1:
            found = self._keyword(text)
            if found is not None:
                return found
        if name is not None and (size > 1 or text not in RESERVED):
            self.position += size
            return tree.Name(place, name)
        if text in RESERVED:
            raise self.error(f"{text} cannot stand here")
        return tree.Name(place, self.joined_words())

    def _keyword(self, word: str) -> Node | None:
        place = self.place()
        if word in _CONSTANTS:
            self.position += 1
            return tree.Literal(place, _CONSTANTS[word])
        read = _WORDS.get(word)
        if read is not None:
            self.position += 1
            return read(self)
        if word == "function" and self.tokens[self.position + 1].text == "(":
            return self._function()
        return None

    def _conditional(self) -> Node:
        place = self.place(-1)
        condition = self.expression()
        self.need("then")
        then = self.expression()
        self.need("else", "an if needs an else")
        return tree.Conditional(place, condition, then, self.expression())

    def _for(self) -> Node:
        place = self.place(-1)
        iterations, names = self._iterations()
        self.need("return")
        with self.within(Names([*names, "partial"], self.scope)):
            return tree.For(place, iterations, self.expression())

    def _quantified(self, *, every: bool) -> Node:
        place = self.place(-1)
        iterations, names = self._iterations()
        self.need("satisfies")
        with self.within(Names(names, self.scope)):
            return tree.Quantified(place, every, iterations, self.expression())

    def _iterations(self) -> tuple[tuple[tree.Iteration, ...], list[str]]:
        found: list[tree.Iteration] = []
        names: list[str] = []
        while True:
            name = self.name_until("in")
            self.need("in")
            with self.within(Names(names, self.scope)):
                domain = self.expression()
                end = self.expression() if self.take("..") else None
            names.append(name)
            found.append(tree.Iteration(name, domain, end))
            if not self.take(","):
                return tuple(found), names

    def _function(self) -> Node:
        place = self.place()
        self.position += 2
        parameters = []
        while not self.at(")"):
            name = self.name_until(":", ",", ")")
            parameters.append((name, read_type(self) if self.take(":") else None))
            if not self.take(","):
                break
        self.need(")")
        if len({name for name, _ in parameters}) < len(parameters):
            raise self.error("a parameter is named twice")
        external = self.take("external")
        with self.within(Names([name for name, _ in parameters], self.scope)):
            return tree.FunctionNode(place, tuple(parameters), self.expression(), external)

    def _context(self) -> Node:
        place = self.place()
        self.position += 1
        entries: dict[str, Node] = {}
        scope = Names((), self.scope)
        with self.fresh_brackets(), self.within(scope):
            while not self.at("}"):
                start = self.token.start
                name = self._entry_name()
                if name in entries:
                    raise self.source.error(f"the entry {name} stands twice in the context", start)
                entries[name] = self.expression()
                scope.add(name)
                self.members.add(name)
                if not self.take(","):
                    break
            self.need("}")
        return tree.ContextNode(place, tuple(entries.items()))

    def _entry_name(self) -> str:
        if self.token.kind == "string":
            name = unescape(self.token.text)
            self.position += 1
        else:
            name = self.name_until(":", "}", ",")
        self.need(":")
        return name

    def _bracket(self) -> Node:
        place, opening = self.place(), self.token.text
        self.position += 1
        with self.fresh_brackets():
            if opening == "(" and self.token.text in COMPARISONS:
                return self._operator_range(place)
            if opening == "[" and self.take("]"):
                return tree.ListNode(place, ())
            first = self.expression()
            if self.take(".."):
                return self.range_end(place, first, low_included=opening == "[")
            if opening == "(":
                self.need(")")
                return first
            if opening == "]":
                raise self.error("expected .. of a range")
            items = [first]
            while self.take(","):
                items.append(self.expression())
            self.need("]")
            return tree.ListNode(place, tuple(items))

    def _operator_range(self, place: Place) -> Node:
        sign = self.token.text
        self.position += 1
        endpoint = self.expression(COMPARISON + 1)
        self.need(")")
        return tree.OperatorRange(place, sign, endpoint)

    def range_end(self, place: Place, low: Node, *, low_included: bool) -> Node:
        """A range from behind its two dots."""
        self.no_filter = True
        high = self.expression(COMPARISON + 1)
        self.no_filter = False
        if self.take("]"):
            return tree.RangeNode(place, low, high, low_included, high_included=True)
        if self.take(")") or self.take("["):
            return tree.RangeNode(place, low, high, low_included, high_included=False)
        raise self.error("expected ] or ) at the end of the range")


_WORDS: dict[str, Callable[[Operands], Node]] = {
    "if": Operands._conditional,
    "for": Operands._for,
    "some": lambda operands: operands._quantified(every=False),
    "every": lambda operands: operands._quantified(every=True),
}
_SIGNS: dict[str, Callable[[Operands], Node]] = {
    "-": Operands._negation,
    "@": Operands._temporal,
    "{": Operands._context,
    "[": Operands._bracket,
    "(": Operands._bracket,
    "]": Operands._bracket,
}
