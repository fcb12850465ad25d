"""Who acts for whom today. Deputies stand in a chain: who is away as well is stood in for by the own deputy.

These questions are asked inside other commands; `engine.records.absences` is where absences are entered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from engine.store.absence import Absence
from engine.store.person import Person
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Absent:
    """Somebody who is away, as the deputy needs to know them.

    `delegates`: the deputy acts with the absent person's `groups` too, not only on what the own groups may do.
    """

    username: str
    name: str
    groups: frozenset[str]
    delegates: bool


def on(day: date, of: type[Absence] = Absence) -> ColumnElement[bool]:
    """Absences that hold on `day`."""
    return and_(of.cancelled_at.is_(None), of.first_day <= day, of.last_day >= day)


def absent_for(uow: UnitOfWork, deputy: str, day: date) -> tuple[Absent, ...]:
    """Everybody whom `deputy` stands in for on `day`, directly or down a chain, by user name."""
    chain = (
        select(Absence.username, Absence.delegates)
        .where(Absence.deputy == deputy, on(day))
        .cte("stood_in_for", recursive=True)
    )
    further = aliased(Absence)
    step = select(further.username, further.delegates & chain.c.delegates).join(
        chain, further.deputy == chain.c.username
    )
    chain = chain.union(step.where(on(day, further)))
    rows = uow.session.execute(
        select(Person.username, Person.name, Person.groups, chain.c.delegates)
        .join(chain, chain.c.username == Person.username)
        .where(Person.active)
        .order_by(Person.username, chain.c.delegates)
    )
    # Two ways down the chain may lead to one person: the one that gives more counts, and it comes last.
    found = {row.username: row for row in rows if row.username != deputy}
    return tuple(
        Absent(username=row.username, name=row.name, groups=frozenset(row.groups), delegates=row.delegates)
        for row in found.values()
    )


def deputies_of(uow: UnitOfWork, usernames: Iterable[str], day: date) -> frozenset[str]:
    """Everybody who stands in for one of `usernames` on `day`, those at the end of a chain included."""
    wanted = sorted(set(usernames))
    if not wanted:
        return frozenset()
    chain = select(Absence.deputy).where(Absence.username.in_(wanted), on(day)).cte("deputies", recursive=True)
    further = aliased(Absence)
    step = select(further.deputy).join(chain, further.username == chain.c.deputy)
    chain = chain.union(step.where(on(day, further)))
    return frozenset(uow.session.scalars(select(chain.c.deputy)))
