"""Operations on running process instances: modification, migration, suspension, going back; and starting once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma
from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from engine.bpmn import Activate, Modification, Move, Terminate, Variables
from engine.permissions import Permission
from engine.processes import MigrationPlan, Restart
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, asks, idempotency_key, repeatable, takes
from webapi.api.fields import Instant, Key, Text, VariablesField, Whole
from webapi.api.process_instances import CreationView, ProcessInstanceFilter
from webapi.api.schemas import Body, View, camel, page_of
from webapi.context import engine

blueprint = Blueprint("process_instance_operations", __name__)
MOST = 1_000
"""Instructions of one modification, and instances of one call of the batch migration."""


class AncestorKey(Key):
    """The key of a scope; -1 says that none is named, as Camunda's clients write it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        return None if str(value) == "-1" else super()._deserialize(value, attr, data, **options)


def _list(item: type[Body], *, most: int = MOST) -> fields.List[Any]:
    return fields.List(fields.Nested(item), load_default=list, validate=Length(0, most))


class VariableInstruction(Body):
    """Variables to set; without a scope they belong to the process."""

    variables = VariablesField(required=True)
    scope_id = fields.String(load_default="", validate=Length(0, 255))


class ActivateInstruction(Body):
    """Put a token at an element."""

    element_id = Text(required=True)
    ancestor_element_instance_key = AncestorKey(load_default=None, allow_none=True)
    variable_instructions = _list(VariableInstruction)


class TerminateInstruction(Body):
    """Take away one token by its key, or all at an element."""

    element_instance_key = Key(load_default=None, allow_none=True)
    element_id = Text(load_default=None, allow_none=True)

    @ma.validates_schema
    def one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for exactly one of key and id."""
        if (data["element_instance_key"] is None) == (data["element_id"] is None):
            raise ma.ValidationError("Either elementInstanceKey or elementId is needed.")


class MoveInstruction(Body):
    """Take tokens away and put one at the target for each."""

    source_element_id = Text(load_default=None, allow_none=True)
    source_element_instance_key = Key(load_default=None, allow_none=True)
    target_element_id = Text(required=True)
    ancestor_element_instance_key = AncestorKey(load_default=None, allow_none=True)
    variable_instructions = _list(VariableInstruction)

    @ma.validates_schema
    def one_source(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for exactly one of key and id."""
        if (data["source_element_instance_key"] is None) == (data["source_element_id"] is None):
            raise ma.ValidationError("Either sourceElementInstanceKey or sourceElementId is needed.")


class ModificationBody(Body):
    """Which tokens to put, move and take away. All of it happens, or nothing."""

    operation_reference = Whole(load_default=None, allow_none=True)
    activate_instructions = _list(ActivateInstruction)
    move_instructions = _list(MoveInstruction)
    terminate_instructions = _list(TerminateInstruction)


class MappingInstruction(Body):
    """An element (or a sequence flow into a join) has another id in the new version."""

    source_element_id = Text(required=True)
    target_element_id = Text(required=True)


class MigrationPlanBody(Body):
    """Where to; `migrateCalledProcesses` takes processes that are being called to their latest versions, too."""

    target_process_definition_key = Key(required=True)
    mapping_instructions = _list(MappingInstruction)
    migrate_called_processes = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    operation_reference = Whole(load_default=None, allow_none=True)

    @ma.validates_schema
    def each_source_once(self, data: dict[str, Any], **_: Any) -> None:
        """An element goes to one place."""
        sources = [one["source_element_id"] for one in data["mapping_instructions"]]
        if len(set(sources)) < len(sources):
            raise ma.ValidationError("An element is mapped twice.", "mappingInstructions")


class MigrationPageBody(Body):
    """How many instances to look at in this call, and where to go on."""

    limit = Whole(load_default=MOST, validate=Range(1, MOST))
    after = fields.String(load_default=None, allow_none=True, validate=Length(0, 2_000))


class BatchMigrationBody(Body):
    """Which running instances, and where to."""

    filter = fields.Nested(ProcessInstanceFilter, required=True)
    migration_plan = fields.Nested(MigrationPlanBody, required=True)
    page = fields.Nested(MigrationPageBody, load_default=lambda: {"limit": MOST, "after": None})

    @ma.validates_schema
    def some_filter(self, data: dict[str, Any], **_: Any) -> None:
        """Nobody means all instances of all processes."""
        if not data["filter"]:
            raise ma.ValidationError("Say which instances are meant.", "filter")


class DryRun(Body):
    """With `dryRun=true` nothing is changed."""

    dry_run = fields.Boolean(load_default=False)


class MigrationChangeView(View):
    """What happens to one element instance or wait: it STAYS or MOVES, a wait is kept, added or removed.

    `RENEWED`: the open task or job there is told something else, as in `renewed` (form, groups, priority, job type).
    """

    kind = fields.String()
    element_instance_key = Key()
    source_element_id = fields.String(allow_none=True)
    target_element_id = fields.String(allow_none=True)
    due = Instant(allow_none=True, data_key="dueDate")
    renewed = fields.Function(lambda one: {camel(name): value for name, value in one.renewed.items()})


class MigrationReasonView(View):
    """Why an instance cannot go."""

    rule = fields.String()
    message = fields.String()
    cure = fields.String(allow_none=True)
    element_id = fields.String(allow_none=True)


class MigrationView(View):
    """What migration has done with an instance (MIGRATED, REFUSED), or would do (POSSIBLE)."""

    process_instance_key = Key()
    state = fields.String()
    source_process_definition_key = Key()
    source_process_definition_version = fields.Integer()
    changes = fields.List(fields.Nested(MigrationChangeView))
    reason = fields.String(allow_none=True)
    findings = fields.List(fields.Nested(MigrationReasonView))


class SuspensionBody(Body):
    """What durations and cycles do meanwhile: RUN, and fire on resuming what came due; or STAND still."""

    clocks = fields.String(load_default="RUN", validate=OneOf(["RUN", "STAND"]))


class ResumptionBody(Body):
    """Nothing to say; the body may be empty."""


class ResetBody(Body):
    """The element to go back to."""

    element_id = Text(required=True)


class RestartBody(Body):
    """Where to begin (else at the start event), variables over the former ones, and maybe another version."""

    element_ids = fields.List(Text(), load_default=list, validate=Length(0, 100))
    variables = VariablesField(load_default=dict)
    process_definition_key = Key(load_default=None, allow_none=True)


@blueprint.post("/process-instances/<key:key>/modification")
@needs(Permission.PROCESS_OPERATE)
@repeatable
@takes(ModificationBody)
@answers()
def modify(key: int, body: dict[str, Any]) -> None:
    """Put, move and take away tokens of a running instance."""
    engine().modifications.modify(actor(), key, _modification(body), idempotency_key())


def _modification(body: Mapping[str, Any]) -> Modification:
    return Modification(
        activate=[
            Activate(
                element_id=one["element_id"],
                ancestor_key=one["ancestor_element_instance_key"],
                variables=_variables(one["variable_instructions"]),
            )
            for one in body["activate_instructions"]
        ],
        move=[
            Move(
                source=Terminate(
                    element_instance_key=one["source_element_instance_key"], element_id=one["source_element_id"]
                ),
                target_element_id=one["target_element_id"],
                ancestor_key=one["ancestor_element_instance_key"],
                variables=_variables(one["variable_instructions"]),
            )
            for one in body["move_instructions"]
        ],
        terminate=[Terminate(**one) for one in body["terminate_instructions"]],
    )


def _variables(given: Sequence[Mapping[str, Any]]) -> list[Variables]:
    return [Variables(values=one["variables"] or {}, scope_id=one["scope_id"] or None) for one in given]


@blueprint.post("/process-instances/<key:key>/migration")
@needs(Permission.PROCESS_OPERATE)
@asks(DryRun)
@takes(MigrationPlanBody)
@answers(MigrationView)
def migrate(key: int, body: dict[str, Any], query: dict[str, Any]) -> Any:
    """Let a running instance go on with another version (204); with `dryRun=true` say what would change (200)."""
    told = engine().migrations.migrate(actor(), key, _plan(body), dry_run=query["dry_run"])
    return told if query["dry_run"] else Response(status=204)


@blueprint.post("/process-instances/migration")
@needs(Permission.PROCESS_OPERATE)
@asks(DryRun)
@takes(BatchMigrationBody)
@answers(page_of("Migration", MigrationView))
def migrate_all(body: dict[str, Any], query: dict[str, Any]) -> Any:
    """Migrate many, each by itself, and say of each what changes or why it cannot go.

    It is done when the answer comes. With more instances than the page holds, go on after its `endCursor`.
    """
    wanted = {name: value for name, value in body["filter"].items() if name != "tenant_id"}
    request = SearchRequest(filter=wanted, limit=body["page"]["limit"], after=body["page"]["after"])
    return engine().migrations.migrate_all(actor(), request, _plan(body["migration_plan"]), dry_run=query["dry_run"])


def _plan(body: Mapping[str, Any]) -> MigrationPlan:
    return MigrationPlan(
        process_definition_key=body["target_process_definition_key"],
        mapping={one["source_element_id"]: one["target_element_id"] for one in body["mapping_instructions"]},
        called_processes=body["migrate_called_processes"],
    )


@blueprint.post("/process-instances/<key:key>/suspension")
@needs(Permission.PROCESS_OPERATE)
@takes(SuspensionBody, optional=True)
@answers()
def suspend(key: int, body: dict[str, Any]) -> None:
    """Let a running instance rest: nothing moves it, and nothing that it waits for is lost."""
    engine().suspensions.suspend(actor(), key, clocks=body["clocks"])


@blueprint.post("/process-instances/<key:key>/resumption")
@needs(Permission.PROCESS_OPERATE)
@takes(ResumptionBody, optional=True)
@answers()
def resume(key: int, body: dict[str, Any]) -> None:  # noqa: ARG001 - an empty body, read so that others are refused
    """Let a suspended instance go on."""
    engine().suspensions.resume(actor(), key)


@blueprint.post("/process-instances/<key:key>/reset")
@needs(Permission.PROCESS_OPERATE)
@takes(ResetBody)
@answers()
def reset(key: int, body: dict[str, Any]) -> None:
    """Go back to an element that the instance has been at; what runs in its scope ends."""
    engine().modifications.reset(actor(), key, body["element_id"])


@blueprint.post("/process-instances/<key:key>/restart")
@needs(Permission.PROCESS_OPERATE)
@repeatable
@takes(RestartBody)
@answers(CreationView)
def restart(key: int, body: dict[str, Any]) -> Any:
    """Start an ended instance once more, as a new one with its variables and business id."""
    wanted = Restart(
        element_ids=body["element_ids"],
        variables=body["variables"] or {},
        process_definition_key=body["process_definition_key"],
    )
    return engine().modifications.restart(actor(), key, wanted, idempotency_key())
