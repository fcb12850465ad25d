"""String functions (DMN 1.5, 10.3.4.3)."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel.builtins.conversion import whole
from engine.feel.errors import FeelLimitExceeded, Problem
from engine.feel.functions import Library
from engine.feel.limits import Run
from engine.feel.patterns import pattern_of

LIBRARY = Library()
_PIECE = re.compile(r"\\\\|\\\$|\$\d|[^\\$]+|(?P<bad>.)", re.DOTALL)


@LIBRARY.function("substring", "string: string, start position: number, length?: number?")
def _substring(text: str, position: Decimal, length: Decimal | None = None) -> str:
    start = int(position) if abs(position) < 10**15 else 0
    if start == 0 or abs(start) > len(text):
        raise Problem("out-of-range", "the start position is outside the text")
    first = start - 1 if start > 0 else len(text) + start
    if length is None:
        return text[first:]
    if length < 1:
        raise Problem("out-of-range", "the length is at least 1")
    return text[first : first + int(min(length, Decimal(len(text))))]


LIBRARY.add("string length", "string: string", lambda text: Decimal(len(text)))
LIBRARY.add("upper case", "string: string", lambda text: text.upper())
LIBRARY.add("lower case", "string: string", lambda text: text.lower())
LIBRARY.add("substring before", "string: string, match: string", lambda text, match: text[: max(text.find(match), 0)])
LIBRARY.add(
    "substring after",
    "string: string, match: string",
    lambda text, match: text[text.find(match) + len(match) :] if match in text else "",
)
LIBRARY.add("contains", "string: string, match: string", lambda text, match: match in text)
LIBRARY.add("starts with", "string: string, match: string", lambda text, match: text.startswith(match))
LIBRARY.add("ends with", "string: string, match: string", lambda text, match: text.endswith(match))
LIBRARY.add("trim", "string: string", lambda text: text.strip())
LIBRARY.add("is blank", "string: string", lambda text: not text.strip())


@LIBRARY.function("matches", "input: string, pattern: string, flags?: string?")
def _matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return pattern_of(run, pattern, flags or "").found(text)


@LIBRARY.function("replace", "input: string, pattern: string, replacement: string, flags?: string?")
def _replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    found = pattern_of(run, pattern, flags or "")
    if found.found(""):
        raise Problem("invalid-pattern", "the pattern matches the empty text")
    parts = _parts(replacement)
    out, position, size = [], 0, 0
    for match in found.matches(text):
        run.step(1 + len(parts) // 4)
        pieces = [text[position : match.start()], *(_filled(part, match, found.groups) for part in parts)]
        position = match.end()
        size += sum(map(len, pieces))
        if size > run.limits.text:
            raise FeelLimitExceeded("a text becomes too long")
        out += pieces
    return "".join(out) + text[position:]


def _parts(replacement: str) -> list[str]:
    pieces = list(_PIECE.finditer(replacement))
    if any(piece["bad"] for piece in pieces):
        raise Problem("invalid-pattern", "in a replacement, \\ and $ are written \\\\ and \\$")
    return [piece[0] for piece in pieces]


def _filled(part: str, match: re.Match[str], groups: int) -> str:
    if part[0] not in "\\$":
        return part
    if part[0] == "\\":
        return part[1]
    number = int(part[1])
    return (match.group(number) or "") if number <= groups else ""


@LIBRARY.function("split", "string: string, delimiter: string")
def _split(run: Run, text: str, delimiter: str) -> list[str]:
    out, position = [], 0
    for match in pattern_of(run, delimiter).matches(text):
        run.entry()
        if match.end() == match.start():
            continue
        out.append(text[position : match.start()])
        position = match.end()
    return [*out, text[position:]]


@LIBRARY.function("extract", "string: string, pattern: string")
def _extract(run: Run, text: str, pattern: str) -> list[str]:
    """All parts of the text that match (as Camunda has it)."""
    out = []
    for match in pattern_of(run, pattern).matches(text):
        run.entry()
        out.append(match.group(0))
    return out


@LIBRARY.function("string join", "list: list, delimiter?: string?")
def _join(run: Run, items: list[object], delimiter: str | None = None) -> str:
    run.step(len(items) // 8)
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) != sum(item is not None for item in items):
        raise Problem("invalid-argument", "string join: only texts can be joined")
    separator = delimiter or ""
    if sum(map(len, texts)) + len(separator) * len(texts) > run.limits.text:
        raise FeelLimitExceeded("a text becomes too long")
    return separator.join(texts)


@LIBRARY.function("string repeat", "string: string, times: number")
def _repeat(run: Run, text: str, times: Decimal) -> str:
    count = whole(times)
    if count < 0 or len(text) * count > run.limits.text:
        raise Problem("out-of-range", "the text becomes too long")
    return text * count
