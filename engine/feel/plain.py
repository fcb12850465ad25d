"""Texts that are one literal, read without the parser: most cells of a long decision table are nothing else."""

from __future__ import annotations

import re
from decimal import Decimal

from engine.feel import tree
from engine.feel.limits import NOWHERE

_PLAIN = re.compile(r'"([^"\\\n]*)"|(\d{1,30}(?:\.\d{1,30})?)|(true|false)')
_MOST_DIGITS = 34


def plain_literal(text: str) -> tree.Literal | None:
    """The literal that is the whole text; None if the text is anything else, or may be."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    quoted, number, word = match.groups()
    if quoted is not None:
        return tree.Literal(NOWHERE, quoted)
    if number is None:
        return tree.Literal(NOWHERE, word == "true")
    return tree.Literal(NOWHERE, Decimal(number)) if len(number) <= _MOST_DIGITS else None
