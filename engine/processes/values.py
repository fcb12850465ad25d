"""Checks of what comes in from outside before anything is done with it."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from engine.errors import Malformed, TooLarge
from engine.types import Json

MAX_VARIABLES = 1_000_000
"""Bytes of JSON that one command may bring in as variables."""


def variables(given: Mapping[str, Json] | None) -> dict[str, Json]:
    """Variables as a command takes them; raises `Malformed` for what is no JSON, `TooLarge` beyond a megabyte.

    PostgreSQL cannot store the null character in text, so it is refused here with a sentence instead of there.
    """
    if not given:
        return {}
    try:
        encoded = orjson.dumps(dict(given))
    except (TypeError, ValueError) as error:
        raise Malformed(f"The variables are no JSON: {error}") from error
    if len(encoded) > MAX_VARIABLES:
        raise TooLarge(f"Variables may have {MAX_VARIABLES} bytes.")
    if b"\\u0000" in encoded:
        raise Malformed("A text holds the null character.")
    return dict(given)


def name(text: str, what: str, *, limit: int = 200) -> str:
    """A name or identity from outside; raises `Malformed` if it is empty, too long or not printable."""
    if not 1 <= len(text) <= limit or "\0" in text:
        raise Malformed(f"The {what} needs 1 to {limit} characters.")
    return text
