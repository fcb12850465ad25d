r"""Regular expressions of XPath (DMN 1.5, 10.3.4.3; XPath functions, 5.6), run by RE2: no backtracking, so no hang.

The pattern is read once and written as RE2 reads it. What only RE2 knows (`(?i)`, `\b`, `\Q`) is refused, what XPath
knows beyond it is translated: class subtraction, `\i`, `\c`, blocks, and a dot that stops at a carriage return.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import re2

from engine.feel.errors import Problem
from engine.feel.limits import Run

_MAX_PATTERN = 1000
_MAX_MEMORY = 4 << 20
_STEPS = 600
_MAX_SUBTRACTIONS = 3
_FLAGS = frozenset("smixq")
_ESCAPES = frozenset("nrt\\|.?*+(){}-[]^$sSdDwWpPiIcC")
_CLASSES = {
    "i": r"A-Za-z_:\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}",
    "c": r"\-.0-9:A-Za-z_\x{B7}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{37D}\x{37F}-\x{1FFF}",
}
_SETS = {"w": r"\p{L}\p{M}\p{N}\p{S}", "W": r"\p{P}\p{Z}\p{C}", "s": r" \t\n\r"}
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
}
_SPACES = re.compile(r"(\[(?:\\.|[^\]\\])*\]|\\\S)|\s+", re.DOTALL)
_PIECE = re.compile(r"\\[pP]\{[^}]*\}|\\.|\[|\]|\(\?|\s|.", re.DOTALL)


def program(run: Run, pattern: str, flags: str = "") -> Any:
    """As `compiled`; a pattern that was not met lately is charged, so that a loop over new ones looks at the clock."""
    known = compiled.cache_info().misses
    try:
        return compiled(pattern, flags)
    finally:
        if compiled.cache_info().misses != known:
            run.step(_STEPS)


@lru_cache(512)
def compiled(pattern: str, flags: str = "") -> Any:
    """The RE2 program of a pattern. Raises Problem if the pattern or a flag is wrong or too large."""
    if len(pattern) > _MAX_PATTERN or not set(flags) <= _FLAGS:
        raise Problem("invalid-pattern", "the pattern is too long" if len(pattern) > _MAX_PATTERN else "unknown flag")
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    options.dot_nl = "s" in flags
    options.case_sensitive = "i" not in flags
    text = re2.escape(pattern) if "q" in flags else _Translation(pattern, flags).text()
    try:
        return re2.compile("(?m)" + text if "m" in flags and "q" not in flags else text, options)
    except re2.error as error:
        raise Problem("invalid-pattern", "the pattern is no regular expression") from error


class _Translation:
    def __init__(self, pattern: str, flags: str) -> None:
        text = _SPACES.sub(lambda match: match[1] or "", pattern) if "x" in flags else pattern
        self._pieces = _PIECE.findall(text)
        self._at = 0
        self._subtractions = 0
        self._dot = "." if "s" in flags else r"[^\n\r]"

    def text(self) -> str:
        out = []
        while self._at < len(self._pieces):
            piece = self._pieces[self._at]
            self._at += 1
            out.append(self._piece(piece))
        return "".join(out)

    def _piece(self, piece: str) -> str:
        if piece == "[":
            return self._bracket()
        if piece == ".":
            return self._dot
        if piece == "(?":
            return self._group()
        if len(piece) > 1:
            return _escape(piece, inside=False)
        return piece

    def _group(self) -> str:
        following = self._pieces[self._at] if self._at < len(self._pieces) else ""
        if following != ":":
            raise Problem("invalid-pattern", "only (?: may follow an opening parenthesis")
        return "(?"

    def _bracket(self) -> str:
        negated, inside = self._inside()
        if self._take("-", "["):
            self._subtractions += 1
            if self._subtractions > _MAX_SUBTRACTIONS:
                raise Problem("invalid-pattern", "the pattern subtracts too often")
            inverted, removed = self._inside()
            self._expect("]")
            self._expect("]")
            removed = ("^" if inverted else "") + removed
            return _subtract(("^" if negated else "") + inside, removed)
        self._expect("]")
        return f"[{'^' if negated else ''}{inside}]"

    def _inside(self) -> tuple[bool, str]:
        negated = self._take("^")
        out: list[str] = []
        while self._at < len(self._pieces):
            piece = self._pieces[self._at]
            if piece == "]" or (piece == "-" and self._pieces[self._at + 1 : self._at + 2] == ["["]):
                break
            if piece == "[":
                raise Problem("invalid-pattern", "a [ inside brackets is written \\[")
            self._at += 1
            if len(piece) > 1 and piece[0] == "\\":
                out.append(_escape(piece, inside=True))
            else:
                out.append(piece)
        return negated, "".join(out)

    def _take(self, *pieces: str) -> bool:
        if tuple(self._pieces[self._at : self._at + len(pieces)]) != pieces:
            return False
        self._at += len(pieces)
        return True

    def _expect(self, piece: str) -> None:
        if not self._take(piece):
            raise Problem("invalid-pattern", f"the pattern lacks a {piece}")


def _escape(piece: str, *, inside: bool) -> str:
    letter = piece[1]
    if letter not in _ESCAPES:
        raise Problem("invalid-pattern", f"{piece} has no meaning in a pattern")
    if letter in "iIcC":
        return _class(_CLASSES[letter.lower()], negated=letter.isupper(), inside=inside)
    if letter in "pP" and piece[2:5] == "{Is":
        block = _BLOCKS.get(piece[5:-1])
        if block is None:
            raise Problem("invalid-pattern", f"there is no block {piece[3:-1]}")
        return _class(f"\\x{{{block[0]:X}}}-\\x{{{block[1]:X}}}", negated=letter == "P", inside=inside)
    if letter in "dD":
        return f"\\{'p' if letter == 'd' else 'P'}{{Nd}}"
    if letter in _SETS:
        return _class(_SETS[letter], negated=False, inside=inside)
    return piece


def _class(members: str, *, negated: bool, inside: bool) -> str:
    if inside and negated:
        raise Problem("invalid-pattern", "this negated class cannot stand inside brackets")
    if inside:
        return members
    return f"[{'^' if negated else ''}{members}]"


def _subtract(kept: str, removed: str) -> str:
    """`[a-z-[aeiou]]`, spelled out as ranges, for the characters below U+0800 (Latin, Greek, Cyrillic, Hebrew, Arabic).

    RE2 is asked which of them are in each class. All 64 Ki of the basic plane would take it 40 ms.
    """
    left = _without(_ranges(kept), _ranges(removed))
    if not left:
        raise Problem("invalid-pattern", "nothing is left of the class")
    return "[" + "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in left) + "]"


@lru_cache(256)
def _ranges(inside: str) -> tuple[tuple[int, int], ...]:
    """First and last of each stretch of characters of a class, in order. Raises Problem if it is no class."""
    try:
        found = re2.findall(f"(?s)[{inside}]+".encode(), _characters())
    except re2.error as error:
        raise Problem("invalid-pattern", "the pattern is no regular expression") from error
    return tuple((ord(run[0]), ord(run[-1])) for run in (raw.decode() for raw in found))


def _without(kept: Sequence[tuple[int, int]], removed: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of some ranges without others; both in order."""
    left: list[tuple[int, int]] = []
    at = 0
    for first, last in kept:
        start = first
        while at < len(removed) and removed[at][1] < start:
            at += 1
        for gone_first, gone_last in removed[at:]:
            if gone_first > last:
                break
            if gone_first > start:
                left.append((start, gone_first - 1))
            start = max(start, gone_last + 1)
        if start <= last:
            left.append((start, last))
    return left


@lru_cache(1)
def _characters() -> bytes:
    """The characters of which subtraction is told, in order, in UTF-8."""
    return "".join(map(chr, range(1, 0x800))).encode()
