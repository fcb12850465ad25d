"""Class subtraction of XPath, `[a-z-[aeiou]]`, written so that RE2, which has none, can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import re2

from engine.feel.errors import Problem

Class = tuple[Sequence[str], bool]
"""What stands in a class, piece by piece, and whether it is negated."""
_LAST = 0x10FFFF
_CODE = re.compile(r"\\x\{([0-9A-F]+)\}")
_PART = re.compile(r"\\[pP]\{[^}]*\}|\\x\{[0-9A-F]+\}|\\.|.", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_MOST_PAIRS = 400
_NO_SPACE = ((0, 8), (0xB, 0xC), (0xE, 0x1F), (0x21, _LAST))


def subtract(kept: Class, removed: Class) -> str:
    """A group that matches one character of the first class that is not in the second.

    RE2 has unions and complements only: A without B is what is neither outside of A nor in B. If A is a union, each
    of its parts is an alternative; if B is negated, what is left are the characters in both.
    """
    inside, negated = kept
    others, inverted = removed
    if inverted:
        both = [(one, other) for one in ([None] if negated else _items(inside)) for other in _items(others)]
        choices = [_outside(_not(one) + _not(other) + ("".join(inside) if negated else "")) for one, other in both]
    elif negated:
        choices = [_outside("".join(inside) + "".join(others))]
    else:
        choices = [_outside(_not(item) + "".join(others)) for item in _items(inside)]
    if not choices or len(choices) > _MOST_PAIRS:
        raise Problem("invalid-pattern", "nothing is left of the class" if not choices else "the class is too long")
    return f"(?:{'|'.join(choices)})"


def _outside(union: str) -> str:
    return f"[^{union}]" if union else r"[\x{0}-\x{10FFFF}]"


def _not(item: str | tuple[int, int] | None) -> str:
    """The complement of a part of a class, as parts of a class."""
    if item is None:
        return ""
    if isinstance(item, str):
        return (r"\P" if item[1] == "p" else r"\p") + item[2:]
    first, last = item
    below = f"\\x{{0}}-\\x{{{first - 1:X}}}" if first else ""
    above = f"\\x{{{last + 1:X}}}-\\x{{{_LAST:X}}}" if last < _LAST else ""
    return below + above


def _items(pieces: Sequence[str]) -> Iterator[str | tuple[int, int]]:
    """The parts of a class: a property such as `\\p{L}`, or the first and last character of a range."""
    parts = _PART.findall("".join(pieces))
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        if part[:2] in (r"\p", r"\P"):
            yield part
            continue
        if part == r"\S":
            yield from _NO_SPACE
            continue
        first = last = _code(part)
        if parts[at : at + 1] == ["-"] and at + 1 < len(parts):
            last = _code(parts[at + 1])
            at += 2
        if last < first:
            raise Problem("invalid-pattern", "a range in the pattern runs backwards")
        yield first, last


def _code(part: str) -> int:
    written = _CODE.fullmatch(part)
    if written:
        return int(written[1], 16)
    if len(part) > 1:
        return ord(_CONTROLS.get(part[1], part[1]))
    return ord(part)


def subtract_folded(kept: Class, removed: Class) -> str:
    """The same where case does not matter, for the characters below U+0800 (Latin, Greek, Cyrillic, Hebrew, Arabic).

    RE2 folds what it is told, complements too, so it is asked which of those characters are in each class.
    """
    left = _without(_ranges(_written(kept)), _ranges(_written(removed)))
    if not left:
        raise Problem("invalid-pattern", "nothing is left of the class")
    return "[" + "".join(f"\\x{{{first:X}}}-\\x{{{last:X}}}" for first, last in left) + "]"


def _written(found: Class) -> str:
    inside, negated = found
    return ("^" if negated else "") + "".join(inside)


@lru_cache(256)
def _ranges(inside: str) -> tuple[tuple[int, int], ...]:
    """First and last of each stretch of characters of a class, in order. Raises Problem if it is no class."""
    try:
        found = re2.findall(f"(?is)[{inside}]+".encode(), _characters())
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
