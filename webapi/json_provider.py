"""JSON in and out by orjson, with the few refusals that keep bad input out of the database."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from flask.json.provider import JSONProvider

from engine.errors import Malformed


class OrjsonProvider(JSONProvider):
    """Flask's JSON by orjson: several times faster, strict UTF-8, no NaN."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """JSON text of `obj`; aware datetimes as ISO 8601 with their offset, decimals as numbers."""
        return orjson.dumps(obj, default=_other).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value that `s` writes. Raises `Malformed` with the position, or for a null character."""
        return read(s.encode() if isinstance(s, str) else s)


def read(raw: bytes) -> Any:
    """The JSON value in `raw` (UTF-8).

    Raises `Malformed` for anything that is no JSON, for half of a surrogate pair and for a null character in a
    text: PostgreSQL cannot store one, and no person types it.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is no JSON: {error}.") from error
    if rb"\u0000" in raw and _holds_null(value):
        raise Malformed("The body holds a null character (\\u0000), which no text may contain.")
    return value


def _holds_null(value: object) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            waiting += item.keys()
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return False


def _other(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
