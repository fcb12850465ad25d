"""Tasks, call activities and their repetition."""

# ruff: noqa: E501  # a diagram reads better in one line

from __future__ import annotations

from tests.engine.bpmn.drawing import each, job, mapping, message
from tests.engine.bpmn.elements.row import CALL, DECIDE, HOST, LISTENERS, no, rows, run

ROWS = [
    *rows(
        "Tasks",
        (
            "user",
            "somebody is asked; without assignee and candidates those of the lane",
            run(HOST, "do u", trace="after"),
        ),
        (
            "service, send",
            "an operation of the service at once, else a job for a worker",
            run(f"start s\nservice j | {job('w')}\nt x\ns -> j -> x", "do j", trace="x"),
        ),
        (
            "receive",
            "waits for its message",
            run(
                "start s\nreceive r messageRef=message-m\nt x\ns -> r -> x", "message m", trace="x", extra=message("m")
            ),
        ),
        ("script", "a FEEL expression", run("start s\nt x\ns -> x", trace="x")),
        (
            "business rule",
            "a decision, or a job",
            run(
                f"start s\nbusinessRuleTask d | {DECIDE}\nt x\ns -> d -> x",
                trace="x",
            ),
        ),
        (
            "manual, plain",
            "passes at once: the engine has no part in it",
            run("start s\nmanualTask m\ntask q\nt x\ns -> m -> q -> x", trace="x"),
        ),
        (
            "call activity",
            "runs the latest version of another process; what that wrote comes back",
            run(
                f"start s\ncall c | {CALL}\nt x\ns -> c -> x",
                "do v",
                trace="x",
                more="start s\nuser v\ns -> v",
            ),
        ),
        (
            "mappings",
            "inputs are local to the activity, outputs go out",
            run(
                f"start s\nservice j | {job('w', mapping(inputs={'a': '=1'}, outputs={'n': '=a + 1'}))}\nt x\nt y\ns -> j\nj -> x : =n = 2\nj -> y : =n != 2",
                "do j",
                trace="x",
            ),
        ),
        (
            "loop",
            "again while its condition holds, or up to `loopMaximum`; tested before or after",
            run(
                'start s\nuser u | <standardLoopCharacteristics loopMaximum="2"/>\nt x\ns -> u -> x',
                "do u",
                "do u",
                trace="x",
            ),
        ),
        (
            "multi-instance, parallel",
            "one instance for each item, all at once; results in a collection",
            run(f"start s\nuser u | {each('=[1,2]')}\nt x\ns -> u -> x", "do u", "do u", trace="x"),
        ),
        (
            "multi-instance, sequential",
            "one after the other",
            run(f"start s\nuser u | {each('=[1,2]', sequential=True)}\nt x\ns -> u -> x", "do u", "do u", trace="x"),
        ),
        (
            "completion condition",
            "the instances that are left end when it holds",
            run(
                f"start s\nuser u | {each('=[1,2,3]', condition='=numberOfCompletedInstances = 1')}\nt x\ns -> u -> x",
                "do u",
                trace="x",
            ),
        ),
        (
            "multi-instance without a collection",
            "how many?",
            no("multi-instance-source", "start s\nuser u | <multiInstanceLoopCharacteristics/>\nt x\ns -> u -> x"),
        ),
        (
            "listeners (`zeebe:executionListeners`, `zeebe:taskListeners`)",
            "draw a service task before or after the element instead",
            no("unsupported-extension", f"start s\nuser u | {LISTENERS}\nt x\ns -> u -> x"),
        ),
        (
            "choreography activities",
            "they belong to choreographies, which nobody runs",
            no("choreography-activity", "start s\nt x\ns -> x\nchoreographyTask w"),
        ),
    ),
]
