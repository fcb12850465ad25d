"""The parser's place in the text: what it looks at, which names it knows, how deep it is."""

from __future__ import annotations

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import KEYWORDS, Source, Token, tokens
from engine.feel.limits import Place
from engine.feel.names import Names

COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
MAX_DEPTH = 100
PROPERTIES = Names(["time offset", "start included", "end included"])
"""Members whose names have spaces, of values that are no contexts."""
_NAME_PARTS = ("name", "number", "symbol")


class Reading:
    """State and small moves of a parser."""

    def __init__(self, text: str, scope: Names, members: Names = PROPERTIES) -> None:
        self.source = Source(text)
        self.tokens: list[Token] = tokens(self.source)
        self.position = 0
        self.scope = scope
        self.members = Names((), members)
        self.no_filter = False
        self.depth = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.position]

    def place(self, ahead: int = 0) -> Place:
        """Line and column of the next token, or of one so many places ahead of it."""
        return self.tokens[self.position + ahead].place

    def at(self, text: str) -> bool:
        """Does this keyword or symbol come next?"""
        return self.tokens[self.position].text == text

    def take(self, text: str) -> bool:
        """Step over a keyword or symbol if it comes next."""
        if self.tokens[self.position].text == text:
            self.position += 1
            return True
        return False

    def need(self, text: str, message: str | None = None) -> None:
        """Step over a keyword or symbol that must come next. Raises FeelSyntaxError."""
        if self.tokens[self.position].text != text:
            raise self.error(message or f"expected {text}")
        self.position += 1

    def end(self) -> None:
        """Raises FeelSyntaxError unless everything is read."""
        if self.token.kind != "end":
            raise self.error("the expression should end here")

    def error(self, message: str, proposal: str | None = None) -> FeelSyntaxError:
        """The error to raise at the next token."""
        token = self.token
        found = "the end of the text" if token.kind == "end" else f"found {token.text[:30]}"
        return self.source.error(f"{message}, {found}" if proposal is None else message, token.start, proposal)

    def joined_words(self) -> str:
        """A name that nobody declared: the words as far as they are no keywords."""
        words = [self.token.text]
        self.position += 1
        while self.token.kind == "name" and self.token.text not in KEYWORDS:
            words.append(self.token.text)
            self.position += 1
        return " ".join(words)

    def name_until(self, *stops: str) -> str:
        """A name that is being declared: everything up to one of the stops, spaces made single."""
        first = self.position
        while self.token.kind in _NAME_PARTS and self.token.text not in stops:
            self.position += 1
        if first == self.position:
            raise self.error("expected a name")
        text = self.source.text[self.tokens[first].start : self.tokens[self.position - 1].end]
        return " ".join(text.split())

    def named_argument_follows(self) -> bool:
        """Does `name:` come next?"""
        at = self.position
        if self.tokens[at].kind != "name":
            return False
        while self.tokens[at].kind in _NAME_PARTS and self.tokens[at].text not in ",()[]{}:=":
            at += 1
        return self.tokens[at].text == ":"

    def within(self, scope: Names) -> Within:
        """Read with other names in reach."""
        return Within(self, scope)

    def fresh_brackets(self) -> Fresh:
        """Inside brackets a `[` is a filter again."""
        return Fresh(self)


class Within:
    """What `Reading.within` gives. A class, because a generator takes several times as long."""

    __slots__ = ("_outer", "_reading", "_scope")

    def __init__(self, reading: Reading, scope: Names) -> None:
        self._reading, self._scope, self._outer = reading, scope, reading.scope

    def __enter__(self) -> None:
        self._reading.scope = self._scope

    def __exit__(self, *_: object) -> None:
        self._reading.scope = self._outer


class Fresh:
    """What `Reading.fresh_brackets` gives."""

    __slots__ = ("_outer", "_reading")

    def __init__(self, reading: Reading) -> None:
        self._reading, self._outer = reading, reading.no_filter

    def __enter__(self) -> None:
        self._reading.no_filter = False

    def __exit__(self, *_: object) -> None:
        self._reading.no_filter = self._outer
