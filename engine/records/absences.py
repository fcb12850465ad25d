"""Absences: who is away from when to when, and which colleague does their work meanwhile.

Days are those of the organisation's own zone, first and last one included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.errors import Conflict, Finding, Forbidden, NotFound, Refused
from engine.permissions import EVERYTHING, Permission, Roles, may, require
from engine.records.actions import Action
from engine.records.audit import About, audit
from engine.records.deputies import Absent, absent_for
from engine.store.absence import Absence
from engine.store.person import Person
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Key

LONGEST = timedelta(days=2 * 366)
SHOWN = 100
"""Absences of one person that are listed, newest first."""


@dataclass(frozen=True, kw_only=True)
class NewAbsence:
    """An absence to be entered.

    `delegates`: the deputy, who need not be in the absent person's groups then, acts with these groups as well. Only
    somebody with `person:manage` can grant that.
    """

    username: str
    deputy: str
    first_day: date
    last_day: date
    delegates: bool = False


@dataclass(frozen=True, kw_only=True)
class AbsenceView:
    """An absence as it is shown; `state` is `ahead`, `now`, `over` or `cancelled`."""

    absence_key: Key
    username: str
    deputy: str
    first_day: date
    last_day: date
    delegates: bool
    state: str
    created_at: datetime
    created_by: str
    cancelled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who can be a deputy."""

    username: str
    name: str


class AbsenceService:
    """Enters, shows and ends absences. `zone` says when a day begins."""

    def __init__(self, units: UnitsOfWork, roles: Roles, zone: ZoneInfo) -> None:
        self._units, self._roles, self._zone = units, roles, zone

    def enter(self, actor: Actor, asked: NewAbsence) -> AbsenceView:
        """Enter an absence: one's own, or anybody's with `person:manage`. Entering it again changes nothing.

        Raises Forbidden, NotFound for an unknown person, and Refused with findings: `day-order`, `past`, `too-long`,
        `overlap`, `deputy-unknown`, `deputy-self`, `deputy-work` (may not work on tasks), `deputy-groups` (lacks a
        group of the absent person, whose work would be more than the deputy's own) and `circular`.
        """
        _own_or_manage(actor, asked.username)
        if asked.delegates:
            require(actor, Permission.PERSON_MANAGE)
        with self._units() as uow:
            people = _locked(uow, {asked.username, asked.deputy})
            absent, deputy = people.get(asked.username), people.get(asked.deputy)
            if absent is None:
                raise NotFound(f"There is nobody called {asked.username!r}.")
            known = next((row for row in _same_days(uow, asked) if row.deputy == asked.deputy), None)
            if known is not None and known.delegates == asked.delegates:
                return self._view(uow, known)
            findings = [*self._days(uow, asked), *self._deputy(absent, deputy, asked)]
            if not findings:
                findings = [*_clashes(uow, asked)]
            if findings:
                raise Refused("The absence cannot be entered like this.", findings=findings)
            row = _row(uow, actor, asked)
            uow.session.add(row)
            audit(uow, actor, Action.ABSENCE_ENTERED, About(subject=asked.username), _told(row))
            return self._view(uow, row)

    def cancel(self, actor: Actor, username: str, key: Key) -> AbsenceView:
        """Take an absence back, or end it today: the deputy's part is over at once. Who may enter it may do so.

        Raises NotFound, Conflict where it is over.
        """
        _own_or_manage(actor, username)
        with self._units() as uow:
            row = uow.session.scalar(
                select(Absence).where(Absence.key == key, Absence.username == username).with_for_update()
            )
            if row is None:
                raise NotFound(f"There is no absence {key} of {username!r}.")
            if row.cancelled_at is not None or row.last_day < self._today(uow):
                raise Conflict("This absence is over already.")
            row.cancelled_at = uow.now()
            audit(uow, actor, Action.ABSENCE_CANCELLED, About(subject=username), _told(row))
            return self._view(uow, row)

    def of(self, actor: Actor, username: str) -> tuple[AbsenceView, ...]:
        """Absences of one person, the latest first: one's own, or anybody's with `person:manage` or `task:assign`.

        Raises Forbidden, NotFound.
        """
        if username != actor.username and not may(actor, Permission.TASK_ASSIGN):
            require(actor, Permission.PERSON_MANAGE)
        with self._units() as uow:
            if uow.session.scalar(select(Person.key).where(Person.username == username)) is None:
                raise NotFound(f"There is nobody called {username!r}.")
            newest = select(Absence).where(Absence.username == username).order_by(Absence.last_day.desc(), Absence.key)
            return tuple(self._view(uow, row) for row in uow.session.scalars(newest.limit(SHOWN)))

    def stood_in_for(self, actor: Actor) -> tuple[Absent, ...]:
        """Everybody whom `actor` stands in for today."""
        with self._units() as uow:
            return absent_for(uow, actor.username, self._today(uow))

    def possible_deputies(self, actor: Actor, username: str) -> tuple[Colleague, ...]:
        """Who can be named as deputy of `username` without further rights, by name. For whom it concerns, as `enter`.

        Raises Forbidden, NotFound.
        """
        _own_or_manage(actor, username)
        with self._units() as uow:
            person = uow.session.scalar(select(Person).where(Person.username == username))
            if person is None:
                raise NotFound(f"There is nobody called {username!r}.")
            colleagues = select(Person).where(Person.active, Person.username != username).order_by(Person.name)
            wanted = self._work_groups(person)
            return tuple(
                Colleague(username=row.username, name=row.name)
                for row in uow.session.scalars(colleagues)
                if wanted <= set(row.groups) and self._works(row)
            )

    # -- inside

    def _today(self, uow: UnitOfWork) -> date:
        return uow.now().astimezone(self._zone).date()

    def _days(self, uow: UnitOfWork, asked: NewAbsence) -> Iterator[Finding]:
        if asked.last_day < asked.first_day:
            yield _finding("day-order", "The last day lies before the first one.", "lastDay")
        elif asked.last_day < self._today(uow):
            yield _finding("past", "These days are over.", "lastDay")
        elif asked.last_day - asked.first_day > LONGEST:
            yield _finding("too-long", "An absence lasts two years at most.", "lastDay")

    def _deputy(self, absent: Person, deputy: Person | None, asked: NewAbsence) -> Iterator[Finding]:
        if deputy is None:
            yield _finding("deputy-unknown", f"There is nobody called {asked.deputy!r}.", "deputy")
        elif deputy.username == absent.username:
            yield _finding("deputy-self", "Nobody is their own deputy.", "deputy")
        elif not self._works(deputy):
            yield _finding("deputy-work", "This person may not work on tasks.", "deputy")
        elif not asked.delegates and (missing := self._work_groups(absent) - set(deputy.groups)):
            listed = ", ".join(sorted(missing))
            yield _finding("deputy-groups", f"The deputy is not in these groups: {listed}.", "deputy")

    def _works(self, person: Person) -> bool:
        return not self._roles.permissions_of(person.groups).isdisjoint({Permission.TASK_WORK, EVERYTHING})

    def _work_groups(self, person: Person) -> set[str]:
        """The groups whose members work on tasks; those that only let somebody read are no deputy's business."""
        return {g for g in person.groups if Permission.TASK_WORK in self._roles.permissions_of([g])}

    def _view(self, uow: UnitOfWork, row: Absence) -> AbsenceView:
        return AbsenceView(
            absence_key=row.key,
            username=row.username,
            deputy=row.deputy,
            first_day=row.first_day,
            last_day=row.last_day,
            delegates=row.delegates,
            state=_state(row, self._today(uow)),
            created_at=row.created_at,
            created_by=row.created_by,
            cancelled_at=row.cancelled_at,
        )


def _own_or_manage(actor: Actor, username: str) -> None:
    if username != actor.username and not may(actor, Permission.PERSON_MANAGE):
        raise Forbidden("An absence is entered by whoever is away, or by somebody who manages people.")


def _locked(uow: UnitOfWork, usernames: Iterable[str]) -> dict[str, Person]:
    """The people, locked in order: of two absences that together would go round in a circle, one sees the other."""
    people = select(Person).where(Person.username.in_(sorted(usernames)), Person.active).order_by(Person.username)
    return {person.username: person for person in uow.session.scalars(people.with_for_update())}


def _clashes(uow: UnitOfWork, asked: NewAbsence) -> Iterator[Finding]:
    if next(iter(_overlapping(uow, asked.username, asked.first_day, asked.last_day)), None) is not None:
        yield _finding("overlap", "There is an absence on some of these days already.", "firstDay")
    elif _leads_to(uow, asked.deputy, asked.username, asked.first_day, asked.last_day):
        yield _finding("circular", "The deputy is away on some of these days, and the work would come back.", "deputy")


def _leads_to(uow: UnitOfWork, start: str, goal: str, first: date, last: date) -> bool:
    """Whether the work of `start` would come to `goal` on some day from `first` to `last`.

    It ends: with every step either the days become fewer or the chain, in which no circle stands yet, longer.
    """
    for row in _overlapping(uow, start, first, last):
        if row.deputy == goal:
            return True
        if _leads_to(uow, row.deputy, goal, max(first, row.first_day), min(last, row.last_day)):
            return True
    return False


def _overlapping(uow: UnitOfWork, username: str, first: date, last: date) -> list[Absence]:
    known = select(Absence).where(
        Absence.username == username,
        Absence.cancelled_at.is_(None),
        Absence.first_day <= last,
        Absence.last_day >= first,
    )
    return list(uow.session.scalars(known.order_by(Absence.first_day)))


def _same_days(uow: UnitOfWork, asked: NewAbsence) -> list[Absence]:
    found = _overlapping(uow, asked.username, asked.first_day, asked.last_day)
    return [row for row in found if (row.first_day, row.last_day) == (asked.first_day, asked.last_day)]


def _row(uow: UnitOfWork, actor: Actor, asked: NewAbsence) -> Absence:
    return Absence(
        key=uow.new_key(),
        username=asked.username,
        deputy=asked.deputy,
        first_day=asked.first_day,
        last_day=asked.last_day,
        delegates=asked.delegates,
        created_at=uow.now(),
        created_by=actor.username,
        cancelled_at=None,
    )


def _told(row: Absence) -> dict[str, str | bool]:
    return {
        "deputy": row.deputy,
        "firstDay": row.first_day.isoformat(),
        "lastDay": row.last_day.isoformat(),
        "delegates": row.delegates,
    }


def _state(row: Absence, today: date) -> str:
    if row.cancelled_at is not None:
        return "cancelled"
    if today < row.first_day:
        return "ahead"
    return "now" if today <= row.last_day else "over"


def _finding(rule: str, message: str, field: str) -> Finding:
    return Finding(rule=rule, message=message, element_id=field)
