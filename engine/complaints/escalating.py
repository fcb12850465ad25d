"""Escalation by level: who is told, who may step in, and how urgent the open work becomes (clauses 4.15, 7.3).

Who is told at which level is data (`config/escalation.toml`). Work that nobody has claimed is escalated as well: its
candidate groups are told.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ARRAY, ColumnElement, Text, and_, case, cast, func, or_, select, update

from engine.communication import SEND_MAIL, notice
from engine.complaints.cases import happened
from engine.complaints.clocks import Clocks, current
from engine.complaints.events import Event
from engine.complaints.regimes import Regimes
from engine.deadlines import Limit
from engine.errors import ConfigurationInvalid
from engine.processes.jobs import enqueue
from engine.records import About, Action, audit, deputies_of
from engine.store.complaint import Complaint
from engine.store.person import Person
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask
from engine.types import Actor, Json

LEVELS = (1, 2, 3)
NOTICE_RETRIES = 5
_PARTS = {"groups", "candidates", "priority"}
_OPTIONAL = {"within"}


@dataclass(frozen=True, kw_only=True)
class Level:
    """What one level means: groups that are told besides the team, groups that may step in, least priority of tasks,
    and how long the level has to deal with the case, where that is set."""

    groups: tuple[str, ...]
    candidates: tuple[str, ...]
    priority: int
    within: Limit | None


def load_levels(path: Path) -> Mapping[int, Level]:
    """The three levels of `config/escalation.toml`. Raises ConfigurationInvalid, naming the file."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))["levels"]
        return {level: _level(data[str(level)]) for level in LEVELS}
    except (OSError, ValueError, KeyError, TypeError, ConfigurationInvalid) as error:
        raise ConfigurationInvalid(f"{path.name}: the levels 1 to 3 cannot be read: {error}") from error


def _level(row: Mapping[str, object]) -> Level:
    if set(row) - _OPTIONAL != _PARTS:
        raise ValueError(f"a level has {', '.join(sorted(_PARTS))}")
    within = row.get("within")
    if within is not None and not isinstance(within, Mapping):
        raise ValueError("within is a limit: an amount and a unit")
    priority = row["priority"]
    if not isinstance(priority, int) or not 0 <= priority <= 100:
        raise ValueError("a priority is a number from 0 to 100")
    return Level(
        groups=_names(row["groups"]),
        candidates=_names(row["candidates"]),
        priority=priority,
        within=None if within is None else Limit.from_json(within),
    )


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("groups are a list of names")
    return tuple(value)


class Escalation:
    """Escalates cases."""

    def __init__(self, levels: Mapping[int, Level], regimes: Regimes, public_url: str) -> None:
        self._levels, self._regimes, self._public_url = levels, regimes, public_url

    def escalate(self, uow: UnitOfWork, case: Complaint, actor: Actor, level: int) -> None:
        """Raise `case` to `level` (1 to 3): tell people and their deputies by mail, let managers in, make its open
        tasks more urgent. The clock of the level starts anew; no other clock does."""
        what, tasks = self._levels[level], _open_tasks(uow, case)
        case.escalation_level = max(case.escalation_level, level)
        groups = sorted({*what.groups, *_team(case, tasks)})
        concerned = _people(uow, groups, {task.assignee for task in tasks if task.assignee})
        deputies = self._deputies(uow, concerned)
        self.make_urgent(uow, case, what)
        if what.within is not None and case.answered_at is None:
            Clocks(uow, case, self._regimes.of(case.regime, case.calendar)).begin_level(what.within)
        facts = self._facts(uow, case, level, tasks)
        for person in [*concerned, *deputies]:
            if person.email:
                enqueue(uow, SEND_MAIL, notice(uow, "escalation", person.key, facts), case.reference, NOTICE_RETRIES)
        details: dict[str, Json] = {
            "level": level,
            "groups": list(groups),
            "people": [person.username for person in concerned],
            "deputies": [person.username for person in deputies],
            "unassigned": facts["unassigned"],
        }
        happened(uow, case, Event.ESCALATED, actor, details)
        about = About(subject=case.reference, instance_key=case.instance_key, business_id=case.reference)
        audit(uow, actor, Action.COMPLAINT_ESCALATED, about, details)

    def make_urgent(self, uow: UnitOfWork, of: Complaint, level: Level) -> None:
        """Let the groups of `level` into the open tasks of a case, and raise their priority to the least of it."""
        candidates: ColumnElement[list[str]] = UserTask.candidate_groups.expression
        for group in level.candidates:
            # A task that is for anybody stays so: naming a group would shut the others out.
            stays = or_(
                candidates.contains([group]),
                and_(func.cardinality(candidates) == 0, func.cardinality(UserTask.candidate_users) == 0),
            )
            candidates = case((stays, candidates), else_=func.array_append(candidates, group, type_=ARRAY(Text)))
        uow.session.execute(
            update(UserTask)
            .where(_of(of))
            .values(
                priority=func.greatest(UserTask.priority, level.priority),
                candidate_groups=cast(candidates, ARRAY(Text)),
                rev=UserTask.rev + 1,
            )
            .execution_options(synchronize_session=False)
        )

    def _deputies(self, uow: UnitOfWork, people: list[Person]) -> list[Person]:
        """Who stands in today for those of `people` who are away, and is not among them."""
        known = {person.username for person in people}
        today = self._regimes.get(None).calendar.local(uow.now()).date()
        further = deputies_of(uow, known, today) - known
        return _people(uow, [], set(further)) if further else []

    def _facts(self, uow: UnitOfWork, case: Complaint, level: int, tasks: Iterable[UserTask]) -> dict[str, Json]:
        final = current(uow, case).get("final_response")
        calendar = self._regimes.of(case.regime, case.calendar).ours
        return {
            "reference": case.reference,
            "level": level,
            "due": None if final is None else calendar.local(final.due_at).date().isoformat(),
            "late": final is not None and final.due_at <= uow.now(),
            "unassigned": any(task.assignee is None for task in tasks),
            "url": f"{self._public_url}/cases/{case.reference}",
        }


def _of(case: Complaint) -> ColumnElement[bool]:
    return and_(UserTask.instance_key == case.instance_key, UserTask.state == "CREATED")


def _open_tasks(uow: UnitOfWork, case: Complaint) -> list[UserTask]:
    with uow.session.no_autoflush:
        return list(uow.session.scalars(select(UserTask).where(_of(case)).order_by(UserTask.key)))


def _team(case: Complaint, tasks: Iterable[UserTask]) -> set[str]:
    """Who has the work: the groups of the open tasks; the case's team while none is open."""
    return {group for task in tasks for group in task.candidate_groups} or ({case.team} if case.team else set())


def _people(uow: UnitOfWork, groups: list[str], assignees: set[str]) -> list[Person]:
    concerned = or_(Person.groups.overlap(groups), Person.username.in_(assignees))
    with uow.session.no_autoflush:
        return list(uow.session.scalars(select(Person).where(Person.active, concerned).order_by(Person.username)))
