"""A row of the table of elements, and pieces of diagrams that many of them share."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.engine.bpmn.drawing import ext


@dataclass(frozen=True, kw_only=True)
class Row:
    """An element; `does` for people. It is played with `steps` and leaves `trace`, or is refused by the rule `refused`.

    Steps: `do U` completes a user task or job, `message M`, `signal G`, `pass SECONDS`, `fail J CODE`, `set N VALUE`,
    `start EVENT` begins the instance there (otherwise it begins at its none start event).
    """

    group: str
    name: str
    does: str
    lines: str = ""
    steps: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    refused: str = ""
    extra: str = ""
    more: str = ""
    variables: dict[str, object] = field(default_factory=dict)
    state: str = "COMPLETED"


def rows(group: str, *given: tuple[str, str, dict[str, object]]) -> list[Row]:
    return [Row(group=group, name=name, does=does, **rest) for name, does, rest in given]  # type: ignore[arg-type]


def run(lines: str, *steps: str, trace: str = "", **rest: object) -> dict[str, object]:
    """How a row is played; the tasks that leave a trace, in order."""
    return {"lines": lines, "steps": steps, "trace": tuple(trace.split()), **rest}


def no(rule: str, lines: str, **rest: object) -> dict[str, object]:
    """The rule that refuses it."""
    return {"lines": lines, "refused": rule, **rest}


HOST = "start s\nuser u\nt after\ns -> u -> after\n"
SUB = "start s\nsub a {\nuser u\n}\nt after\ns -> a -> after\n"
HANDLED = "t a\nt undo isForCompensation=true\nbound c attachedToRef=a @compensate\ncomp c -> undo\n"


def bound(trigger: str, *, stays: bool = False, host: str = HOST, at: str = "u") -> str:
    """An activity with a boundary event."""
    stay = " cancelActivity=false" if stays else ""
    return f"{host}bound b attachedToRef={at}{stay} {trigger}\nt x\nb -> x"


def inside(trigger: str, ending: str = "", *, stays: bool = False) -> str:
    """A sub-process with an event sub-process, and perhaps a throw behind its user task."""
    stay = " isInterrupting=false" if stays else ""
    throw = f"throw w {ending}\nt y\nu -> w -> y\n" if ending.startswith("@esc") else f"end w {ending}\nu -> w\n"
    return (
        f"start s\nsub a {{\nuser u\n{throw if ending else ''}esp h {{\nstart k{stay} {trigger}\nt x\nk -> x\n}}\n}}\n"
        "t after\ns -> a -> after"
    )


CALL = ext('<zeebe:calledElement processId="q"/>')
DECIDE = ext('<zeebe:calledDecision decisionId="one" resultVariable="r"/>')
LISTENERS = ext("<zeebe:executionListeners/>")
