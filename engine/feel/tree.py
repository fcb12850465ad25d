"""The tree of an expression: what the parser makes and the compiler reads. Every node knows its place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from engine.feel.limits import Place


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression."""

    place: Place


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, text, boolean or null."""

    value: object


@dataclass(frozen=True, slots=True)
class TemporalLiteral(Node):
    """`@"2026-01-31"`."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name that is read."""

    name: str


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-x`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`a and b and c`, or with `or`: flat, because chains are long."""

    is_or: bool
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One operator and its right side in a chain."""

    place: Place
    sign: str
    right: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operators of one level, from left to right: `a + b - c`."""

    first: Node
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`a < b`."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`x between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Test(Node):
    """One unary test; without a sign it is a value, a range, a list, or a condition over `?`."""

    sign: str | None
    operand: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`x in (test, test)`."""

    value: Node
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests as they stand in a cell: no tests at all is `-`, which everything satisfies."""

    negated: bool
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class TypeNode:
    """A type as written; `parts` are its arguments, `fields` name them in a context."""

    place: Place
    name: str
    parts: tuple[TypeNode, ...] = ()
    fields: tuple[str, ...] = ()
    written: bool = False
    """Are there angle brackets, even if nothing stands between them?"""


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`x instance of number`."""

    value: Node
    kind: TypeNode


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`if c then a else b`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class RangeNode(Node):
    """`[1..10)`."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class OperatorRange(Node):
    """`(< 5)`: an unlimited range as a value."""

    sign: str
    endpoint: Node


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextNode(Node):
    """`{a: 1, b: a + 1}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`a.b`."""

    of: Node
    member: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`list[condition]` or `list[1]`."""

    of: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`f(a, b)` or `f(x: a, y: b)`."""

    function: Node
    arguments: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class FunctionNode(Node):
    """`function(a: number, b) a + b`."""

    parameters: tuple[tuple[str, TypeNode | None], ...]
    body: Node
    external: bool


@dataclass(frozen=True, slots=True)
class Iteration:
    """`x in domain`, or `x in start..end`."""

    name: str
    domain: Node
    end: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for x in a, y in b return x + y`."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some x in a satisfies c`, or with `every`."""

    every: bool
    iterations: tuple[Iteration, ...]
    body: Node
