"""Gateways and flows."""

# ruff: noqa: E501  # a diagram reads better in one line

from __future__ import annotations

from tests.engine.bpmn.elements.row import no, rows, run

ROWS = [
    *rows(
        "Gateways and flows",
        (
            "exclusive",
            "the first flow whose condition holds, else the default; joins pass every token",
            run("start s\nxor f\nt x\nt y\ns -> f\nf -> x : =n > 1\nf -> y : default", trace="y"),
        ),
        (
            "parallel",
            "one token for each flow; as a join it waits for one on each",
            run(
                "start s\nand f\nt x\nuser u\nand j\nt z\ns -> f\nf -> x -> j\nf -> u -> j\nj -> z", "do u", trace="x z"
            ),
        ),
        (
            "inclusive",
            "every flow whose condition holds, else the default; as a join it waits as long as a token can still come",
            run(
                "start s\nor f\nt x\nuser u\nt n\nor j\nt z\ns -> f\nf -> x : =true\nf -> u : =true\nf -> n : =false\nx -> j\nu -> j\nn -> j\nj -> z",
                "do u",
                trace="x z",
            ),
        ),
        (
            "complex",
            "fires once a round, when its activation condition (`activationCount`) holds; later tokens of the round end there",
            run(
                "start s\nand f\nt x\nuser u\nuser v\ncomplexGateway j | <activationCondition>=activationCount = 2</activationCondition>\nt z\ns -> f\nf -> x -> j\nf -> u -> j\nf -> v -> j\nj -> z",
                "do u",
                "do v",
                trace="x z",
            ),
        ),
        (
            "event-based",
            "the first event behind it decides; the others are over",
            run(
                "start s\nevt g\ncatch a @message:m\ncatch b @duration:PT9S\nt x\nt y\ns -> g\ng -> a -> x\ng -> b -> y",
                "message m",
                trace="x",
            ),
        ),
        (
            "event-based, starting the process",
            "one of its events begins an instance",
            run(
                "evt g instantiate=true\ncatch a @message:m\ncatch b @message:n\nt x\nt y\ng -> a -> x\ng -> b -> y",
                "start b",
                trace="y",
            ),
        ),
        (
            "event-based, parallel, starting the process",
            "the first event begins an instance, which waits for the others",
            run(
                "evt g instantiate=true eventGatewayType=Parallel\ncatch a @message:m\ncatch b @message:n\nt x\nt y\ng -> a -> x\ng -> b -> y",
                "start b",
                "message m",
                trace="y x",
            ),
        ),
        (
            "event-based, parallel, in the flow",
            "BPMN has it at the start of a process only",
            no(
                "unsupported-element",
                "start s\nevt g eventGatewayType=Parallel\ncatch a @message:m\ncatch b @message:n\ns -> g\ng -> a\ng -> b",
            ),
        ),
        (
            "conditional flow out of an activity",
            "taken where its condition holds, beside those without one",
            run("start s\nt a\nt x\nt y\ns -> a\na -> x : =n = 1\na -> y : =n = 0", trace="a y"),
        ),
        (
            "default flow",
            "taken when no condition holds",
            run("start s\nt a\nt x\nt y\ns -> a\na -> x : =n = 1\na -> y : default", trace="a y"),
        ),
        (
            "several flows out, several in",
            "a token for each; each that comes runs the activity",
            run("start s\nt a\nt x\nt y\nt z\ns -> a\na -> x -> z\na -> y -> z", trace="a x y z z"),
        ),
        ("no end event", "the token ends where no flow leads on", run("start s\nt x\ns -> x", trace="x")),
        (
            "startQuantity, completionQuantity",
            "so many tokens are needed, so many leave",
            run("start s\nt a completionQuantity=2\nt b startQuantity=2\ns -> a -> b", trace="a b"),
        ),
    ),
]
