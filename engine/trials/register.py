"""The register as scenarios use it: its own code over memory, with a receipt for what a file of tests says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields as fields_of
from datetime import date
from typing import Any

from engine.complaints import Complaints, PartyData, Receipt
from engine.complaints.escalating import Escalation, Level
from engine.errors import Refused
from engine.store.complaint import Complaint
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask
from engine.types import Json

HANDLES_COMPLAINTS = ("handles", "complaints")
"""The property of a process that is about a complaint: a scenario of it begins with one."""
_DEFAULT: Mapping[str, Json] = {
    "description": "What was delivered is not what was promised.",
    "complainant": {"name": "Complainant", "email": "complainant@example.org"},
}
_ACTS: Mapping[str, Callable[[Complaints, str], None]] = {
    "answers": lambda complaints, code: complaints.answer(code, "It was on a Tuesday."),
    "accepts": lambda complaints, code: complaints.respond(code, accepted=True),
    "refuses": lambda complaints, code: complaints.respond(code, accepted=False),
    "withdraws": lambda complaints, code: complaints.withdraw(code),
}
ACTS = tuple(_ACTS)
"""What a complainant can do on the status page: answer a question, accept or refuse the answer, withdraw."""
_PARTIES = ("complainant", "representative", "contact")
_DAYS = ("problem_date", "received_on")
_SWITCHES = ("anonymous", "may_disclose")
_OPTIONAL = frozenset(each.name for each in fields_of(Receipt) if each.default is None)
_SNAKE = re.compile("([A-Z])")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


_NAMES = {_camel(each.name): each.name for each in fields_of(Receipt) if each.name != "attachments"}
RECEIPT_FIELDS = tuple(_NAMES)
"""What can be said of the complaint that was received."""


def receipt_of(given: Mapping[str, Json]) -> Receipt:
    """The receipt for what a file says, with a text and a complainant where it says none. Raises `Refused`."""
    said = {**_DEFAULT, **given}
    if given.get("anonymous") is True and "complainant" not in given:
        del said["complainant"]
    try:
        return Receipt(**{_NAMES[name]: _value(_NAMES[name], value) for name, value in said.items()})
    except (TypeError, ValueError) as error:
        raise Refused(f"There can be no such complaint: {error}.") from error


def _value(name: str, value: Json) -> Any:
    """A field of the receipt; raises ValueError where it is of another type."""
    if value is None and name in _OPTIONAL:
        return None
    if name in _PARTIES:
        return _party(name, value)
    if name in _DAYS:
        return date.fromisoformat(str(value))
    wanted = bool if name in _SWITCHES else str
    if not isinstance(value, wanted):
        raise ValueError(f"{_camel(name)} cannot be {value!r}")  # noqa: TRY004 - told together with all other mistakes
    return value


def _party(name: str, value: Json) -> PartyData:
    if not isinstance(value, Mapping) or not all(isinstance(text, str | None) for text in value.values()):
        raise ValueError(f"{name} has to be a mapping of texts")
    return PartyData(**{_SNAKE.sub(r"_\1", part).lower(): text for part, text in value.items()})  # type: ignore[arg-type]  # texts, as was asked above


def act(complaints: Complaints, code: str, does: str) -> None:
    """The complainant does something. Raises `Conflict` where it cannot be done now."""
    _ACTS[does](complaints, code)


class MemoryEscalation(Escalation):
    """Escalates in memory: what is one statement on the database is done row by row."""

    def make_urgent(self, uow: UnitOfWork, of: Complaint, level: Level) -> None:
        """Let the groups of `level` into the open tasks, and raise their priority."""
        tasks: list[UserTask] = uow.session.rows.get(UserTask, [])  # type: ignore[attr-defined]  # a MemorySession
        for task in tasks:
            if task.instance_key == of.instance_key and task.state == "CREATED":
                for_anybody = not task.candidate_groups and not task.candidate_users
                added = (
                    [] if for_anybody else [group for group in level.candidates if group not in task.candidate_groups]
                )
                task.candidate_groups = [*task.candidate_groups, *added]
                task.priority = max(task.priority, level.priority)
