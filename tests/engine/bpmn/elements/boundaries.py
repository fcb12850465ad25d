"""Boundary events."""

# ruff: noqa: E501  # a diagram reads better in one line

from __future__ import annotations

from tests.engine.bpmn.drawing import job
from tests.engine.bpmn.elements.row import HANDLED, SUB, bound, no, rows, run

ROWS = [
    *rows(
        "Boundary events",
        ("message", "interrupts the activity", run(bound("@message:m"), "message m", trace="x")),
        (
            "message, non-interrupting",
            "each message begins the flow once more; the activity goes on",
            run(bound("@message:m", stays=True), "message m", "message m", "do u", trace="x x after"),
        ),
        ("timer", "interrupts when it is due", run(bound("@duration:PT5S"), "pass 6", trace="x")),
        (
            "timer cycle, non-interrupting",
            "happens at every turn, while the activity lasts",
            run(bound("@cycle:R/PT5S", stays=True), "pass 11", "do u", trace="x x after"),
        ),
        ("signal", "interrupts", run(bound("@signal:g"), "signal g", trace="x")),
        (
            "signal, non-interrupting",
            "each signal begins the flow once more",
            run(bound("@signal:g", stays=True), "signal g", "signal g", "do u", trace="x x after"),
        ),
        ("conditional", "interrupts when the condition becomes true", run(bound("@cond:=n=2"), "set n 2", trace="x")),
        (
            "conditional, non-interrupting",
            "happens each time that the condition becomes true again",
            run(bound("@cond:=n=2", stays=True), "set n 2", "set n 3", "set n 2", "do u", trace="x x after"),
        ),
        (
            "error",
            "catches the error of a job, a decision or an error end event inside; always interrupts",
            run(
                f"start s\nservice u | {job('w')}\nt after\ns -> u -> after\nbound b attachedToRef=u @error:e\nt x\nb -> x",
                "fail u e",
                trace="x",
            ),
        ),
        (
            "error of a sub-process",
            "the innermost handler with this code, else one for all codes",
            run(
                bound("@error:e", host=SUB.replace("user u", "user u\nend w @error:e\nu -> w"), at="a"),
                "do u",
                trace="x",
            ),
        ),
        (
            "error, non-interrupting",
            "an error always interrupts",
            no("always-interrupting", bound("@error:e", stays=True)),
        ),
        (
            "escalation",
            "interrupts",
            run(
                bound(
                    "@escalation:e",
                    host=SUB.replace("user u", "user u\nthrow w @escalation:e\nuser v\nu -> w -> v"),
                    at="a",
                ),
                "do u",
                trace="x",
            ),
        ),
        (
            "escalation, non-interrupting",
            "the sub-process goes on",
            run(
                bound(
                    "@escalation:e",
                    stays=True,
                    host=SUB.replace("user u", "user u\nthrow w @escalation:e\nu -> w"),
                    at="a",
                ),
                "do u",
                trace="x after",
            ),
        ),
        (
            "cancel",
            "the transaction was cancelled and undone",
            run(
                f"start s\ntransaction a {{\n{HANDLED.replace('t a', 't d').replace('=a ', '=d ')}end w @cancel\nd -> w\n}}\nbound b attachedToRef=a @cancel\nt x\nb -> x\ns -> a",
                trace="d undo x",
            ),
        ),
        ("cancel, elsewhere", "only transactions can be cancelled", no("cancel-event", bound("@cancel"))),
        (
            "compensation",
            "leads to the activity that undoes; no token is ever there",
            run(f"start s\n{HANDLED}end e @compensate\ns -> a -> e", trace="a undo"),
        ),
        ("multiple", "the first of its events is enough", run(bound("@message:m @signal:g"), "signal g", trace="x")),
        (
            "parallel multiple",
            "when all of its events have come",
            run(bound("parallelMultiple=true @message:m @signal:g"), "signal g", "message m", trace="x"),
        ),
        (
            "at an event sub-process",
            "it has none",
            no(
                "boundary-host",
                "start s\nuser u\nt x\ns -> u -> x\nesp h {\nstart k @message:m\nt y\nk -> y\n}\nbound b attachedToRef=h @duration:P1D\nt z\nb -> z",
            ),
        ),
    ),
]
