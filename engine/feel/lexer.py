"""FEEL text as tokens (DMN 1.5, 10.3.1.2 and 10.3.1.5)."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice
from typing import NamedTuple

from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import Place

MAX_CHARACTERS = 20_000
MAX_TOKENS = 3_000
KEYWORDS = frozenset(
    """if then else for in return some every satisfies and or between instance of function external true false null
    not""".split()  # noqa: SIM905 - reads better than a list
)
RESERVED = KEYWORDS - {"not", "external", "function", "of", "instance"}
"""Keywords that are never a name of their own; names may contain them."""

_SPACE = r"[\s\ufeff\u180e\u200b]*(?:(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)[\s\ufeff\u180e\u200b]*)*"
_TOKEN = re.compile(
    _SPACE
    + r"""(?:
    (?P<name>(?:[^\W\d]|[?\u200C\u200D\U00010000-\U000EFFFF])(?:\w|[?\u00B7\u200C\u200D\U00010000-\U000EFFFF])*)
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<symbol>\.\.\.?|\*\*|<=|>=|!=|->|==|[-+*/<>=()\[\]{},.:@'])
    |(?P<end>\Z))
    """,
    re.VERBOSE | re.DOTALL,
)
_BETWEEN = re.compile(_SPACE, re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


class Token(NamedTuple):
    """`kind` is name, number, string, symbol or end; `start` and `end` are offsets into the text."""

    kind: str
    text: str
    start: int
    end: int
    place: Place


_new = tuple.__new__


class Source:
    """A text that can tell line and column of an offset."""

    __slots__ = ("_lines", "one_line", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.one_line = "\n" not in text
        self._lines = [0] + [match.end() for match in re.finditer("\n", text)] if not self.one_line else None

    def place(self, offset: int) -> Place:
        """Line and column, both from 1."""
        if self._lines is None:
            return 1, offset + 1
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def error(self, message: str, offset: int, proposal: str | None = None) -> FeelSyntaxError:
        """The error to raise for something wrong at an offset."""
        line, column = self.place(offset)
        return FeelSyntaxError(message, line=line, column=column, proposal=proposal)


def tokens(source: Source) -> list[Token]:
    """The tokens of a text without spaces and comments, closed by one of kind `end`. Raises FeelSyntaxError."""
    text = source.text
    if len(text) > MAX_CHARACTERS:
        raise source.error(f"an expression has at most {MAX_CHARACTERS:,} characters", 0)
    found: list[Token] = []
    position, one_line = 0, source.one_line
    for match in islice(_TOKEN.finditer(text), MAX_TOKENS + 1):
        if match.start() != position:
            break  # something stands between that is no token
        kind = match.lastgroup
        word = match[kind]  # type: ignore[index]  # one of the groups has matched
        position = match.end()
        start = position - len(word)
        place = (1, start + 1) if one_line else source.place(start)
        found.append(_new(Token, (kind, word, start, position, place)))
    if found and found[-1].kind == "end":
        return found
    if len(found) > MAX_TOKENS:
        raise source.error(f"an expression has at most {MAX_TOKENS:,} words and signs", position)
    between = _BETWEEN.match(text, position)
    raise _unreadable(source, between.end() if between else position)


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
