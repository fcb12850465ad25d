"""Range functions: Allen's relations between points and ranges (DMN 1.5, 10.3.4.6, table 78)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel.compare import ordered
from engine.feel.errors import Problem
from engine.feel.functions import Library
from engine.feel.values import Range

LIBRARY = Library()
Relation = Callable[[Any, Any], bool]


_BEFORE, _AFTER = object(), object()
"""The ends of ranges such as `(> 5)`, which go on for ever."""


def _place(left: object, right: object) -> int:
    """As `ordered`, with the two ends of everything."""
    if left is right and (left is _BEFORE or left is _AFTER):
        return 0
    if left is _BEFORE or right is _AFTER:
        return -1
    return 1 if left is _AFTER or right is _BEFORE else ordered(left, right)


def _less(left: object, right: object) -> bool:
    return _place(left, right) < 0


def _same(left: object, right: object) -> bool:
    return _place(left, right) == 0


def _whole(value: object) -> object:
    """A range such as `(> 5)` with both its ends; everything else as it is."""
    if not isinstance(value, Range) or not value.operator:
        return value
    low, high = (_BEFORE if value.low is None else value.low), (_AFTER if value.high is None else value.high)
    return Range(low, high, value.low_included, value.high_included)


def _relation(
    name: str,
    *,
    points: Relation | None = None,
    point_range: Relation | None = None,
    range_point: Relation | None = None,
    ranges: Relation | None = None,
) -> None:
    relations = {(False, False): points, (False, True): point_range, (True, False): range_point, (True, True): ranges}

    def apply(left: object, right: object) -> bool:
        relation = relations[isinstance(left, Range), isinstance(right, Range)]
        if relation is None or left is None or right is None:
            raise Problem("invalid-argument", f"{name} has no meaning for these arguments")
        return relation(_whole(left), _whole(right))

    said = {("point1", "point2"): points, ("point", "range"): point_range, ("range", "point"): range_point}
    for first, second in (*(names for names, relation in said.items() if relation), ("range1", "range2")):
        LIBRARY.add(name, f"{first}: any, {second}: any", apply)


def _range_before(left: Range, right: Range) -> bool:
    touching = left.high_included and right.low_included
    return _less(left.high, right.low) or (not touching and _same(left.high, right.low))


def _point_before(point: object, interval: Range) -> bool:
    return _less(point, interval.low) or (not interval.low_included and _same(point, interval.low))


def _ends_before(interval: Range, point: object) -> bool:
    return _less(interval.high, point) or (not interval.high_included and _same(interval.high, point))


def _meets(left: Range, right: Range) -> bool:
    return left.high_included and right.low_included and _same(left.high, right.low)


def _overlaps(left: Range, right: Range) -> bool:
    return not _range_before(left, right) and not _range_before(right, left)


def _overlaps_before(left: Range, right: Range) -> bool:
    starts_before = _less(left.low, right.low) or (
        left.low_included and not right.low_included and _same(left.low, right.low)
    )
    reaches = _less(right.low, left.high) or (left.high_included and right.low_included and _same(right.low, left.high))
    return starts_before and reaches and _ends_within(left, right)


def _overlaps_after(left: Range, right: Range) -> bool:
    starts_after = _less(right.low, left.low) or (
        right.low_included and not left.low_included and _same(left.low, right.low)
    )
    reaches = _less(left.low, right.high) or (left.low_included and right.high_included and _same(left.low, right.high))
    return starts_after and reaches and _ends_within(right, left)


def _starts_within(left: Range, right: Range) -> bool:
    fits = right.low_included or not left.low_included
    return _less(right.low, left.low) or (fits and _same(left.low, right.low))


def _ends_within(left: Range, right: Range) -> bool:
    fits = right.high_included or not left.high_included
    return _less(left.high, right.high) or (fits and _same(left.high, right.high))


def _during(left: Range, right: Range) -> bool:
    return _starts_within(left, right) and _ends_within(left, right)


def _finishes(left: Range, right: Range) -> bool:
    return left.high_included == right.high_included and _same(left.high, right.high) and _starts_within(left, right)


def _starts(left: Range, right: Range) -> bool:
    return left.low_included == right.low_included and _same(left.low, right.low) and _ends_within(left, right)


def _coincides(left: Range, right: Range) -> bool:
    ends = left.low_included == right.low_included and left.high_included == right.high_included
    return ends and _same(left.low, right.low) and _same(left.high, right.high)


def _holds(point: object, interval: Range) -> bool:
    from_low = _place(point, interval.low)
    to_high = _place(point, interval.high)
    above = from_low > 0 or (from_low == 0 and interval.low_included)
    return above and (to_high < 0 or (to_high == 0 and interval.high_included))


def _flip(relation: Relation) -> Relation:
    return lambda left, right: relation(right, left)


def _finishes_point(point: object, interval: Range) -> bool:
    return interval.high_included and _same(point, interval.high)


def _starts_point(point: object, interval: Range) -> bool:
    return interval.low_included and _same(point, interval.low)


_relation("before", points=_less, point_range=_point_before, range_point=_ends_before, ranges=_range_before)
_relation(
    "after",
    points=_flip(_less),
    point_range=_flip(_ends_before),
    range_point=_flip(_point_before),
    ranges=_flip(_range_before),
)
_relation("meets", ranges=_meets)
_relation("met by", ranges=_flip(_meets))
_relation("overlaps", ranges=_overlaps)
_relation("overlaps before", ranges=_overlaps_before)
_relation("overlaps after", ranges=_overlaps_after)
_relation("finishes", point_range=_finishes_point, ranges=_finishes)
_relation("finished by", range_point=_flip(_finishes_point), ranges=_flip(_finishes))
_relation("includes", range_point=_flip(_holds), ranges=_flip(_during))
_relation("during", point_range=_holds, ranges=_during)
_relation("starts", point_range=_starts_point, ranges=_starts)
_relation("started by", range_point=_flip(_starts_point), ranges=_flip(_starts))
_relation("coincides", points=_same, ranges=_coincides)
