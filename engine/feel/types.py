"""Types of FEEL: who conforms to what, and the implicit conversions (DMN 1.5, 10.3.2.9)."""

# ruff: noqa: ARG002 - every type answers the same questions, some without looking at the value

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from engine.feel.convert import is_context
from engine.feel.errors import Problem
from engine.feel.limits import Run
from engine.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths


class FeelType:
    """A type; subclasses are immutable values."""

    is_list: ClassVar[bool] = False

    def accepts(self, value: object, run: Run) -> bool:
        """Does a value that is not null conform?"""
        raise NotImplementedError

    def core(self) -> FeelType:
        """The type behind names and constraints."""
        return self

    def fits(self, other: FeelType) -> bool:
        """Does every value of this type conform to `other`?"""
        wanted = other.core()
        return wanted is ANY or self == wanted or self.core()._fits(wanted)

    def _fits(self, other: FeelType) -> bool:
        return self == other


@dataclass(frozen=True)
class AnyType(FeelType):
    """Everything."""

    def accepts(self, value: object, run: Run) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class NullType(FeelType):
    """Only null."""

    def accepts(self, value: object, run: Run) -> bool:
        """Is it null?"""
        return value is None

    def _fits(self, other: FeelType) -> bool:
        return True


@dataclass(frozen=True)
class NoType(FeelType):
    """A type that nobody defined: nothing conforms."""

    name: str = "?"

    def accepts(self, value: object, run: Run) -> bool:
        """Never."""
        return False


@dataclass(frozen=True)
class Simple(FeelType):
    """A type with one Python class behind it."""

    name: str
    python: type

    def accepts(self, value: object, run: Run) -> bool:
        """Is it of the class?"""
        return type(value) is self.python


@dataclass(frozen=True)
class ListType(FeelType):
    """A list of one type."""

    of: FeelType
    is_list: ClassVar[bool] = True

    def accepts(self, value: object, run: Run) -> bool:
        """Do all entries conform?"""
        if type(value) is not list:
            return False
        if self.of.core() is ANY:
            return True
        run.step(len(value) // 4)
        return all(item is None or self.of.accepts(item, run) for item in value)

    def _fits(self, other: FeelType) -> bool:
        return isinstance(other, ListType) and self.of.fits(other.of)


@dataclass(frozen=True)
class RangeType(FeelType):
    """A range of one type."""

    of: FeelType

    def accepts(self, value: object, run: Run) -> bool:
        """Do its ends conform?"""
        if not isinstance(value, Range):
            return False
        ends = [end for end in (value.low, value.high) if end is not None]
        return bool(ends) and all(self.of.accepts(end, run) for end in ends)

    def _fits(self, other: FeelType) -> bool:
        return isinstance(other, RangeType) and self.of.fits(other.of)


@dataclass(frozen=True)
class ContextType(FeelType):
    """A context with at least these entries."""

    fields: tuple[tuple[str, FeelType], ...] = ()

    def accepts(self, value: object, run: Run) -> bool:
        """Has it every entry, each conforming or null?"""
        if not is_context(value):
            return False
        return all(n in value and (value[n] is None or t.accepts(value[n], run)) for n, t in self.fields)

    def _fits(self, other: FeelType) -> bool:
        if not isinstance(other, ContextType):
            return False
        mine = dict(self.fields)
        return all(name in mine and mine[name].fits(wanted) for name, wanted in other.fields)


@dataclass(frozen=True)
class FunctionType(FeelType):
    """A function; `parameters` None means any function."""

    parameters: tuple[FeelType, ...] | None
    result: FeelType

    def accepts(self, value: object, run: Run) -> bool:
        """Can the function stand where one of this type is wanted?"""
        if not isinstance(value, Function):
            return False
        signature = getattr(value, "signature", None)
        if self.parameters is None or signature is None:
            return self.parameters is None or len(value.parameters) == len(self.parameters)
        return isinstance(signature, FunctionType) and signature.fits(self)

    def _fits(self, other: FeelType) -> bool:
        """What a function gives is often not said: that fits."""
        if not isinstance(other, FunctionType):
            return False
        if other.parameters is None:
            return True
        mine = self.parameters
        if mine is None or len(mine) != len(other.parameters):
            return False
        takes = all(theirs.fits(own) for own, theirs in zip(mine, other.parameters, strict=True))
        return takes and (self.result is ANY or self.result.fits(other.result))


@dataclass(frozen=True, eq=False)
class Constrained(FeelType):
    """A type of which only some values are allowed. `allows` is asked with the value; only True allows."""

    base: FeelType
    allows: Callable[[object, Run], object]

    def accepts(self, value: object, run: Run) -> bool:
        """Does it conform to the type, and is it allowed?"""
        return self.base.accepts(value, run) and self.allows(value, run) is True

    def core(self) -> FeelType:
        """The type without the constraint."""
        return self.base.core()


@dataclass(eq=False)
class Named(FeelType):
    """A type that is looked up when it is first needed: definitions may stand in any order, and name themselves."""

    name: str
    find: Callable[[], FeelType]
    _found: FeelType | None = None

    def target(self) -> FeelType:
        """The type that the name stands for."""
        if self._found is None:
            self._found = self.find()
        return self._found

    def accepts(self, value: object, run: Run) -> bool:
        """Does it conform to the type that the name stands for?"""
        run.step()
        return self.target().accepts(value, run)

    def core(self) -> FeelType:
        """The type behind the name."""
        return self.target().core()


ANY = AnyType()
NULL = NullType()
NUMBER = Simple("number", Decimal)
STRING = Simple("string", str)
BOOLEAN = Simple("boolean", bool)
DATE_TIME = Simple("date and time", DateTime)
_DAYS = Simple("days and time duration", DaysTime)
_MONTHS = Simple("years and months duration", YearsMonths)
SIMPLE: Mapping[str, FeelType] = {
    "Any": ANY,
    "Null": NULL,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": Simple("date", Date),
    "time": Simple("time", Time),
    "date and time": DATE_TIME,
    "dateTime": DATE_TIME,
    "days and time duration": _DAYS,
    "day time duration": _DAYS,
    "dayTimeDuration": _DAYS,
    "years and months duration": _MONTHS,
    "year month duration": _MONTHS,
    "yearMonthDuration": _MONTHS,
}
"""Types that need no definition, under all names that DMN has given them."""


def unconstrained(kind: FeelType) -> FeelType:
    """The type as `instance of` reads it: without the allowed values of item definitions."""
    kind = kind.core()
    if isinstance(kind, ListType):
        return ListType(unconstrained(kind.of))
    return kind


def coerce(value: object, kind: FeelType | None, run: Run) -> object:
    """The value as the type wants it: a list of one and its only entry stand for each other, a date for its
    midnight in UTC (DMN 1.5, 10.3.2.9.4). Raises Problem if it does not conform; null always does.
    """
    if kind is None or kind is ANY or value is None or kind.accepts(value, run):
        return value
    if kind.core().is_list:
        if type(value) is not list and kind.accepts([value], run):
            return [value]
    elif type(value) is list and len(value) == 1 and value[0] is not None and kind.accepts(value[0], run):
        return value[0]
    if kind.core() == DATE_TIME and isinstance(value, Date):
        moment = DateTime(value, Time(0, 0))
        if kind.accepts(moment, run):
            return moment
    raise Problem("type-mismatch", "the value does not conform to its type")
