"""Functions that make one value of many (DMN 1.5, 10.3.4.4): each takes a list, or its entries as arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

from engine.feel.compare import order
from engine.feel.convert import NUMBERS
from engine.feel.errors import Problem
from engine.feel.functions import Library
from engine.feel.limits import Run

LIBRARY = Library()
Aggregate = Callable[[Run, list[object]], object]
Numbers = Sequence[Decimal]


def _register(name: str, aggregate: Aggregate) -> None:
    def spread(run: Run, *items: object) -> object:
        if not items or items == (None,):
            raise Problem("invalid-argument", f"{name}: there is nothing to work on")
        return aggregate(run, list(items))

    def whole(run: Run, items: list[object]) -> object:
        return aggregate(run, items)

    LIBRARY.add(name, "list: list", whole)
    LIBRARY.add(name, "list: any", spread, variadic=True)


def _of_numbers(name: str, compute: Callable[[Numbers], object], *, empty: object = None) -> None:
    def aggregate(run: Run, items: list[object]) -> object:
        if not items:
            if empty is None:
                raise Problem("invalid-argument", f"{name}: the list is empty")
            return empty
        numbers = [item for item in items if isinstance(item, Decimal)]
        if len(numbers) != len(items):
            raise Problem("invalid-argument", f"{name}: the list holds something else than numbers")
        run.step(len(numbers))
        return compute(numbers)

    _register(name, aggregate)


def total(numbers: Numbers) -> Decimal:
    """The sum, in 34 digits."""
    result = Decimal(0)
    for number in numbers:
        result = NUMBERS.add(result, number)
    return result


def _product(numbers: Numbers) -> Decimal:
    result = Decimal(1)
    for number in numbers:
        result = NUMBERS.multiply(result, number)
    return result


def _mean(numbers: Numbers) -> Decimal:
    return NUMBERS.divide(total(numbers), Decimal(len(numbers)))


def _median(numbers: Numbers) -> Decimal:
    ranked, middle = sorted(numbers), len(numbers) // 2
    if len(ranked) % 2:
        return ranked[middle]
    return NUMBERS.divide(NUMBERS.add(ranked[middle - 1], ranked[middle]), Decimal(2))


def _stddev(numbers: Numbers) -> Decimal:
    if len(numbers) < 2:
        raise Problem("invalid-argument", "stddev: at least two numbers are needed")
    mean = _mean(numbers)
    differences = [NUMBERS.subtract(number, mean) for number in numbers]
    squares = total([NUMBERS.multiply(difference, difference) for difference in differences])
    return NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(numbers) - 1)))


def _mode(numbers: Numbers) -> list[Decimal]:
    counts = Counter(numbers)
    most = max(counts.values())
    return sorted(number for number, count in counts.items() if count == most)


def _extreme(name: str, sign: int) -> Aggregate:
    def aggregate(run: Run, items: list[object]) -> object:
        if not items or items[0] is None:
            raise Problem("invalid-argument", f"{name}: the list {'holds null' if items else 'is empty'}")
        best = items[0]
        for item in items:
            run.step()
            place = order(item, best)
            if place is None:
                raise Problem("not-comparable", f"{name}: the entries have no order among them")
            if place == sign:
                best = item
        return best

    return aggregate


def _decided_by(decides: bool) -> Aggregate:  # noqa: FBT001 - the value is the rule
    def aggregate(run: Run, items: list[object]) -> object:
        run.step(len(items) // 8)
        if any(item is decides for item in items):
            return decides
        if all(item is (not decides) for item in items):
            return not decides
        raise Problem("invalid-argument", "the list holds something else than booleans")

    return aggregate


_register("min", _extreme("min", -1))
_register("max", _extreme("max", 1))
_register("all", _decided_by(decides=False))
_register("any", _decided_by(decides=True))
_of_numbers("sum", total)
_of_numbers("mean", _mean)
_of_numbers("product", _product)
_of_numbers("median", _median)
_of_numbers("stddev", _stddev)
_of_numbers("mode", _mode, empty=[])
