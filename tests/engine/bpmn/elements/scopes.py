"""Sub-processes."""

# ruff: noqa: E501  # a diagram reads better in one line

from __future__ import annotations

from tests.engine.bpmn.elements.row import SUB, inside, no, rows, run

ROWS = [
    *rows(
        "Sub-processes",
        ("embedded", "a scope of its own: over when no token is left in it", run(SUB, "do u", trace="after")),
        (
            "event sub-process: message",
            "interrupts its scope; the scope ends with it",
            run(inside("@message:m"), "message m", trace="x after"),
        ),
        (
            "event sub-process: message, non-interrupting",
            "runs beside, as often as it comes",
            run(inside("@message:m", stays=True), "message m", "message m", "do u", trace="x x after"),
        ),
        (
            "event sub-process: timer",
            "counted from the beginning of its scope",
            run(inside("@duration:PT5S"), "pass 6", trace="x after"),
        ),
        (
            "event sub-process: timer, non-interrupting",
            "also in turns",
            run(inside("@cycle:R2/PT5S", stays=True), "pass 20", "do u", trace="x x after"),
        ),
        (
            "event sub-process: signal",
            "as a message, for whoever throws it",
            run(inside("@signal:g", stays=True), "signal g", "do u", trace="x after"),
        ),
        (
            "event sub-process: conditional",
            "when the condition becomes true",
            run(inside("@cond:=n=2"), "set n 2", trace="x after"),
        ),
        (
            "event sub-process: error",
            "catches what is thrown in its scope",
            run(inside("@error:e", "@error:e"), "do u", trace="x after"),
        ),
        (
            "event sub-process: escalation",
            "interrupts",
            run(inside("@escalation:e", "@escalation:e"), "do u", trace="x after"),
        ),
        (
            "event sub-process: escalation, non-interrupting",
            "hears it while the scope goes on",
            run(inside("@escalation:e", "@escalation:e", stays=True), "do u", trace="y x after"),
        ),
        (
            "event sub-process: compensation",
            "undoes the sub-process that it stands in, instead of the activities in it",
            run(
                "start s\nsub a {\nt d\nesp h {\nstart k @compensate\nt undo\nk -> undo\n}\n}\nend e @compensate\ns -> a -> e",
                trace="d undo",
            ),
        ),
        (
            "event sub-process without a trigger",
            "nothing would begin it",
            no("event-sub-process-start", "start s\nt x\ns -> x\nesp h {\nstart k\nt y\nk -> y\n}"),
        ),
        (
            "transaction",
            "as a sub-process; a cancel end event undoes it",
            run("start s\ntransaction a {\nuser u\n}\nt after\ns -> a -> after", "do u", trace="after"),
        ),
        (
            "ad-hoc",
            "all its activities at once; over when all are done",
            run("start s\nadHoc a {\nuser u\nuser v\n}\nt after\ns -> a -> after", "do u", "do v", trace="after"),
        ),
        (
            "ad-hoc, sequential",
            "one activity after the other, in the order of the file",
            run(
                "start s\nadHoc a ordering=Sequential {\nuser u\nuser v\n}\nt after\ns -> a -> after",
                "do u",
                "do v",
                trace="after",
            ),
        ),
        (
            "ad-hoc, completion condition",
            "looked at whenever an activity is done; what is left then ends (or goes on: `cancelRemainingInstances`). "
            "Where all is done and it does not hold, there is an incident",
            run(
                "start s\nadHoc a | <completionCondition>=n = 2</completionCondition> {\nuser u\nuser v\nuser w\n}\n"
                "t after\ns -> a -> after",
                "do u",
                "set n 2",
                "do v",
                trace="after",
            ),
        ),
        (
            "compensation handler",
            "undoes; may be any activity, repeated, with boundary events",
            run(
                "start s\nt a\nuser undo isForCompensation=true\nbound c attachedToRef=a @compensate\ncomp c -> undo\nend e @compensate\ns -> a -> e",
                "do undo",
                trace="a",
            ),
        ),
    ),
]
