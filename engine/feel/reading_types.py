"""Types as they are written after `instance of` and for parameters (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from engine.feel.lexer import KEYWORDS
from engine.feel.reading import MAX_DEPTH, Reading
from engine.feel.tree import TypeNode

_PHRASES = tuple(
    phrase.split()
    for phrase in (
        "date and time",
        "days and time duration",
        "years and months duration",
        "day time duration",
        "year month duration",
    )
)


def read_type(reading: Reading) -> TypeNode:
    """The type that comes next. Raises FeelSyntaxError."""
    reading.depth += 1
    if reading.depth > MAX_DEPTH:
        raise reading.error("the type is nested too deeply")
    following = reading.tokens[min(reading.position + 1, len(reading.tokens) - 1)].text
    read = _GENERIC.get(reading.token.text, _named) if following == "<" else _named
    found = read(reading)
    reading.depth -= 1
    return found


def _generic(reading: Reading) -> TypeNode:
    place, word = reading.place(), reading.token.text
    reading.position += 2
    of = read_type(reading)
    reading.need(">")
    return TypeNode(place, word, (of,), (), written=True)


def _context(reading: Reading) -> TypeNode:
    place = reading.place()
    reading.position += 2
    fields, parts = [], []
    while not reading.at(">"):
        fields.append(reading.name_until(":"))
        reading.need(":")
        parts.append(read_type(reading))
        if not reading.take(","):
            break
    reading.need(">")
    return TypeNode(place, "context", tuple(parts), tuple(fields), written=True)


def _function(reading: Reading) -> TypeNode:
    """`function<A, B> -> C`; the result is the last part."""
    place = reading.place()
    reading.position += 2
    parts = []
    while not reading.at(">"):
        parts.append(read_type(reading))
        if not reading.take(","):
            break
    reading.need(">")
    if reading.take("->"):
        parts.append(read_type(reading))
    else:
        parts.append(TypeNode(place, "Any"))
    return TypeNode(place, "function", tuple(parts), (), written=True)


def _named(reading: Reading) -> TypeNode:
    place, at = reading.place(), reading.position
    for words in _PHRASES:
        if [token.text for token in reading.tokens[at : at + len(words)]] == words:
            reading.position += len(words)
            return TypeNode(place, " ".join(words))
    if reading.token.kind != "name":
        raise reading.error("expected a type")
    name = reading.token.text
    reading.position += 1
    while True:
        if reading.take("."):
            name += "." + reading.token.text
            reading.position += 1
        elif reading.token.kind == "name" and reading.token.text not in KEYWORDS:
            name += " " + reading.token.text
            reading.position += 1
        else:
            return TypeNode(place, name)


_GENERIC = {"list": _generic, "range": _generic, "context": _context, "function": _function}
