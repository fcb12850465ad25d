"""FEEL text as tokens (DMN 1.5, 10.3.1.2 and 10.3.1.5)."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import Place

MAX_CHARACTERS = 20_000
MAX_TOKENS = 6_000
KEYWORDS = frozenset(
    """if then else for in return some every satisfies and or between instance of function external true false null
    not""".split()  # noqa: SIM905 - reads better than a list
)
RESERVED = KEYWORDS - {"not", "external", "function", "of", "instance"}
"""Keywords that are never a name of their own; names may contain them."""

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\ufeff|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<symbol>\.\.\.?|\*\*|<=|>=|!=|->|==|[-+*/<>=()\[\]{},.:@'])
    |(?P<name>(?:[^\W\d]|[?\u200C\u200D\U00010000-\U000EFFFF])(?:\w|[?\u00B7\u200C\u200D\U00010000-\U000EFFFF])*)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


class Token(NamedTuple):
    """`kind` is name, number, string, symbol or end; the positions are offsets into the text."""

    kind: str
    text: str
    start: int
    end: int


_new = tuple.__new__


class Source:
    """A text that can tell line and column of an offset."""

    __slots__ = ("_lines", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [0] + [match.end() for match in re.finditer("\n", text)] if "\n" in text else None

    def place(self, offset: int) -> Place:
        """Line and column, both from 1."""
        if self._lines is None:
            return _new(Place, (1, offset + 1))
        line = bisect_right(self._lines, offset)
        return Place(line, offset - self._lines[line - 1] + 1)

    def error(self, message: str, offset: int, proposal: str | None = None) -> FeelSyntaxError:
        """The error to raise for something wrong at an offset."""
        line, column = self.place(offset)
        return FeelSyntaxError(message, line=line, column=column, proposal=proposal)


def tokens(source: Source) -> list[Token]:
    """The tokens of a text without spaces and comments, closed by one of kind `end`. Raises FeelSyntaxError."""
    text = source.text
    if len(text) > MAX_CHARACTERS:
        raise source.error(f"an expression has at most {MAX_CHARACTERS} characters", 0)
    found: list[Token] = []
    position, size = 0, len(text)
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if start != position:
            break  # something stands between that is no token
        kind = match.lastgroup
        if kind != "space":
            found.append(_new(Token, (kind, match[0], start, end)))
        position = end
        if len(found) > MAX_TOKENS:
            raise source.error(f"an expression has at most {MAX_TOKENS} words and signs", position)
    if position < size:
        raise _unreadable(source, position)
    found.append(Token("end", "", size, size))
    return found


def _unreadable(source: Source, offset: int) -> FeelSyntaxError:
    character = source.text[offset]
    if character == '"':
        return source.error("the text has no closing quote", offset, 'close it with "')
    if character in "\u201c\u201d\u201e\u00ab\u00bb":
        return source.error(f"unexpected character {character!r}", offset, 'use straight quotes: "')
    proposal = {"&": "write and", "|": "write or", "!": "write not(...) or !=", ";": "separate with a comma"}.get(
        character
    )
    return source.error(f"unexpected character {character!r}", offset, proposal)


def unescape(literal: str) -> str:
    """The text of a string token; unknown escapes keep their backslash, surrogate pairs are joined."""
    text = literal[1:-1]
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    if match[3] is not None:
        return _ESCAPES.get(match[3], match[0])
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]
