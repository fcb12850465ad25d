"""Corrections: a field gets another value, the old one stays readable (clause 4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as parts_of
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.complaints.cases import happened
from engine.complaints.checks import LANGUAGE, LONG_TEXTS, LONGEST_NAME, PARTIES, check_field, check_size
from engine.complaints.events import Event
from engine.complaints.views import ComplaintChanges, PartyData
from engine.errors import Finding, Refused, StaleVersion
from engine.records import About, Action, audit
from engine.store.complaint import Complaint, ComplaintChange
from engine.store.party import Party
from engine.store.unit_of_work import UnitOfWork
from engine.tasks.forms import Catalogues
from engine.types import Actor, Json

TEXTS = ("product_or_service", "order_reference", "remedy_sought", "category")
NEEDED = ("description", "language")
_PARTS = frozenset(part.name for part in parts_of(PartyData))


class Correcting:
    """Corrects complaints."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def correct(self, uow: UnitOfWork, actor: Actor, case: Complaint, changes: ComplaintChanges) -> None:
        """Change the fields that differ. `case` is locked. Raises Refused with findings, StaleVersion, TooLarge."""
        if changes.if_match is not None and changes.if_match != case.rev:
            raise StaleVersion
        findings = [found for name, value in changes.fields.items() for found in self._wrong(name, value)]
        if findings:
            raise Refused("The complaint cannot be changed like this.", findings=findings)
        changed = [name for name, value in changes.fields.items() if self._change(uow, actor, case, name, value)]
        if changed:
            happened(uow, case, Event.CORRECTED, actor, {"fields": sorted(changed)})
            about = About(subject=case.reference, instance_key=case.instance_key, business_id=case.reference)
            audit(uow, actor, Action.COMPLAINT_UPDATED, about, {"fields": sorted(changed)})

    def _wrong(self, name: str, value: object) -> Iterator[Finding]:
        check_size(name, value if isinstance(value, str) else None, LONG_TEXTS.get(name, LONGEST_NAME))
        problem = _type_problem(name, value)
        if problem is not None:
            yield Finding(rule=problem, message="This field cannot be changed to that.", element_id=name)
        elif isinstance(value, str):
            found = check_field(name, value, LONG_TEXTS.get(name, LONGEST_NAME))
            if found is not None:
                yield found
            elif name == "category" and self._catalogues.entry("categories", value) is None:
                yield Finding(rule="options", message="There is no such category.", element_id=name)
            elif name == "language" and not LANGUAGE.fullmatch(value):
                yield Finding(rule="language", message='A language is written like "nl".', element_id=name)

    def _change(self, uow: UnitOfWork, actor: Actor, case: Complaint, name: str, value: object) -> bool:
        row, column = _place(uow, case, name)
        old = getattr(row, column)
        if old == value:
            return False
        setattr(row, column, value)
        uow.append(
            ComplaintChange,
            key=uow.new_key(),
            complaint_key=case.key,
            field=name,
            old=_json(old),
            new=_json(value),
            at=uow.now(),
            actor=actor.username,
        )
        return True


def _type_problem(name: str, value: object) -> str | None:
    """The rule that the value breaks by its type, or `unknown-field`."""
    if name in NEEDED:
        return None if isinstance(value, str) and value.strip() else "required"
    if name == "may_disclose":
        return None if isinstance(value, bool) else "type"
    if name == "problem_date":
        return None if value is None or type(value) is date else "type"
    if name in TEXTS or _is_party(name):
        return None if value is None or isinstance(value, str) else "type"
    return "unknown-field"


def _is_party(name: str) -> bool:
    kind, _, rest = name.partition(".")
    role, _, part = rest.partition(".")
    return kind == "party" and role in PARTIES and part in _PARTS


def _place(uow: UnitOfWork, case: Complaint, name: str) -> tuple[Any, str]:
    """The row and column behind a name; a party that was not there is added."""
    if not name.startswith("party."):
        return case, name
    _, role, part = name.split(".")
    row = uow.session.scalar(select(Party).where(Party.complaint_key == case.key, Party.role == role))
    if row is None:
        row = Party(key=uow.new_key(), complaint_key=case.key, role=role)
        uow.session.add(row)
    return row, part


def _json(value: object) -> Json:
    return value.isoformat() if isinstance(value, date) else value  # type: ignore[return-value]  # texts, flags, dates
