"""What an operator can do with one instance: what it is called, what it means, how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import orjson

from engine.bpmn import Activate, Modification, Move, Terminate
from engine.errors import Malformed
from engine.processes import Restart
from engine.types import Actor, Json
from webapi.context import engine
from webapi.pages.i18n import Lazy
from webapi.pages.i18n import lazy as _l

OPEN = frozenset({"ACTIVE", "SUSPENDED"})
ENDED = frozenset({"COMPLETED", "TERMINATED"})
Answers = Mapping[str, str]
Run = Callable[[Actor, int, Answers], object]


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One thing to do. `says` tells what it does before somebody confirms; `run` gives the key to go to, or nothing."""

    code: str
    title: Lazy
    says: Lazy
    done: Lazy
    states: frozenset[str]
    run: Run
    strong: bool = False
    """It takes something away that does not come back."""
    chosen: bool = False
    """What was chosen is shown once more before it is done."""


def _cancel(who: Actor, key: int, answers: Answers) -> None:
    engine().instances.cancel(who, key, answers.get("reason", "").strip()[:500] or None)


def _suspend(who: Actor, key: int, answers: Answers) -> None:
    engine().suspensions.suspend(who, key, clocks="STAND" if answers.get("clocks") == "STAND" else "RUN")


def _resume(who: Actor, key: int, answers: Answers) -> None:  # noqa: ARG001 - nothing to choose
    engine().suspensions.resume(who, key)


def _reset(who: Actor, key: int, answers: Answers) -> None:
    engine().modifications.reset(who, key, _said(answers, "element"))


def _restart(who: Actor, key: int, answers: Answers) -> int:
    version, element = answers.get("version", ""), answers.get("element", "")
    wanted = Restart(
        element_ids=(element,) if element else (), process_definition_key=int(version) if version.isdigit() else None
    )
    started = engine().modifications.restart(who, key, wanted, answers.get("form-token") or None)
    return started.process_instance_key


def _modify(who: Actor, key: int, answers: Answers) -> None:
    engine().modifications.modify(who, key, modification(answers), answers.get("form-token") or None)


def _variables(who: Actor, key: int, answers: Answers) -> None:
    scope = answers.get("scope", "")
    at = int(scope) if scope.isdigit() else key
    engine().instances.set_variables(who, at, {_said(answers, "name"): value_of(answers)}, local=at != key)


def modification(answers: Answers) -> Modification:
    """The tokens to put, move or take away. Raises `Malformed` where something is missing."""
    if answers.get("what") == "add":
        return Modification(activate=[Activate(element_id=_said(answers, "element"))])
    at = Terminate(element_instance_key=_key(answers, "at"))
    if answers.get("what") == "move":
        return Modification(move=[Move(source=at, target_element_id=_said(answers, "element"))])
    return Modification(terminate=[at])


def value_of(answers: Answers) -> Json:
    """The value that was typed, as JSON. Raises `Malformed`."""
    try:
        value: Json = orjson.loads(answers.get("value", ""))
    except orjson.JSONDecodeError as error:
        raise Malformed("json") from error
    return value


def _said(answers: Answers, name: str) -> str:
    if not answers.get(name):
        raise Malformed(name)
    return answers[name][:255]


def _key(answers: Answers, name: str) -> int:
    given = _said(answers, name)
    if not (given.isascii() and given.isdigit() and len(given) <= 19):
        raise Malformed(name)
    return int(given)


_ALL = (
    Deed(
        code="modify",
        title=_l("Put, move or take away a token"),
        says=_l("The instance goes on from where you put it. What is skipped is not made up for."),
        done=_l("The tokens are where you put them."),
        states=OPEN,
        run=_modify,
        chosen=True,
    ),
    Deed(
        code="reset",
        title=_l("Go back to an earlier step"),
        says=_l("What runs beside and after the step ends, and the step begins anew with the present variables."),
        done=_l("The instance is back at the step."),
        states=OPEN,
        run=_reset,
        chosen=True,
    ),
    Deed(
        code="suspend",
        title=_l("Suspend"),
        says=_l("Nothing moves the instance until it is resumed. Tasks stay in the lists, and cannot be completed."),
        done=_l("The instance is suspended."),
        states=frozenset({"ACTIVE"}),
        run=_suspend,
    ),
    Deed(
        code="resume",
        title=_l("Resume"),
        says=_l("The instance goes on. Timers that have become due fire at once, unless the clocks stood still."),
        done=_l("The instance goes on."),
        states=frozenset({"SUSPENDED"}),
        run=_resume,
    ),
    Deed(
        code="cancel",
        title=_l("Cancel"),
        says=_l("The instance ends where it stands, with all its tasks and timers. It cannot be brought back."),
        done=_l("The instance is cancelled."),
        states=OPEN,
        run=_cancel,
        strong=True,
    ),
    Deed(
        code="restart",
        title=_l("Start again"),
        says=_l("A new instance begins with the variables of this one, for the same case. This one stays as it is."),
        done=_l("This is the new instance."),
        states=ENDED,
        run=_restart,
    ),
)
DEEDS: Mapping[str, Deed] = {deed.code: deed for deed in _ALL}
SET_VARIABLE = Deed(
    code="variables",
    title=_l("Set a variable"),
    says=_l("The value is what the next steps read. What has been decided with the former value stays decided."),
    done=_l("The variable is set."),
    states=OPEN,
    run=_variables,
)
