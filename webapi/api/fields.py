"""Fields of JSON bodies that marshmallow does not bring: keys, instants, variables and filters with operators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import orjson
from marshmallow import fields
from marshmallow.validate import Length

DEFAULT_TENANT = "<default>"
_INTEGERS = ("$eq", "$neq", "$in", "$exists", "$gt", "$gte", "$lt", "$lte")
_TEXTS = ("$eq", "$neq", "$in", "$exists", "$like")
_KEYS = ("$eq", "$neq", "$in", "$exists")


class Key(fields.Field[int]):
    """A 64-bit key: a string of digits in JSON, a number inside."""

    default_error_messages = {"invalid": "A key is a string of 1 to 19 digits."}  # noqa: RUF012 - marshmallow's own convention

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **_: Any) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> int:  # noqa: ARG002
        text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 2**63):
            raise self.make_error("invalid")
        return int(text)


def always(value: object = None) -> fields.Field[Any]:
    """A field of Camunda 8's answers that has one value here: its clients miss it where it is left out."""
    return fields.Constant(value)


class Whole(fields.Integer):
    """A whole number. Clients that hold it as a 64-bit integer send its digits in a string, and are understood."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise self.make_error("invalid")
        found: int = super()._validated(value)
        if not -(2**63) <= found < 2**63:
            raise self.make_error("too_large")
        return found


class Instant(fields.AwareDateTime):
    """An instant: ISO 8601 with its offset from UTC."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own convention
        "invalid": "An instant is written as 2026-01-31T09:30:00Z.",
        "invalid_awareness": "An instant needs its offset from UTC, as in 2026-01-31T09:30:00Z.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        # `Z` is the offset of UTC that every reader knows; some know no other.
        text = super()._serialize(value, attr, obj, **options)
        return text.replace("+00:00", "Z") if isinstance(text, str) else text


class Text(fields.String):
    """A text of 1 to `most` characters."""

    def __init__(self, most: int = 255, *, least: int = 1, **options: Any) -> None:
        super().__init__(validate=Length(least, most), **options)


class VariablesField(fields.Dict):
    """Process variables: a JSON object of any values; `null` is an empty one, as clients write it."""

    def __init__(self, *, allow_none: bool = True, **options: Any) -> None:
        super().__init__(keys=Text(200), allow_none=allow_none, **options)


class JsonText(fields.Field[Any]):
    """A value that travels as JSON inside a string, as values of variables do in Camunda 8."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own convention
        "invalid": "A value is written as JSON in a string: a text stands in quotes of its own."
    }

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> str:  # noqa: ARG002
        return orjson.dumps(value).decode()

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:  # noqa: ARG002
        try:
            return orjson.loads(value)
        except (orjson.JSONDecodeError, TypeError) as error:
            raise self.make_error("invalid") from error


class Tenant(fields.Field[str]):
    """The tenant: there is one, and clients that name it are understood."""

    default_error_messages = {"other": f"There is one tenant, {DEFAULT_TENANT}."}  # noqa: RUF012 - marshmallow's own convention

    def __init__(self, **options: Any) -> None:
        super().__init__(dump_default=DEFAULT_TENANT, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:  # noqa: ARG002
        if value != DEFAULT_TENANT:
            raise self.make_error("other")
        return DEFAULT_TENANT


class Filter(fields.Field[Any]):
    """A value to search for, or an object of operators that all must hold, as in `{"$gte": .., "$lt": ..}`."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own convention
        "operator": "Operator {given} is not known here; these are: {known}.",
        "empty": "At least one operator is needed.",
        "list": "$in takes a list of 1 to 1000 values.",
        "switch": "$exists takes true or false.",
    }

    def __init__(self, inner: fields.Field[Any], *operators: str, **options: Any) -> None:
        super().__init__(**options)
        self.inner, self.operators = inner, operators

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Any:  # noqa: ARG002
        if not isinstance(value, dict):
            return self.inner.deserialize(value)
        if not value:
            raise self.make_error("empty")
        return {operator: self._operand(operator, operand) for operator, operand in value.items()}

    def _operand(self, operator: str, operand: Any) -> Any:
        if operator not in self.operators:
            raise self.make_error("operator", given=operator, known=", ".join(self.operators))
        if operator == "$exists":
            if not isinstance(operand, bool):
                raise self.make_error("switch")
            return operand
        if operator == "$in":
            if not isinstance(operand, list) or not 1 <= len(operand) <= 1000:
                raise self.make_error("list")
            return [self.inner.deserialize(item) for item in operand]
        return self.inner.deserialize(operand)


def by_text(**options: Any) -> Filter:
    """Filter over a text; `$like` takes `*` for any characters and `?` for one."""
    return Filter(fields.String(validate=Length(0, 1000)), *_TEXTS, **options)


def by_name(**options: Any) -> Filter:
    """Filter over a list of names: is this one, or any of these, in it."""
    return Filter(fields.String(validate=Length(1, 255)), "$eq", "$in", **options)


def by_key(**options: Any) -> Filter:
    """Filter over a key."""
    return Filter(Key(), *_KEYS, **options)


def by_integer(**options: Any) -> Filter:
    """Filter over a whole number."""
    return Filter(Whole(), *_INTEGERS, **options)


def by_instant(**options: Any) -> Filter:
    """Filter over an instant."""
    return Filter(Instant(), *_INTEGERS, **options)


def by_word(*words: str, **options: Any) -> Filter:
    """Filter over one of `words`."""
    return Filter(fields.String(validate=ma.validate.OneOf(words)), *_TEXTS, **options)


def by_switch(**options: Any) -> fields.Boolean:
    """Filter over true or false."""
    return fields.Boolean(truthy={True}, falsy={False}, **options)
