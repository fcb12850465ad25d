"""User tasks: somebody is asked, and the token waits for the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import timers
from engine.bpmn.errors import StepFailed
from engine.bpmn.events import UserTaskCreated
from engine.bpmn.expressions import Text, shorten, whole_number
from engine.bpmn.model import LATEST, Element
from engine.bpmn.specs.node import Node
from engine.bpmn.variables import visible
from engine.errors import AmendsError
from engine.feel import to_json
from engine.types import Key

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token

_DEFAULT_PRIORITY = 50


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Who, until when, with which form; each a literal or an expression. None: not said."""

    assignee: Text | None = None
    candidate_groups: Text | None = None
    candidate_users: Text | None = None
    due_date: Text | None = None
    follow_up_date: Text | None = None
    priority: Text | None = None
    form_id: Text | None = None

    @property
    def by_lane(self) -> bool:
        """Whether nobody is named, so that the task is for whoever its lane stands for."""
        return self.assignee is None and self.candidate_groups is None and self.candidate_users is None


class UserTask(Node):
    """Completed with `Instance.complete`."""

    def __init__(self, process: ProcessSpec, name: str, element: Element) -> None:
        super().__init__(process, name, element)
        self.assignment = Assignment()
        self.form_binding = LATEST

    def enter(self, token: Token) -> bool:
        """Create the task."""
        self.create(token)
        token.open()
        token._set_state(TaskState.STARTED)
        return False

    def create(self, token: Token) -> None:
        """Tell who has to do what. Raises `StepFailed` where an expression gives no usable value."""
        assert self.element is not None  # noqa: S101  # given in the constructor
        seen, now, said = visible(token), token.execution.services.now(), self.assignment
        form_id = _optional(said.form_id, seen, now, "form")
        token.execution.emit(
            UserTaskCreated(
                key=token.id,
                element=self.element,
                definition_key=token.definition_key,
                assignee=_optional(said.assignee, seen, now, "assignee"),
                candidate_groups=_by_lane(token)
                if said.by_lane
                else _names(said.candidate_groups, seen, now, "candidate groups"),
                candidate_users=_names(said.candidate_users, seen, now, "candidate users"),
                due_date=_instant(said.due_date, seen, now, "due date"),
                follow_up_date=_instant(said.follow_up_date, seen, now, "follow-up date"),
                priority=_priority(said.priority, seen, now),
                form_id=form_id,
                form_key=self._form_key(token, form_id),
            )
        )

    def _form_key(self, token: Token, form_id: str | None) -> Key | None:
        """The version of the form that is bound to; None: the latest one, whenever it is looked at."""
        if form_id is None or self.form_binding.kind == "latest":
            return None
        try:
            return token.execution.services.form(form_id, self.form_binding, token.definition_key)
        except AmendsError as error:
            raise StepFailed("FORM_NOT_FOUND", error.message) from error

    def retry(self, token: Token) -> None:
        """Offer the task again after an error that nobody caught."""
        super().retry(token)
        if token.state == TaskState.STARTED:
            self.create(token)


def _by_lane(token: Token) -> tuple[str, ...]:
    """The groups of the task's lane; in a called process without lanes, those of the call activity's."""
    at: Token | None = token
    while at is not None:
        element = at.spec.element
        if element is not None and element.lane_groups:
            return element.lane_groups
        at = at.scope.parent
    return ()


def _refused(what: str, why: str, value: object, wanted: str) -> StepFailed:
    return StepFailed("EXTRACT_VALUE_ERROR", f"{what}: {why} gave {shorten(value)}, and {wanted} is wanted")


def _optional(text: Text | None, seen: Mapping[str, object], now: datetime, what: str) -> str | None:
    """A text; null and the empty text mean that nobody is named."""
    value = None if text is None else text.value(seen, now)
    if value is None or isinstance(value, str):
        return value or None
    assert text is not None  # noqa: S101  # a value came out of it
    raise _refused(what, text.explained(seen, now), value, "a text")


def _names(text: Text | None, seen: Mapping[str, object], now: datetime, what: str) -> tuple[str, ...]:
    """A list of texts, or a literal with commas. Null fails: a task that nobody can see is worse than an incident."""
    if text is None:
        return ()
    value = text.value(seen, now)
    if text.expression is None and isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    names = [value] if isinstance(value, str) else value
    if isinstance(names, list) and all(isinstance(name, str) and name for name in names):
        return tuple(names)
    raise _refused(what, text.explained(seen, now), value, "a list of texts")


def _instant(text: Text | None, seen: Mapping[str, object], now: datetime, what: str) -> datetime | None:
    """A date-time or its ISO text; null and the empty text mean none."""
    value = None if text is None else text.value(seen, now)
    if text is None or value is None or value == "":
        return None
    try:
        return timers.parse_instant(str(value if isinstance(value, str) else to_json(value)))
    except ValueError as error:
        raise _refused(what, text.explained(seen, now), value, "a date-time") from error


def _priority(text: Text | None, seen: Mapping[str, object], now: datetime) -> int:
    """0 to 100, as in Camunda 8."""
    value = None if text is None else text.value(seen, now)
    if text is None or value is None:
        return _DEFAULT_PRIORITY
    number = None if isinstance(value, bool) else whole_number(str(value))
    if number is None or number > 100:
        raise _refused("priority", text.explained(seen, now), value, "a whole number from 0 to 100")
    return number
