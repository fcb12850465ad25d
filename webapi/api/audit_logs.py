"""The audit trail: who did what to which thing, and when.

Entries have the shape of Camunda 8's audit log. Its words for operations and kinds of things know no complaints and no
letters; `action` says in our own words what was done, and each action has its nearest word among theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from flask import Blueprint
from marshmallow import fields
from marshmallow.validate import OneOf

from engine.permissions import Permission
from engine.records import Action, AuditView
from engine.types import COMPLAINANT, SYSTEM, SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import Filter, Instant, Key, Tenant, by_instant, by_key, by_text
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("audit_logs", __name__)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """An action in Camunda's words."""

    entity_type: str
    operation_type: str
    category: str
    result: str


_ENTITIES = {
    "deployed": "RESOURCE",
    "clock": "RESOURCE",
    "decision": "DECISION",
    "incident": "INCIDENT",
    "job": "JOB",
    "person": "USER",
    "task": "USER_TASK",
    "token": "USER",
    "variables": "VARIABLE",
}
_CATEGORIES = {"USER_TASK": "USER_TASKS", "USER": "ADMIN"}
_FAILED = {Action.LOG_IN_FAILED, Action.TIMER_FAILED, Action.JOB_FAILED}
_OPERATIONS = {
    Action.DEPLOYED: "CREATE",
    Action.INSTANCE_STARTED: "CREATE",
    Action.INSTANCE_COMPLETED: "COMPLETE",
    Action.INSTANCE_CANCELLED: "CANCEL",
    Action.TASK_CLAIMED: "ASSIGN",
    Action.TASK_ASSIGNED: "ASSIGN",
    Action.TASK_RELEASED: "UNASSIGN",
    Action.TASK_COMPLETED: "COMPLETE",
    Action.MESSAGE_PUBLISHED: "UNKNOWN",
    Action.MESSAGE_CORRELATED: "UNKNOWN",
    Action.SIGNAL_BROADCAST: "UNKNOWN",
    Action.TIMER_FIRED: "UNKNOWN",
    Action.TIMER_FAILED: "UNKNOWN",
    Action.TIMER_CANCELLED: "CANCEL",
    Action.JOB_COMPLETED: "COMPLETE",
    Action.INCIDENT_RAISED: "CREATE",
    Action.INCIDENT_RESOLVED: "RESOLVE",
    Action.DECISION_EVALUATED: "EVALUATE",
    Action.PERSON_CREATED: "CREATE",
    Action.TOKEN_CREATED: "CREATE",
    Action.TOKEN_REVOKED: "DELETE",
    Action.LOGGED_IN: "UNKNOWN",
    Action.LOG_IN_FAILED: "UNKNOWN",
    Action.COMPLAINT_RECEIVED: "CREATE",
    Action.COMPLAINT_CLOSED: "COMPLETE",
}
"""What is not named here is an update of its thing."""


def _kind(action: Action) -> Kind:
    entity = _ENTITIES.get(action.partition(".")[0], "PROCESS_INSTANCE")
    return Kind(
        entity_type=entity,
        operation_type=_OPERATIONS.get(action, "UPDATE"),
        category=_CATEGORIES.get(entity, "DEPLOYED_RESOURCES"),
        result="FAIL" if action in _FAILED else "SUCCESS",
    )


KINDS: Mapping[str, Kind] = {action.value: _kind(action) for action in Action}
_TRANSLATED = ("entity_type", "operation_type", "category", "result")
_ACTORS = {SYSTEM.username: "UNKNOWN", COMPLAINANT.username: "ANONYMOUS"}


def _told(name: str) -> Callable[[AuditView], str]:
    return lambda entry: str(getattr(KINDS[entry.action], name))


def _nothing(_: AuditView) -> None:
    """For what Camunda's entries may name and ours do not: the field is there and null, as its type demands."""


class AuditLogView(View):
    """One entry. It names no complainant and holds no free text."""

    audit_log_key = Key()
    timestamp = Instant()
    actor_id = fields.String()
    actor_type = fields.Function(lambda entry: _ACTORS.get(entry.actor_id, "USER"), metadata={"type": "string"})
    action = fields.String()
    entity_type = fields.Function(_told("entity_type"), metadata={"type": "string"})
    operation_type = fields.Function(_told("operation_type"), metadata={"type": "string"})
    category = fields.Function(_told("category"), metadata={"type": "string"})
    result = fields.Function(_told("result"), metadata={"type": "string"})
    entity_key = fields.Function(
        lambda entry: entry.entity_key or str(entry.process_instance_key or entry.business_id or ""),
        metadata={"type": "string"},
    )
    process_instance_key = Key(allow_none=True)
    user_task_key = fields.Function(
        lambda entry: entry.entity_key if KINDS[entry.action].entity_type == "USER_TASK" else None,
        metadata={"type": ["string", "null"]},
    )
    business_id = fields.String(allow_none=True)
    details = fields.Raw(metadata={"type": "object"})
    tenant_id = Tenant()


_NEVER = (
    "agent_element_id", "batch_operation_key", "batch_operation_type", "decision_definition_id",
    "decision_definition_key", "decision_evaluation_key", "decision_requirements_id", "decision_requirements_key",
    "deployment_key", "element_instance_key", "entity_description", "form_key", "job_key", "process_definition_id",
    "process_definition_key", "related_entity_key", "related_entity_type", "resource_key", "root_process_instance_key",
)  # fmt: skip
_Whole: Any = AuditLogView.from_dict(
    {name: fields.Function(_nothing, metadata={"type": "null"}) for name in _NEVER}, name="AuditLogView"
)


def _by_one_of(name: str) -> Filter:
    words = sorted({getattr(kind, name) for kind in KINDS.values()})
    return Filter(fields.String(validate=OneOf(words)), "$eq", "$neq", "$in")


class AuditLogFilter(Body):
    """What entries can be searched by."""

    audit_log_key = by_key()
    timestamp = by_instant()
    actor_id = by_text()
    action = Filter(fields.String(validate=OneOf(sorted(KINDS))), "$eq", "$neq", "$in")
    entity_key = by_text()
    process_instance_key = by_key()
    business_id = by_text()
    entity_type = _by_one_of("entity_type")
    operation_type = _by_one_of("operation_type")
    category = _by_one_of("category")
    result = _by_one_of("result")
    tenant_id = Tenant()

    @ma.post_load
    def as_actions(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What is asked in Camunda's words is asked as the set of our actions that have them."""
        asked = {name: data.pop(name) for name in _TRANSLATED if name in data}
        if not asked:
            return data
        given = data.get("action", {})
        own = given if isinstance(given, Mapping) else {"$eq": given}
        wanted = [
            action
            for action, kind in KINDS.items()
            if _fits(action, own) and all(_fits(getattr(kind, name), tests) for name, tests in asked.items())
        ]
        return {**data, "action": {"$in": wanted}}


def _fits(word: str, tests: object) -> bool:
    if not isinstance(tests, Mapping):
        return word == tests
    return all(_TESTS[operator](word, operand) for operator, operand in tests.items())


_TESTS: Mapping[str, Callable[[str, Any], bool]] = {
    "$eq": lambda word, operand: word == operand,
    "$neq": lambda word, operand: word != operand,
    "$in": lambda word, operand: word in operand,
}
_SORT = ("auditLogKey", "timestamp", "actorId", "action", "entityKey", "processInstanceKey", "businessId")


@blueprint.post("/audit-logs/search")
@needs(Permission.AUDIT_READ)
@takes(search_body("AuditLog", AuditLogFilter, _SORT), optional=True)
@answers(page_of("AuditLog", _Whole))
def search(body: SearchRequest) -> Any:
    """Search the audit trail."""
    return engine().audit.search(actor(), body)


@blueprint.get("/audit-logs/<key:key>")
@needs(Permission.AUDIT_READ)
@answers(_Whole)
def get(key: int) -> Any:
    """One entry of the audit trail."""
    return engine().audit.get(actor(), key)
