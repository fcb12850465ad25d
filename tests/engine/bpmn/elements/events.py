"""Start, intermediate and end events."""

# ruff: noqa: E501  # a diagram reads better in one line

from __future__ import annotations

from tests.engine.bpmn.drawing import job
from tests.engine.bpmn.elements.row import HANDLED, no, rows, run

ROWS = [
    *rows(
        "Start events",
        ("none", "begins when somebody starts the process", run("start s\nt x\ns -> x", trace="x")),
        (
            "message",
            "a message of that name begins an instance",
            run("start s @message:m\nt x\ns -> x", "start s", trace="x"),
        ),
        (
            "signal",
            "a signal of that name begins an instance",
            run("start s @signal:g\nt x\ns -> x", "start s", trace="x"),
        ),
        (
            "timer: date or cycle",
            "begins an instance at the date, or at each turn",
            run("start s @cycle:R/P1D\nt x\ns -> x", "start s", trace="x"),
        ),
        (
            "conditional",
            "begins an instance where it holds over the variables of `POST /v2/conditionals/evaluation`",
            run("start s @cond:=today>1\nt x\ns -> x", "start s", trace="x"),
        ),
        (
            "parallel multiple",
            "use a parallel event-based gateway that starts the process",
            no("unsupported-element", "start s parallelMultiple=true @message:m @signal:g\nt x\ns -> x"),
        ),
        (
            "several start events",
            "each begins an instance of its own",
            run("start s\nstart r @message:m\nt x\nt y\ns -> x\nr -> y", "start r", trace="y"),
        ),
        ("none of them", "activities without incoming flow begin, all at once", run("t x\nt y", trace="x y")),
        (
            "several without a trigger",
            "which of them was meant?",
            no("several-none-starts", "start s\nstart r\nt x\ns -> x\nr -> x"),
        ),
    ),
    *rows(
        "Intermediate events",
        (
            "catch: message",
            "waits for the message with its correlation key",
            run("start s\ncatch c @message:m\nt x\ns -> c -> x", "message m", trace="x"),
        ),
        (
            "catch: timer date or duration",
            "waits until then",
            run("start s\ncatch c @duration:PT5S\nt x\ns -> c -> x", "pass 6", trace="x"),
        ),
        (
            "catch: timer cycle",
            "an event in the flow happens once",
            no("timer-kind", "start s\ncatch c @cycle:R3/PT5S\nt x\ns -> c -> x"),
        ),
        (
            "catch: signal",
            "waits for the signal",
            run("start s\ncatch c @signal:g\nt x\ns -> c -> x", "signal g", trace="x"),
        ),
        (
            "catch: conditional",
            "waits until the condition is true",
            run("start s\ncatch c @cond:=n=2\nt x\ns -> c -> x", "set n 2", trace="x"),
        ),
        (
            "catch: multiple",
            "the first of its events is enough",
            run("start s\ncatch c @message:m @signal:g\nt x\ns -> c -> x", "signal g", trace="x"),
        ),
        (
            "catch: parallel multiple",
            "waits for all of its events",
            run(
                "start s\ncatch c parallelMultiple=true @message:m @signal:g\nt x\ns -> c -> x",
                "signal g",
                "message m",
                trace="x",
            ),
        ),
        (
            "catch: error, escalation, cancel, compensation",
            "BPMN has them at boundaries and starts only",
            no("event-trigger", "start s\ncatch c @error:x\nt x\ns -> c -> x"),
        ),
        (
            "link",
            "the token goes on at the link of the same name",
            run("start s\nthrow a @link:L\ncatch b @link:L\nt x\ns -> a\nb -> x", trace="x"),
        ),
        (
            "link without its other end",
            "the token would be lost",
            no("link-without-end", "start s\nthrow a @link:L\ns -> a"),
        ),
        ("throw: none", "the token passes", run("start s\nthrow a\nt x\ns -> a -> x", trace="x")),
        (
            "throw: message",
            "an operation or a job sends it",
            run(
                f"start s\nthrow a | <messageEventDefinition>{job('w')}</messageEventDefinition>\nt x\ns -> a -> x",
                "do a",
                trace="x",
            ),
        ),
        (
            "throw: signal",
            "every wait for it in any instance hears it",
            run(
                "start s\nand f\ncatch c @signal:g\nt x\nthrow a @signal:g\nt y\ns -> f\nf -> c -> x\nf -> a -> y",
                trace="y x",
            ),
        ),
        (
            "throw: escalation",
            "goes outwards to the nearest handler, and the flow goes on; without a handler too",
            run("start s\nthrow a @escalation:e\nt x\ns -> a -> x", trace="x"),
        ),
        (
            "throw: compensation",
            "what is completed in the scope is undone, the latest first; then the flow goes on",
            run(f"start s\n{HANDLED}throw w @compensate\nt x\ns -> a -> w -> x", trace="a undo x"),
        ),
        (
            "throw: compensation of one activity",
            "only that activity is undone",
            run(f"start s\n{HANDLED}throw w @compensate:a\nt x\ns -> a -> w -> x", trace="a undo x"),
        ),
        (
            "throw: multiple",
            "all are thrown, in the order of the file",
            run(
                "start s\nand f\ncatch c @signal:g\nt x\nthrow a @signal:h @signal:g\ns -> f\nf -> c -> x\nf -> a",
                trace="x",
            ),
        ),
    ),
    *rows(
        "End events",
        (
            "none",
            "the token ends; the scope is over when no token is left",
            run("start s\nand f\nt x\nend a\nt y\ns -> f\nf -> x -> a\nf -> y", trace="x y"),
        ),
        (
            "message",
            "an operation or a job sends it, then the token ends",
            run(f"start s\nend a | <messageEventDefinition>{job('w')}</messageEventDefinition>\ns -> a", "do a"),
        ),
        (
            "error",
            "ends the scope and goes outwards to the nearest handler; without one there is an incident",
            run("start s\nend a @error:e\ns -> a", state="INCIDENT"),
        ),
        ("escalation", "goes outwards; what runs beside goes on", run("start s\nend a @escalation:e\ns -> a")),
        (
            "cancel",
            "cancels the transaction: what was done in it is undone",
            run(
                "start s\ntransaction a {\nt d\nend w @cancel\nd -> w\n}\nbound b attachedToRef=a @cancel\nt x\nb -> x\ns -> a",
                trace="d x",
            ),
        ),
        (
            "compensation",
            "undoes what was completed in the scope, then the token ends",
            run(f"start s\n{HANDLED}end e @compensate\ns -> a -> e", trace="a undo"),
        ),
        (
            "signal",
            "as the throw event",
            run("start s\nand f\ncatch c @signal:g\nt x\nend a @signal:g\ns -> f\nf -> c -> x\nf -> a", trace="x"),
        ),
        (
            "terminate",
            "everything else in the same scope ends at once",
            run("start s\nand f\nuser u\nend a @terminate\ns -> f\nf -> u\nf -> a"),
        ),
        ("multiple", "all of them", run("start s\nend a @signal:g @escalation:e\ns -> a")),
    ),
]
