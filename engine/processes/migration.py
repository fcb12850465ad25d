"""Migration of running instances to another version of their process, one or many, with a dry run.

Each instance goes in a transaction of its own, wholly or not at all: one that cannot go stays on its version as it
was, and the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sqlalchemy import select

from engine.bpmn import Change, Instance, Migrated, ProcessModel
from engine.errors import AmendsError, Finding, MigrationRefused
from engine.permissions import Permission, require
from engine.processes.advance import Advance
from engine.processes.catalogue import Definition
from engine.processes.instance_views import INSTANCES
from engine.processes.opened import Opened, Step
from engine.processes.replacing import renew, renewed, replace_places
from engine.processes.suspension import as_if_active
from engine.records import About, Action, audit
from engine.store.process_instance import ProcessInstance
from engine.store.search import Searchable, search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Json, Key, Page, SearchRequest

_LOG = logging.getLogger(__name__)
Outcome: TypeAlias = Literal["MIGRATED", "POSSIBLE", "REFUSED"]


@dataclass(frozen=True, kw_only=True)
class MigrationPlan:
    """Where to, and under which ids: `mapping` holds old element id -> new id where they differ.

    `called_processes`: processes that are being called go to their latest versions as well; then the target may be
    the version on which the instance is already.
    """

    process_definition_key: Key
    mapping: Mapping[str, str] = field(default_factory=dict)
    called_processes: bool = False


@dataclass(frozen=True, kw_only=True)
class InstanceMigration:
    """What migration did with one instance, or would do (`POSSIBLE`); `findings` say why it was refused."""

    process_instance_key: Key
    state: Outcome
    source_process_definition_key: Key
    source_process_definition_version: int
    changes: tuple[Change, ...] = ()
    reason: str | None = None
    findings: tuple[Finding, ...] = ()


class MigrationService:
    """Migrates instances. Needs `process:operate`."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self._advance = units, advance

    def migrate(self, actor: Actor, key: Key, plan: MigrationPlan, *, dry_run: bool = False) -> InstanceMigration:
        """Migrate one running instance; with `dry_run` say what would change.

        Raises `NotFound`, `Conflict` if it has ended, or `MigrationRefused` with a finding for each
        reason; it is then as it was.
        """
        require(actor, Permission.PROCESS_OPERATE)
        with self._units() as uow:
            target = self._advance.catalogue.definition(uow, plan.process_definition_key)
            with as_if_active(uow, key):
                return self._try(uow, actor, key, plan) if dry_run else self._migrate(uow, actor, key, (plan, target))

    def migrate_all(
        self, actor: Actor, request: SearchRequest, plan: MigrationPlan, *, dry_run: bool = False
    ) -> Page[InstanceMigration]:
        """Migrate the running instances on one page of a search; the others on the pages that follow.

        Raises `NotFound` for the target and `Malformed` for the search; what is wrong with one instance is told there.
        """
        require(actor, Permission.PROCESS_OPERATE)
        with self._units() as uow:
            self._advance.catalogue.definition(uow, plan.process_definition_key)
            running = select(ProcessInstance.key, ProcessInstance.definition_key, ProcessInstance.version).where(
                ProcessInstance.state.in_(("ACTIVE", "SUSPENDED"))
            )
            found = search(uow.session, running, _RUNNING, request)
        items = [self._one_of_many(actor, one, plan, dry_run=dry_run) for one in found.items]
        return Page(
            items=tuple(items),
            total_items=found.total_items,
            start_cursor=found.start_cursor,
            end_cursor=found.end_cursor,
        )

    def _one_of_many(
        self, actor: Actor, one: InstanceMigration, plan: MigrationPlan, *, dry_run: bool
    ) -> InstanceMigration:
        findings: tuple[Finding, ...] = ()
        try:
            return self.migrate(actor, one.process_instance_key, plan, dry_run=dry_run)
        except AmendsError as error:
            reason, findings = error.message, error.findings
        except Exception as error:  # noqa: BLE001 - whatever it is: one instance must not stop the others
            _LOG.warning("migration failed", extra={"instance": one.process_instance_key}, exc_info=True)
            reason = type(error).__name__
        return InstanceMigration(
            process_instance_key=one.process_instance_key,
            state="REFUSED",
            source_process_definition_key=one.source_process_definition_key,
            source_process_definition_version=one.source_process_definition_version,
            reason=reason,
            findings=findings,
        )

    def _try(self, uow: UnitOfWork, actor: Actor, key: Key, plan: MigrationPlan) -> InstanceMigration:
        opened = self._advance.open(uow, actor, key)
        migrated = self._step(uow, opened, plan)(opened.live.instance)
        return _told(opened, "POSSIBLE", migrated, self._renewed(uow, migrated))

    def _migrate(
        self, uow: UnitOfWork, actor: Actor, key: Key, where: tuple[MigrationPlan, Definition]
    ) -> InstanceMigration:
        plan, target = where
        opened = self._advance.open(uow, actor, key)
        step, done = self._step(uow, opened, plan), []

        def command(instance: Instance) -> None:
            migrated = step(instance)
            anew = self._renewed(uow, migrated)
            done.append(_told(opened, "MIGRATED", migrated, anew))
            _follow(uow, opened, target, migrated)
            renew(uow, anew)

        about = About(instance_key=key, business_id=opened.business_id)
        told: dict[str, Json] = {"process": opened.process_id, "from": opened.version, "to": target.version}
        self._advance.move(uow, opened, Step(command=command))
        audit(uow, actor, Action.INSTANCE_MIGRATED, about, told)
        return done[0]

    def _step(self, uow: UnitOfWork, opened: Opened, plan: MigrationPlan) -> Callable[[Instance], Migrated]:
        targets = self._targets(uow, opened, plan)
        return lambda instance: instance.migrate(targets, plan.mapping)

    def _renewed(self, uow: UnitOfWork, migrated: Migrated) -> tuple[Change, ...]:
        """What open tasks and jobs are told anew. Raises `MigrationRefused` where no worker would ever do it."""
        found = renewed(uow, migrated.renewals)
        operations = self._advance.hooks.operations
        findings = [
            Finding(
                rule="done-at-once",
                message=f"{change.target_element_id} waits for a worker, and the new version does it at once",
                cure="Let a worker do it first, or move the token.",
                element_id=change.source_element_id,
            )
            for change in found
            if change.renewed.get("job_type") in operations
        ]
        if findings:
            raise MigrationRefused(findings=findings)
        return found

    def _targets(self, uow: UnitOfWork, opened: Opened, plan: MigrationPlan) -> Mapping[Key, ProcessModel]:
        """By the definition key that is replaced."""
        catalogue = self._advance.catalogue
        running = opened.live.instance.models[1:] if plan.called_processes else ()
        latest = {model.definition_key: catalogue.latest_process(uow, model.process_id) for model in running}
        targets = {key: model for key, model in latest.items() if model.definition_key != key}
        if opened.definition_key != plan.process_definition_key:
            targets[opened.definition_key] = catalogue.process(uow, plan.process_definition_key)
        if not targets:
            finding = Finding(rule="nothing-to-do", message="The instance is on this version already.")
            raise MigrationRefused(findings=[finding])
        return targets


def _follow(uow: UnitOfWork, opened: Opened, target: Definition, migrated: Migrated) -> None:
    """The rows, and the processes that later events belong to."""
    opened.definition_key, opened.process_id, opened.version = target.key, target.definition_id, target.version
    models = opened.live.models
    models.clear()
    for model in opened.live.instance.models:
        models.setdefault(model.process_id, model)
    replace_places(uow, opened, migrated.places)


def _told(opened: Opened, state: Outcome, migrated: Migrated, anew: Sequence[Change]) -> InstanceMigration:
    return InstanceMigration(
        process_instance_key=opened.key,
        state=state,
        source_process_definition_key=opened.definition_key,
        source_process_definition_version=opened.version,
        changes=(*migrated.changes, *anew),
    )


def _row_view(row: Sequence[object]) -> InstanceMigration:
    key, definition_key, version = row[:3]
    assert isinstance(key, int) and isinstance(definition_key, int) and isinstance(version, int)  # noqa: S101, PT018 - columns
    return InstanceMigration(
        process_instance_key=key,
        state="POSSIBLE",
        source_process_definition_key=definition_key,
        source_process_definition_version=version,
    )


_RUNNING = Searchable(columns=INSTANCES.columns, key=INSTANCES.key, view=_row_view, filters=INSTANCES.filters)
