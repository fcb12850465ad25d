"""Who may do what: the permissions, and the groups that give them (`config/roles.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from engine.errors import ConfigurationInvalid, Forbidden
from engine.types import Actor

EVERYTHING = "*"


class Permission(StrEnum):
    """One kind of thing that an actor may be allowed to do."""

    PROCESS_DEPLOY = "process:deploy"
    PROCESS_READ = "process:read"
    PROCESS_START = "process:start"
    PROCESS_OPERATE = "process:operate"
    TASK_WORK = "task:work"
    TASK_ASSIGN = "task:assign"
    TASK_READ_ALL = "task:read-all"
    MESSAGE_PUBLISH = "message:publish"
    JOB_WORK = "job:work"
    INCIDENT_RESOLVE = "incident:resolve"
    DECISION_EVALUATE = "decision:evaluate"
    COMPLAINT_CREATE = "complaint:create"
    COMPLAINT_READ = "complaint:read"
    COMPLAINT_UPDATE = "complaint:update"
    CLOCK_SET = "clock:set"
    PERSON_MANAGE = "person:manage"
    AUDIT_READ = "audit:read"
    REPORT_READ = "report:read"


def may(actor: Actor, permission: Permission) -> bool:
    """Whether `actor` holds the permission."""
    return permission in actor.permissions or EVERYTHING in actor.permissions


def require(actor: Actor, permission: Permission) -> None:
    """Go on only if `actor` holds the permission; raises `Forbidden` otherwise."""
    if not may(actor, permission):
        raise Forbidden(f"This needs the permission {permission.value!r}.", permission=permission.value)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A candidate group of tasks, with the permissions that its members hold; names by language."""

    group_id: str
    names: Mapping[str, str] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Roles:
    """All groups, by id."""

    groups: Mapping[str, Group] = field(default_factory=dict)

    def permissions_of(self, groups: Iterable[str]) -> frozenset[str]:
        """What membership in `groups` allows; a group that is not configured allows nothing."""
        return frozenset().union(*(self.groups[g].permissions for g in groups if g in self.groups))


def load_roles(path: Path) -> Roles:
    """Read `roles.toml`: `[groups.<id>]` with `name.<language>` and `permissions = [...]`.

    Raises `ConfigurationInvalid` for a file that cannot be read or names an unknown permission.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationInvalid(f"{path.name} cannot be read: {error}") from error
    return Roles(groups={group_id: _group(path, group_id, row) for group_id, row in data.get("groups", {}).items()})


def _group(path: Path, group_id: str, row: Mapping[str, object]) -> Group:
    names, given = row.get("name", {}), row.get("permissions", [])
    if not isinstance(names, dict) or not isinstance(given, list):
        raise ConfigurationInvalid(f"{path.name}: group {group_id!r} needs name.<language> and a list of permissions.")
    unknown = {str(p) for p in given} - {p.value for p in Permission} - {EVERYTHING}
    if unknown:
        raise ConfigurationInvalid(f"{path.name}: group {group_id!r} names unknown permissions {sorted(unknown)}.")
    return Group(group_id=group_id, names=names, permissions=frozenset(map(str, given)))
