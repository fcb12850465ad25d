"""What a variable may hold: JSON that every store takes.

FEEL calculates with 34 digits and joins texts at will, and clients send what they like; a state that cannot be written
would lose the whole command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.types import Json

DEEPEST = 100
_LARGEST = 2**63 - 1


def storable(value: Json, depth: int = 0) -> Json:
    """The same value, with whole numbers beyond 64 bits as floats, and without null characters and lone surrogates.

    Raises ValueError where it is nested more than 100 deep, or is no JSON.
    """
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str):
        return value if value.isascii() and "\x00" not in value else _text(value)
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else _float(value)
    if depth >= DEEPEST:
        raise ValueError(f"the value is nested more than {DEEPEST} deep")
    if isinstance(value, Mapping):
        return {_text(str(name)): storable(item, depth + 1) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [storable(item, depth + 1) for item in value]
    raise ValueError(f"{type(value).__name__} is no JSON value")


def storable_all(variables: Mapping[str, Json] | None) -> dict[str, Json]:
    """All variables of a document. Raises ValueError."""
    return {_text(str(name)): storable(value) for name, value in (variables or {}).items()}


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("the number is too large") from error
