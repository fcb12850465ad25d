"""Numeric functions and `not` (DMN 1.5, 10.3.4.2 and 10.3.4.5)."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from engine.feel.convert import NUMBERS
from engine.feel.errors import Problem
from engine.feel.functions import Library
from engine.feel.limits import Run
from engine.feel.values import DaysTime, YearsMonths

LIBRARY = Library()
_WIDE = NUMBERS.copy()
_WIDE.prec = 7000
_LEAST_SCALE, _LARGEST_SCALE = -6111, 6176
_TENTH_POWER = 40


def _rounding(name: str, mode: str, *, scale_is_optional: bool = False) -> None:
    def rounded(run: Run, number: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
        if not _LEAST_SCALE <= scale <= _LARGEST_SCALE:
            raise Problem("out-of-range", f"{name}: a scale lies between {_LEAST_SCALE} and {_LARGEST_SCALE}")
        exponent = number.as_tuple().exponent
        digits = int(scale)
        if isinstance(exponent, int) and exponent >= -digits:
            return number
        run.step(20)
        return NUMBERS.plus(number.quantize(Decimal((0, (1,), -digits)), rounding=mode, context=_WIDE))

    LIBRARY.add(name, f"n: number, scale{'?' if scale_is_optional else ''}: number", rounded)


for _name, _mode in (
    ("decimal", ROUND_HALF_EVEN),
    ("round up", ROUND_UP),
    ("round down", ROUND_DOWN),
    ("round half up", ROUND_HALF_UP),
    ("round half down", ROUND_HALF_DOWN),
):
    _rounding(_name, _mode)
_rounding("floor", ROUND_FLOOR, scale_is_optional=True)
_rounding("ceiling", ROUND_CEILING, scale_is_optional=True)

LIBRARY.add("abs", "n: number", lambda number: number.copy_abs())
LIBRARY.add("abs", "n: days and time duration", lambda duration: DaysTime(abs(duration.nanos)))
LIBRARY.add("abs", "n: years and months duration", lambda duration: YearsMonths(abs(duration.months)))
LIBRARY.add("not", "negand: boolean?", lambda value: None if value is None else not value)


@LIBRARY.function("modulo", "dividend: number, divisor: number")
def _modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The sign is that of the divisor."""
    if not divisor:
        raise Problem("division-by-zero", "modulo: the divisor is zero")
    rest = NUMBERS.remainder(dividend, divisor)
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@LIBRARY.function("sqrt", "number: number")
def _sqrt(number: Decimal) -> Decimal:
    if number < 0:
        raise Problem("out-of-range", "sqrt: the number is negative")
    return NUMBERS.sqrt(number)


@LIBRARY.function("log", "number: number")
def _log(run: Run, number: Decimal) -> Decimal:
    if number <= 0:
        raise Problem("out-of-range", "log: the number is not positive")
    run.step(200)
    return NUMBERS.ln(number)


@LIBRARY.function("exp", "number: number")
def _exp(run: Run, number: Decimal) -> Decimal:
    run.step(200)
    return NUMBERS.exp(number)


def _is_odd(name: str, number: Decimal) -> bool:
    if number.adjusted() > _TENTH_POWER or number != number.to_integral_value():
        raise Problem("invalid-argument", f"{name}: a whole number is wanted")
    return int(number) % 2 == 1


LIBRARY.add("odd", "number: number", lambda number: _is_odd("odd", number))
LIBRARY.add("even", "number: number", lambda number: not _is_odd("even", number))
