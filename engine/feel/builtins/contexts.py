"""Context functions, and those that ask about values (DMN 1.5, 10.3.4.9 and 10.3.4.11)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.feel.compare import is_same
from engine.feel.convert import is_context
from engine.feel.errors import Problem
from engine.feel.functions import Library
from engine.feel.limits import Run

LIBRARY = Library()
Context = Mapping[str, object]


@LIBRARY.function("get value", "m: context, key: string")
def _get_value(context: Context, key: str) -> object:
    if key not in context:
        raise Problem("unknown-member", f"the context has no entry {key}")
    return context[key]


@LIBRARY.function("get value", "context: context, keys: list")
def _get_nested(context: Context, keys: list[object]) -> object:
    """The entry of an entry (as Camunda has it)."""
    found: object = context
    for key in keys:
        if not is_context(found) or not isinstance(key, str) or key not in found:
            raise Problem("unknown-member", f"the context has no entry {key}")
        found = found[key]
    return found


@LIBRARY.function("get entries", "m: context")
def _get_entries(run: Run, context: Context) -> list[object]:
    run.step(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@LIBRARY.function("context", "entries: list")
def _context(run: Run, entries: list[object]) -> dict[str, object]:
    result: dict[str, object] = {}
    for entry in entries:
        run.step()
        if not is_context(entry) or "key" not in entry or "value" not in entry:
            raise Problem("invalid-argument", "context: an entry is a context with key and value")
        key = entry["key"]
        if not isinstance(key, str) or key in result:
            raise Problem("invalid-argument", "context: keys are texts, and each occurs once")
        result[key] = entry["value"]
    return result


@LIBRARY.function("context put", "context: context, key: string, value: any")
def _put(run: Run, context: Context, key: str, value: object) -> dict[str, object]:
    run.step(len(context) // 16)
    return {**context, key: value}


@LIBRARY.function("context put", "context: context, keys: list, value: any")
def _put_nested(run: Run, context: Context, keys: list[object], value: object) -> dict[str, object]:
    if not keys or not isinstance(keys[0], str):
        raise Problem("invalid-argument", "context put: the keys are a list of texts")
    if len(keys) > 50:
        raise Problem("out-of-range", "context put: too many keys")
    if len(keys) == 1:
        return _put(run, context, keys[0], value)
    inner = context.get(keys[0], {})
    if not is_context(inner):
        raise Problem("invalid-argument", f"context put: the entry {keys[0]} is no context")
    return _put(run, context, keys[0], _put_nested(run, inner, keys[1:], value))


@LIBRARY.function("context merge", "contexts: list")
def _merge(run: Run, contexts: list[object]) -> dict[str, object]:
    result: dict[str, object] = {}
    for context in contexts:
        if not is_context(context):
            raise Problem("invalid-argument", "context merge: the list holds something else than contexts")
        run.step(1 + len(context) // 16)
        result.update(context)
    return result


LIBRARY.add("is", "value1?: any, value2?: any", lambda run, left=None, right=None: is_same(left, right, run))
LIBRARY.add("is defined", "value: any", lambda value: value is not None)
LIBRARY.add("get or else", "value: any, default: any", lambda value, default: default if value is None else value)


@LIBRARY.function("assert", "value: any, condition: any, cause?: string?")
def _assert(value: object, condition: object, cause: str | None = None) -> object:
    if condition is not True:
        raise Problem("assertion-failed", cause or "the condition of assert is not fulfilled")
    return value
