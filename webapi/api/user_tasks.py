"""User tasks: find, read, claim, release, change, complete."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from marshmallow import fields
from marshmallow.validate import Length, Range

from engine.permissions import Permission
from engine.tasks import TaskChanges
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, conditional, expected_revision, takes
from webapi.api.fields import (
    Instant,
    Key,
    Tenant,
    Text,
    VariablesField,
    Whole,
    always,
    by_instant,
    by_integer,
    by_key,
    by_name,
    by_text,
    by_word,
)
from webapi.api.lineage import of_definition, root
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("user_tasks", __name__)
STATES = ("CREATED", "COMPLETED", "CANCELED")


class UserTaskView(View):
    """Work that waits for a person, or did."""

    user_task_key = Key()
    name = fields.String(allow_none=True)
    state = fields.String()
    assignee = fields.String(allow_none=True)
    candidate_groups = fields.List(fields.String())
    candidate_users = fields.List(fields.String())
    priority = fields.Integer()
    creation_date = Instant()
    completion_date = Instant(allow_none=True)
    due_date = Instant(allow_none=True)
    follow_up_date = Instant(allow_none=True)
    element_id = fields.String()
    element_instance_key = Key()
    form_id = fields.String(allow_none=True)
    form_key = always()
    external_form_reference = always()
    business_id = fields.String(allow_none=True)
    process_instance_key = Key()
    process_definition_key = Key()
    process_definition_id = fields.String()
    process_definition_version = of_definition("version")
    process_name = of_definition("name")
    root_process_instance_key = root()
    custom_headers = always({})
    tags = always([])
    completed_by = fields.String(allow_none=True)
    on_behalf_of = fields.String(allow_none=True)
    tenant_id = Tenant()


class UserTaskFilter(Body):
    """What user tasks can be searched by."""

    user_task_key = by_key()
    name = by_text()
    state = by_word(*STATES)
    assignee = by_text()
    candidate_group = by_name()
    candidate_user = by_name()
    priority = by_integer()
    creation_date = by_instant()
    completion_date = by_instant()
    due_date = by_instant()
    follow_up_date = by_instant()
    element_id = by_text()
    element_instance_key = by_key()
    business_id = by_text()
    process_instance_key = by_key()
    process_definition_key = by_key()
    process_definition_id = by_text()
    tenant_id = Tenant()


class FormFieldsView(View):
    """The form of a task: form-js JSON in `schema`, and the values it starts with."""

    form_key = Key(allow_none=True)
    form_id = fields.String()
    version = fields.Integer()
    schema = fields.Raw()
    title = fields.String(allow_none=True)
    values = fields.Raw()
    tenant_id = Tenant()


class Assignment(Body):
    """Who shall do it; `allowOverride: false` leaves a task alone that somebody has."""

    assignee = Text(required=True)
    allow_override = fields.Boolean(load_default=True, allow_none=True, truthy={True}, falsy={False})
    action = Text(load_default=None, allow_none=True)


class Completion(Body):
    """The answers of the form, by field key."""

    variables = VariablesField(load_default=dict)
    action = Text(load_default=None, allow_none=True)


class Changeset(Body):
    """New values of a task; an empty text or list takes the old one away."""

    due_date = Instant(allow_none=True)
    follow_up_date = Instant(allow_none=True)
    priority = Whole(validate=Range(0, 100))
    candidate_groups = fields.List(Text(), validate=Length(0, 100))
    candidate_users = fields.List(Text(), validate=Length(0, 100))


class Update(Body):
    """What shall change."""

    changeset = fields.Nested(Changeset, required=True)
    action = Text(load_default=None, allow_none=True)


_SORT = (
    "userTaskKey",
    "creationDate",
    "completionDate",
    "followUpDate",
    "dueDate",
    "priority",
    "name",
    "assignee",
    "elementId",
    "state",
)


@blueprint.post("/user-tasks/search")
@needs(Permission.TASK_WORK, Permission.TASK_READ_ALL)
@takes(search_body("UserTask", UserTaskFilter, _SORT), optional=True)
@answers(page_of("UserTask", UserTaskView))
def search(body: SearchRequest) -> Any:
    """Search the user tasks that the caller may see."""
    return engine().tasks.search(actor(), body)


@blueprint.get("/user-tasks/<key:key>")
@needs(Permission.TASK_WORK, Permission.TASK_READ_ALL)
@answers(UserTaskView)
def get(key: int) -> Any:
    """One user task."""
    return engine().tasks.get(actor(), key)


@blueprint.get("/user-tasks/<key:key>/form")
@needs(Permission.TASK_WORK, Permission.TASK_READ_ALL)
@answers(FormFieldsView)
def form(key: int) -> Any:
    """The form of a user task, in the language of `Accept-Language` where there is a translation."""
    return engine().tasks.form(actor(), key, request.accept_languages.best or "en")


@blueprint.patch("/user-tasks/<key:key>")
@needs(Permission.TASK_WORK, Permission.TASK_ASSIGN)
@conditional
@takes(Update)
@answers()
def update(key: int, body: dict[str, Any]) -> None:
    """Change dates, priority or candidates of an open task."""
    changes = body["changeset"]
    engine().tasks.update(actor(), key, TaskChanges(given=frozenset(changes), **changes, if_match=expected_revision()))


@blueprint.post("/user-tasks/<key:key>/assignment")
@needs(Permission.TASK_WORK, Permission.TASK_ASSIGN)
@conditional
@takes(Assignment)
@answers()
def assign(key: int, body: dict[str, Any]) -> None:
    """Assign an open task: to oneself (a claim) or, with the permission for it, to somebody else."""
    override = body["allow_override"] is not False
    engine().tasks.assign(actor(), key, body["assignee"], allow_override=override, if_match=expected_revision())


@blueprint.delete("/user-tasks/<key:key>/assignee")
@needs(Permission.TASK_WORK, Permission.TASK_ASSIGN)
@conditional
@answers()
def release(key: int) -> None:
    """Give an open task back to its group."""
    engine().tasks.release(actor(), key, if_match=expected_revision())


@blueprint.post("/user-tasks/<key:key>/completion")
@needs(Permission.TASK_WORK)
@conditional
@takes(Completion, optional=True)
@answers()
def complete(key: int, body: dict[str, Any]) -> None:
    """Complete a task with the answers of its form; 422 names each field that does not fit."""
    engine().tasks.complete(actor(), key, body["variables"] or {}, if_match=expected_revision())
