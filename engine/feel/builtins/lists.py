"""List functions, sorting included (DMN 1.5, 10.3.4.4 and 10.3.4.8)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key

from engine.feel.builtins.conversion import whole
from engine.feel.compare import equal, order
from engine.feel.errors import Problem
from engine.feel.functions import Library
from engine.feel.limits import Run
from engine.feel.values import Function

LIBRARY = Library()
_HASHED = (Decimal, str, bool)
Items = list[object]


def _position(items: Items, position: int) -> int:
    """The index from 0 of a position that counts from 1, or from -1 backwards. Raises Problem."""
    if position == 0 or abs(position) > len(items):
        raise Problem("out-of-range", f"the list has no position {position} (it has {len(items)} entries)")
    return position - 1 if position > 0 else len(items) + position


def _contains(run: Run, items: Items, element: object) -> bool:
    run.step(len(items) // 4)
    return any(equal(item, element, run) is True for item in items)


LIBRARY.add("count", "list: list", lambda items: Decimal(len(items)))
LIBRARY.add("list contains", "list: list, element: any", _contains)
LIBRARY.add("is empty", "list: list", lambda items: not items)
LIBRARY.add("reverse", "list: list", lambda items: items[::-1])


@LIBRARY.function("sublist", "list: list, start position: number, length?: number?")
def _sublist(items: Items, position: Decimal, length: Decimal | None = None) -> Items:
    first = _position(items, whole(position))
    if length is None:
        return items[first:]
    count = whole(length)
    if count < 0 or first + count > len(items):
        raise Problem("out-of-range", "the part is longer than the list")
    return items[first : first + count]


@LIBRARY.function("append", "list: list, item: any", variadic=True)
def _append(run: Run, items: Items, *more: object) -> Items:
    run.step(len(items) // 64)
    return [*items, *more]


@LIBRARY.function("concatenate", "list: any", variadic=True)
def _concatenate(run: Run, *lists: object) -> Items:
    if not lists or any(items is None for items in lists):
        raise Problem("invalid-argument", "concatenate joins lists")
    out: Items = []
    for items in lists:
        out.extend(items if isinstance(items, list) else [items])
        run.step(1 + len(out) // 64)
        run.items(out)
    return out


@LIBRARY.function("union", "list: any", variadic=True)
def _union(run: Run, *lists: object) -> Items:
    return _distinct(run, _concatenate(run, *lists))


@LIBRARY.function("distinct values", "list: list")
def _distinct(run: Run, items: Items) -> Items:
    out: Items = []
    others: Items = []
    seen: set[tuple[type, object]] = set()
    for item in items:
        run.step()
        if isinstance(item, _HASHED):
            if (type(item), item) in seen:
                continue
            seen.add((type(item), item))
        elif _contains(run, others, item):
            continue
        else:
            others.append(item)
        out.append(item)
    return out


@LIBRARY.function("duplicate values", "list: list")
def _duplicates(run: Run, items: Items) -> Items:
    """The values that occur more than once (as Camunda has it)."""
    once: Items = []
    again: Items = []
    for item in items:
        run.step()
        (again if _contains(run, once, item) else once).append(item)
    return _distinct(run, again)


@LIBRARY.function("flatten", "list: list")
def _flatten(run: Run, items: Items) -> Items:
    out: Items = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.entry()
            if isinstance(item, list):
                stack.append(iter(item))
                break
            out.append(item)
        else:
            stack.pop()
    return out


@LIBRARY.function("insert before", "list: list, position: number, newItem: any")
def _insert_before(items: Items, position: Decimal, item: object) -> Items:
    index = _position(items, whole(position))
    return [*items[:index], item, *items[index:]]


@LIBRARY.function("remove", "list: list, position: number")
def _remove(items: Items, position: Decimal) -> Items:
    index = _position(items, whole(position))
    return items[:index] + items[index + 1 :]


@LIBRARY.function("index of", "list: list, match: any")
def _index_of(run: Run, items: Items, match: object) -> Items:
    run.step(len(items) // 4)
    return [Decimal(index + 1) for index, item in enumerate(items) if equal(item, match, run) is True]


@LIBRARY.function("list replace", "list: list, position: number, newItem: any")
def _replace_at(items: Items, position: Decimal, item: object) -> Items:
    """A position with a fraction is cut off, as the DMN compatibility kit holds."""
    index = _position(items, int(position) if abs(position) < 10**15 else 0)
    return [*items[:index], item, *items[index + 1 :]]


@LIBRARY.function("list replace", "list: list, match: function, newItem: any")
def _replace_matching(run: Run, items: Items, match: Function, new: object) -> Items:
    return [new if _answer(match, item, new, run) else item for item in items]


def _answer(function: Function, left: object, right: object, run: Run) -> bool:
    run.step()
    result = function.call([left, right], run)
    if not isinstance(result, bool):
        raise Problem("invalid-argument", "the function must give a boolean")
    return result


@LIBRARY.function("sort", "list: list, precedes: function")
def _sort(run: Run, items: Items, precedes: Function) -> Items:
    def compare(left: object, right: object) -> int:
        if _answer(precedes, left, right, run):
            return -1
        return 1 if _answer(precedes, right, left, run) else 0

    return _sorted(items, compare)


@LIBRARY.function("sort", "list: list")
def _sort_naturally(run: Run, items: Items) -> Items:
    def compare(left: object, right: object) -> int:
        run.step()
        result = order(left, right)
        if result is None:
            raise Problem("not-comparable", "sort: the entries have no order among them")
        return result

    return _sorted(items, compare)


def _sorted(items: Items, compare: Callable[[object, object], int]) -> Items:
    return sorted(items, key=cmp_to_key(compare))


@LIBRARY.function("partition", "list: list, size: number")
def _partition(run: Run, items: Items, size: Decimal) -> Items:
    """Lists of at most `size` entries (as Camunda has it)."""
    length = whole(size)
    if length < 1:
        raise Problem("out-of-range", "partition: the size is at least 1")
    run.step(len(items) // length)
    return [items[index : index + length] for index in range(0, len(items), length)]
