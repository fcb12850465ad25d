"""The audit trail: who did what to which thing, and when. Added to, never changed; without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from engine.errors import NotFound
from engine.permissions import Permission, require
from engine.records.actions import Action
from engine.store.record import AuditEntry, ReadEntry
from engine.store.search import Searchable, search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Json, Key, Page, SearchRequest


@dataclass(frozen=True, kw_only=True)
class About:
    """What an audit entry is about: a thing by its key or id, the instance and the case that it belongs to."""

    subject: str | None = None
    instance_key: Key | None = None
    business_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuditView:
    """One entry as it is shown; `entity_key` is the key or id of what it was done to."""

    audit_log_key: Key
    timestamp: datetime
    actor_id: str
    action: str
    entity_key: str | None
    process_instance_key: Key | None
    business_id: str | None
    details: Mapping[str, Json]


def audit(
    uow: UnitOfWork, actor: Actor, action: Action, about: About, details: Mapping[str, Json] | None = None
) -> None:
    """Add one entry to the trail; it is written with the command that it belongs to, or not at all.

    `details` hold codes, counts and ids: never names of complainants and never free text.
    """
    uow.append(
        AuditEntry,
        key=uow.new_key(),
        at=uow.now(),
        actor=actor.username,
        action=action.value,
        subject=about.subject,
        instance_key=about.instance_key,
        business_id=about.business_id,
        details=dict(details or {}),
    )


def note_read(uow: UnitOfWork, actor: Actor, subject: str, part: str) -> None:
    """Note that `actor` looked at `part` (such as `description`) of `subject` (such as a reference)."""
    uow.append(ReadEntry, key=uow.new_key(), at=uow.now(), actor=actor.username, subject=subject, part=part)


def _view(row: Row[Any]) -> AuditView:
    return _shown(row[0])


def _shown(entry: AuditEntry) -> AuditView:
    return AuditView(
        audit_log_key=entry.key,
        timestamp=entry.at,
        actor_id=entry.actor,
        action=entry.action,
        entity_key=entry.subject,
        process_instance_key=entry.instance_key,
        business_id=entry.business_id,
        details=entry.details,
    )


_SEARCH = Searchable(
    columns={
        "audit_log_key": AuditEntry.key,
        "timestamp": AuditEntry.at,
        "actor_id": AuditEntry.actor,
        "action": AuditEntry.action,
        "entity_key": AuditEntry.subject,
        "process_instance_key": AuditEntry.instance_key,
        "business_id": AuditEntry.business_id,
    },
    key=AuditEntry.key,
    view=_view,
)


class AuditService:
    """Reads the trail."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    def search(self, actor: Actor, request: SearchRequest) -> Page[AuditView]:
        """Entries by action, actor, entity, instance, business id or time. Needs `audit:read`."""
        require(actor, Permission.AUDIT_READ)
        with self._units() as uow:
            return search(uow.session, select(AuditEntry), _SEARCH, request)

    def get(self, actor: Actor, key: Key) -> AuditView:
        """One entry. Needs `audit:read`. Raises `NotFound`."""
        require(actor, Permission.AUDIT_READ)
        with self._units() as uow:
            entry = uow.session.get(AuditEntry, key)
            if entry is None:
                raise NotFound(f"There is no audit entry {key}.")
            return _shown(entry)
