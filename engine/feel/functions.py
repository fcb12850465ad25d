"""Built-in functions and the registry that holds them.

A parameter is declared in one line of text, `"string: string, start position: number, length?: number?"`: a question
mark after the name makes it optional, one after the type lets null through, `any` lets everything through, and `|`
separates several types.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from functools import partial
from typing import Any, TypeVar

from engine.errors import AmendsError
from engine.feel.convert import LazyContext, to_feel
from engine.feel.display import kind
from engine.feel.errors import FeelLimitExceeded, Problem
from engine.feel.limits import Run
from engine.feel.names import Names
from engine.feel.values import Date, DateTime, DaysTime, Function, Range, Time, YearsMonths

Implementation = Callable[..., object]
F = TypeVar("F", bound=Implementation)
_TYPES: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (Date,),
    "time": (Time,),
    "date and time": (DateTime,),
    "days and time duration": (DaysTime,),
    "years and months duration": (YearsMonths,),
    "list": (list,),
    "context": (dict, LazyContext),
    "range": (Range,),
    "function": (Function,),
}
_LONG = 1_000
"""A text of so many characters costs a step wherever a function reads it."""


class Misfit(Problem):
    """An argument is of a type that the parameter does not take; `position` counts from 0."""

    def __init__(self, parameter: Parameter, value: object) -> None:
        super().__init__("invalid-argument", f"the argument {parameter.name} is of the wrong type")
        self.parameter, self.value, self.position = parameter, value, 0


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `types` None takes anything."""

    name: str
    types: tuple[type, ...] | None
    label: str
    optional: bool
    nullable: bool

    def take(self, value: object) -> object:
        """The argument as the function wants it, or Misfit (DMN 1.5, 10.3.2.9.4)."""
        if self.types is None or (value is None and self.nullable) or isinstance(value, self.types):
            return value
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], self.types):
            return value[0]
        if value is not None and list in self.types:
            return [value]
        if isinstance(value, Date) and DateTime in self.types:
            return DateTime(value, Time(0, 0))
        raise Misfit(self, value)


def parameters_of(text: str) -> tuple[Parameter, ...]:
    """The parameters that a line declares. Raises ValueError for an unknown type."""
    return tuple(_parameter(part.strip()) for part in text.split(",") if part.strip())


def _parameter(text: str) -> Parameter:
    name, _, label = (part.strip() for part in text.partition(":"))
    nullable = label.endswith("?")
    label = label.rstrip("?") or "any"
    types = None
    if label != "any":
        words = [word.strip() for word in label.split("|")]
        if unknown := [word for word in words if word not in _TYPES]:
            raise ValueError(f"no type of FEEL: {unknown[0]}")
        types = tuple(python for word in words for python in _TYPES[word])
    return Parameter(name.rstrip("?"), types, label, optional=name.endswith("?"), nullable=nullable)


@dataclass(frozen=True, slots=True)
class Overload:
    """One way to call a function; `wants_run` implementations take the run as their first argument."""

    parameters: tuple[Parameter, ...]
    implementation: Implementation
    variadic: bool
    wants_run: bool

    def takes(self, count: int) -> bool:
        """Can it be called with so many arguments?"""
        least = sum(not parameter.optional for parameter in self.parameters)
        return count >= least - 1 if self.variadic else least <= count <= len(self.parameters)

    def positions(self, named: Mapping[str, object]) -> list[object] | None:
        """Named arguments in order, or None if the names are not ours."""
        names = [parameter.name for parameter in self.parameters]
        missing = [p.name for p in self.parameters if not p.optional and p.name not in named]
        if missing or not all(name in names for name in named):
            return None
        last = max((i for i, name in enumerate(names) if name in named), default=-1)
        return [named.get(name) for name in names[: last + 1]]

    def _taken(self, arguments: Sequence[object]) -> list[object]:
        last, taken = len(self.parameters) - 1, list[object]()
        for value in arguments:
            try:
                taken.append(self.parameters[min(len(taken), last)].take(value))
            except Misfit as misfit:
                misfit.position = len(taken)
                raise
        return taken

    def call(self, arguments: Sequence[object], run: Run, function: str) -> object:
        """The result. Raises Problem."""
        taken = self._taken(arguments)
        for value in taken:
            if type(value) is str and len(value) > _LONG:
                run.step(len(value) // _LONG)
        try:
            result = self.implementation(run, *taken) if self.wants_run else self.implementation(*taken)
        except (DecimalException, OverflowError) as error:
            raise Problem("out-of-range", f"{function}: the result is out of range") from error
        if isinstance(result, str):
            return run.text(result)
        return run.items(result) if isinstance(result, list | dict) else result


class Builtin(Function):
    """A function with one or several overloads.

    `reads` are variables that it looks at beside its arguments; they come first when its implementation is called.
    """

    def __init__(self, name: str, overloads: Sequence[Overload], reads: Sequence[str] = ()) -> None:
        self.name = name
        self.overloads = tuple(overloads)
        self.reads = tuple(reads)
        self.parameters = tuple(parameter.name for parameter in self.overloads[0].parameters)

    def within(self, env: Mapping[str, object]) -> Builtin:
        """The same function, with the variables that it reads taken from here."""
        read = [env.get(name) for name in self.reads]
        return Builtin(self.name, [replace(o, implementation=partial(o.implementation, *read)) for o in self.overloads])

    def call(self, arguments: Sequence[object], run: Run) -> object:
        """The result of the first overload that takes these arguments. Raises Problem."""
        return self._first(
            [(overload, arguments) for overload in self.overloads if overload.takes(len(arguments))], run
        )

    def call_named(self, arguments: Mapping[str, object], run: Run) -> object:
        """The result of the first overload that has these names, at best in this order. Raises Problem.

        Only the order tells `before(point: 1, range: r)` from `before(range: r, point: 1)` (DMN 1.5, table 78).
        """
        said = list(arguments)
        ranked = sorted(self.overloads, key=lambda overload: [p.name for p in overload.parameters] != said)
        found = [(overload, overload.positions(arguments)) for overload in ranked]
        return self._first([(overload, values) for overload, values in found if values is not None], run)

    def _first(self, candidates: Sequence[tuple[Overload, Sequence[object]]], run: Run) -> object:
        run.step()
        misfits = []
        for overload, arguments in candidates:
            try:
                return overload.call(arguments, run, self.name)
            except Misfit as found:
                misfits.append(found)
        if not misfits:
            raise Problem("invalid-call", f"{self.name} does not take these arguments: {self.usage()}")
        raise self._misfit(misfits)

    def _misfit(self, misfits: Sequence[Misfit]) -> Problem:
        """What to say if no overload takes the arguments: of those that came furthest, what they want."""
        furthest = max(misfit.position for misfit in misfits)
        last = [misfit for misfit in misfits if misfit.position == furthest]
        wanted = " or ".join(dict.fromkeys(misfit.parameter.label.replace(" | ", " or ") for misfit in last))
        given = f"the argument {last[0].parameter.name} is of type {kind(last[0].value)}"
        return Problem("invalid-argument", f"{self.name}: {given}, wanted is {wanted}")

    def takes(self, count: int) -> bool:
        """Can it be called with so many arguments?"""
        return any(overload.takes(count) for overload in self.overloads)

    def usage(self) -> str:
        """How to call it, for messages: all overloads."""
        return " or ".join(f"{self.name}({', '.join(p.name for p in o.parameters)})" for o in self.overloads)


def overload(parameters: str, implementation: Implementation, *, variadic: bool = False) -> Overload:
    """An overload; an implementation whose first parameter is called `run` is given the run."""
    first = next(iter(inspect.signature(implementation).parameters), None)
    return Overload(parameters_of(parameters), implementation, variadic, first == "run")


class Functions(Mapping[str, Builtin]):
    """The functions that expressions may call. Immutable: `with_` gives a new registry."""

    def __init__(self, table: Mapping[str, Builtin]) -> None:
        self._table = dict(table)
        self.scope = Names(self._table)
        self.readers = {name: frozenset(function.reads) for name, function in self._table.items() if function.reads}
        """What functions read beside their arguments, by name."""

    def __getitem__(self, name: str) -> Builtin:
        return self._table[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def with_(
        self, name: str, parameters: str | Sequence[str], fn: Callable[..., Any], *, reads: Sequence[str] = ()
    ) -> Functions:
        """The same functions and one more, or another one of the same name.

        `parameters` is a line as above or a sequence of its parts (`["date: date", "n: number"]`). `fn` is called with
        FEEL values and may return anything that `to_feel` accepts; it must neither write nor wait. ValueError,
        TypeError and our own errors in it give null and a diagnostic. `reads` names variables whose values (null where
        there are none) `fn` gets before its arguments.
        """
        line = parameters if isinstance(parameters, str) else ", ".join(parameters)

        def call(*arguments: object) -> object:
            try:
                return to_feel(fn(*arguments))
            except FeelLimitExceeded:
                raise
            except (ValueError, TypeError, ArithmeticError, AmendsError) as error:
                raise Problem("function-failed", f"{name}: {error}") from error

        return Functions({**self._table, name: Builtin(name, [overload(line, call)], reads)})


class Library:
    """Collects built-in functions while a module of them is loaded."""

    def __init__(self) -> None:
        self.overloads: dict[str, list[Overload]] = {}

    def add(self, name: str, parameters: str, implementation: Implementation, *, variadic: bool = False) -> None:
        """One more overload; overloads are tried in the order in which they were added."""
        self.overloads.setdefault(name, []).append(overload(parameters, implementation, variadic=variadic))

    def function(self, name: str, parameters: str, *, variadic: bool = False) -> Callable[[F], F]:
        """As `add`, as a decorator."""

        def keep(implementation: F) -> F:
            self.add(name, parameters, implementation, variadic=variadic)
            return implementation

        return keep
