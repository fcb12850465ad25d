"""Reading the steps of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.trials import fields
from engine.trials.document import Node
from engine.trials.fields import NOTHING, Findings
from engine.trials.place import Place
from engine.trials.reading_expected import read_expected
from engine.trials.register import ACTS
from engine.trials.scenario import (
    Action,
    Advance,
    Answer,
    Complainant,
    Job,
    JobResult,
    Message,
    Retry,
    SetVariables,
    Signal,
    Step,
    Until,
)

MOST_STEPS = 1_000
_JOBS = frozenset({"SERVICE_TASK", "SEND_TASK", "INTERMEDIATE_THROW_EVENT", "END_EVENT", "SCRIPT_TASK"})
_MORE: Mapping[str, tuple[str, ...]] = {
    "answer": ("with", "by", "refused"),
    "until": (),
    "job": ("complete", "fail", "error"),
    "message": ("key", "with"),
    "signal": ("with",),
    "complainant": (),
    "advance": (),
    "advance-to": (),
    "retry": (),
    "set": (),
    "expect": (),
}
"""What may stand beside each kind of step."""
_RESULTS = ("complete", "fail", "error")


def read_steps(node: Node, here: Place) -> tuple[Step, ...]:
    """The steps in their order."""
    listed = [] if node is NOTHING else list(node.items or ())
    if node is not NOTHING and node.items is None and node.scalar is not None:
        here.found.wrong(node, "`steps`", "a list")
    if len(listed) > MOST_STEPS:
        here.found.add("tests-value", node.line, f"There are more than {MOST_STEPS} steps in one scenario.")
        return ()
    return tuple(step for item in listed if (step := _step(item, here)) is not None)


def _step(node: Node, here: Place) -> Step | None:
    if node.entries is None:
        here.found.wrong(node, "a step", "a mapping such as `answer: assess`")
        return None
    kinds = [name for name in node.entries if name in _MORE]
    if len(kinds) != 1:
        strange = next((name for name in node.entries if name not in _MORE), "")
        cure = fields.like(strange, _MORE) or f"A step is one of: {', '.join(_MORE)}."
        here.found.add("tests-unknown-step", node.line, "It is not clear what this step does.", cure)
        return None
    kind = kinds[0]
    fields.entries(node, f"the step `{kind}`", here.found, (kind, *_MORE[kind]))
    return Step(action=_READ[kind](node, node.entries[kind], here), line=node.line)


def _answer(node: Node, named: Node, here: Place) -> Action:
    parts = node.entries or {}
    return Answer(
        element_id=here.element(named, "`answer`", {"USER_TASK"}),
        answers=fields.json_object(parts.get("with", NOTHING), "`with`", here.found),
        by=fields.optional(parts, "by", lambda given: fields.text(given, "`by`", here.found)),
        refused=fields.optional(parts, "refused", lambda given: fields.text(given, "`refused`", here.found)),
    )


def _job(node: Node, named: Node, here: Place) -> Action:
    rest = {name: part for name, part in (node.entries or {}).items() if name in _RESULTS}
    result = read_job_result(Node(line=node.line, entries=rest, key_lines=node.key_lines), here.found)
    return Job(element_id=here.element(named, "`job`", _JOBS), result=result)


def read_job_result(node: Node, found: Findings) -> JobResult:
    """`complete: {variables}`, `fail: message`, or `error: code` (or `error: {code, message, variables}`)."""
    parts = fields.entries(node, "the result of a job", found, _RESULTS)
    if len(parts) != 1:
        found.add("tests-value", node.line, "A job ends in one way.", "Write one of complete, fail and error.")
        return JobResult(kind="complete")
    kind, value = next(iter(parts.items()))
    if kind == "complete":
        return JobResult(kind="complete", variables=fields.json_object(value, "`complete`", found))
    if kind == "fail":
        return JobResult(kind="fail", text=fields.text(value, "`fail`", found))
    if value.entries is None:
        return JobResult(kind="error", code=fields.text(value, "`error`", found))
    inner = fields.entries(value, "`error`", found, ("code", "message", "variables"))
    return JobResult(
        kind="error",
        code=fields.text(inner.get("code", Node(line=value.line)), "the `code`", found),
        text=fields.text(inner["message"], "the `message`", found) if "message" in inner else "",
        variables=fields.json_object(inner.get("variables", NOTHING), "`variables`", found),
    )


def _message(node: Node, named: Node, here: Place) -> Action:
    parts = node.entries or {}
    return Message(
        name=fields.text(named, "`message`", here.found),
        key=fields.optional(parts, "key", lambda given: fields.text(given, "`key`", here.found)),
        variables=fields.json_object(parts.get("with", NOTHING), "`with`", here.found),
    )


def _signal(node: Node, named: Node, here: Place) -> Action:
    variables = fields.json_object((node.entries or {}).get("with", NOTHING), "`with`", here.found)
    return Signal(name=fields.text(named, "`signal`", here.found), variables=variables)


def _complainant(_: Node, named: Node, here: Place) -> Action:
    does = fields.text(named, "`complainant`", here.found)
    if does not in ACTS:
        message, cure = f"A complainant does not do {does!r}.", f"One of: {', '.join(ACTS)}."
        here.found.add("tests-value", named.line, message, cure)
    return Complainant(does=does)


def _advance_to(_: Node, named: Node, here: Place) -> Action:
    if str(named.scalar)[:1].isdigit():  # no id of an element begins with a digit
        return Advance(instant=fields.instant(named, "`advance-to`", here.found))
    return Advance(timer=here.element(named, "`advance-to`"))


_READ: Mapping[str, Callable[[Node, Node, Place], Action]] = {
    "answer": _answer,
    "until": lambda _, named, here: Until(element_id=here.element(named, "`until`")),
    "job": _job,
    "message": _message,
    "signal": _signal,
    "complainant": _complainant,
    "advance": lambda _, named, here: Advance(duration=fields.duration(named, "`advance`", here.found)),
    "advance-to": _advance_to,
    "retry": lambda _, named, here: Retry(element_id=here.element(named, "`retry`")),
    "set": lambda _, named, here: SetVariables(variables=fields.json_object(named, "`set`", here.found)),
    "expect": lambda _, named, here: read_expected(named, here),
}
