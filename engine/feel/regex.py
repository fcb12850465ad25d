r"""Regular expressions of XPath (DMN 1.5, 10.3.4.3; XPath functions, 5.6), run by RE2: no backtracking, so no hang.

The pattern is read once and written as RE2 reads it. What only RE2 knows (`(?i)`, `\b`, `\Q`) is refused, what XPath
knows beyond it is translated: class subtraction, `\i`, `\c`, blocks, and a dot that stops at a carriage return.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from engine.feel.errors import Problem
from engine.feel.regex_classes import subtract, subtract_folded

_MAX_PATTERN = 1000
_MAX_MEMORY = 1 << 20
"""Bytes of a program: reading the largest one takes some 15 ms."""
MAX_PLACES = 300
_MANY = 10**6
_NO_PLACE = frozenset("*+?|^$)]}")
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


@dataclass(frozen=True, kw_only=True)
class Regex:
    """A pattern that is ready to run, and how many characters it may have to keep in mind at a time.

    `places` are the characters of the pattern with its counted repetitions written out: what a text costs, in the worst
    case, grows with their number. `anchored` says that a part of a text may match where the whole does not.
    """

    program: Any
    places: int
    anchored: bool


@lru_cache(512)
def compiled(pattern: str, flags: str = "") -> Regex:
    """The RE2 program of a pattern. Raises Problem if the pattern or a flag is wrong or too large."""
    if len(pattern) > _MAX_PATTERN or not set(flags) <= _FLAGS:
        raise Problem("invalid-pattern", "the pattern is too long" if len(pattern) > _MAX_PATTERN else "unknown flag")
    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    options.dot_nl = "s" in flags
    options.case_sensitive = "i" not in flags
    if "q" in flags:
        text, places = re2.escape(pattern), len(pattern)
    else:
        translation = _Translation(pattern, flags)
        text, places = translation.text(), translation.places
    if places > MAX_PLACES:
        raise Problem("invalid-pattern", f"the pattern repeats too much: {places} places, {MAX_PLACES} are allowed")
    try:
        found = re2.compile("(?m)" + text if "m" in flags and "q" not in flags else text, options)
    except re2.error as error:
        raise Problem("invalid-pattern", "the pattern is no regular expression") from error
    return Regex(program=found, places=max(places, 1), anchored="^" in text or "$" in text)


class _Translation:
    def __init__(self, pattern: str, flags: str) -> None:
        text = _SPACES.sub(lambda match: match[1] or "", pattern) if "x" in flags else pattern
        self._pieces = _PIECE.findall(text)
        self._at = 0
        self._folded = "i" in flags
        self.places = 0
        self._dot = "." if "s" in flags else r"[^\n\r]"

    def text(self) -> str:
        """The pattern as RE2 reads it."""
        self.places = _places(self._pieces)
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
            inverted, removed = self._inside()
            self._expect("]")
            self._expect("]")
            subtraction = subtract_folded if self._folded else subtract
            return subtraction((inside, negated), (removed, inverted))
        self._expect("]")
        return f"[{'^' if negated else ''}{''.join(inside)}]"

    def _inside(self) -> tuple[bool, list[str]]:
        """Is the class negated, and what stands in it, piece by piece."""
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
        return negated, out

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


def _places(pieces: Sequence[str]) -> int:
    """The characters of a pattern, with `{n,m}` counted m times."""
    sums, lasts, at = [0], [0], 0
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if piece in ("(", "(?"):
            sums.append(0)
            lasts.append(0)
            continue
        if piece == ")" and len(sums) > 1:
            lasts.pop()
            lasts[-1] = sums.pop()
            sums[-1] += lasts[-1]
        elif piece == "{":
            end = pieces.index("}", at) if "}" in pieces[at:] else len(pieces)
            more = _most("".join(pieces[at:end])) - 1
            sums[-1] = min(sums[-1] + lasts[-1] * more, _MANY)
            lasts[-1] = min(lasts[-1] * (more + 1), _MANY)
            at = end + 1
        elif piece not in _NO_PLACE:
            at = _behind_class(pieces, at) if piece == "[" else at
            lasts[-1] = 1
            sums[-1] += 1
    return sums[0]


def _most(counts: str) -> int:
    """The larger of the counts in `{n,m}`, at least 1."""
    return max([1, *(int(part) for part in counts.split(",") if part.isdecimal() and len(part) < 6)])


def _behind_class(pieces: Sequence[str], at: int) -> int:
    depth = 1
    while at < len(pieces) and depth:
        depth += (pieces[at] == "[") - (pieces[at] == "]")
        at += 1
    return at
