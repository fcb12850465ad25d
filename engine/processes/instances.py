"""Process instances: start, look at, change, cancel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.errors import Malformed, NotFound
from engine.permissions import Permission, require
from engine.processes import values
from engine.processes.advance import Advance, Start
from engine.processes.catalogue import Definition
from engine.processes.decision_views import DECISION_INSTANCES, DecisionInstanceView, decision_rows
from engine.processes.idempotency import Repeatable, digest, idempotent
from engine.processes.instance_views import (
    ELEMENTS,
    INSTANCES,
    VARIABLES,
    ElementInstanceView,
    ProcessInstanceView,
    VariableView,
    element_rows,
    instance_rows,
    instance_view,
)
from engine.processes.opened import Opened, Step
from engine.processes.suspension import as_if_active
from engine.records import About, Action, audit
from engine.store.process_instance import ElementInstance, Variable
from engine.store.search import search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Json, Key, Page, SearchRequest


@dataclass(frozen=True, kw_only=True)
class StartInstance:
    """Which process to start, and with what. Either an id (and a version, else the latest) or a definition key.

    `idempotency` is the client's key for safe repeats.
    """

    process_id: str | None = None
    process_definition_key: Key | None = None
    version: int | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    business_id: str | None = None
    idempotency: str | None = None


@dataclass(frozen=True, kw_only=True)
class StartedInstance:
    """A new instance; `variables` are those it has after its first steps."""

    process_instance_key: Key
    process_definition_key: Key
    process_definition_id: str
    process_definition_version: int
    business_id: str | None
    variables: Mapping[str, Json]


class InstanceService:
    """Commands and searches on process instances."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self.advance = units, advance

    def start(self, actor: Actor, start: StartInstance) -> StartedInstance:
        """Start an instance and run it as far as it can. Needs `process:start`.

        A repeat with the same idempotency key gives the first instance. Raises `NotFound`, `Malformed`.
        """
        require(actor, Permission.PROCESS_START)
        command = None
        if start.idempotency is not None:
            body = digest(
                [start.process_id, start.process_definition_key, start.version, start.variables, start.business_id]
            )
            command = Repeatable(operation="start-instance", key=start.idempotency, body_hash=body)
        with self._units() as uow:
            result = idempotent(uow, actor, command, lambda: _to_result(self.start_in(uow, actor, start)))
        return _from_result(result)

    def start_in(self, uow: UnitOfWork, actor: Actor, start: StartInstance) -> Opened:
        """Start an instance as part of a larger command; its permission is the caller's business."""
        if start.business_id is not None:
            values.name(start.business_id, "business id")
        begin = Start(variables=values.variables(start.variables), business_id=start.business_id)
        opened = self.advance.create(uow, actor, self._definition(uow, start), begin)
        about = About(instance_key=opened.key, business_id=opened.business_id)
        audit(uow, actor, Action.INSTANCE_STARTED, about, {"process": opened.process_id, "version": opened.version})
        self.advance.move(uow, opened, Step(command=lambda _: None))
        return opened

    def _definition(self, uow: UnitOfWork, start: StartInstance) -> Definition:
        if start.process_definition_key is not None:
            return self.advance.catalogue.definition(uow, start.process_definition_key)
        if start.process_id is None:
            raise Malformed("A process id or a process definition key is needed.")
        return self.advance.catalogue.version(uow, start.process_id, start.version)

    def get(self, actor: Actor, key: Key) -> ProcessInstanceView:
        """One instance; raises `NotFound`. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            row = uow.session.execute(instance_rows().where(INSTANCES.key == key)).first()
            if row is None:
                raise NotFound(f"There is no process instance {key}.")
            return instance_view(row)

    def search(self, actor: Actor, request: SearchRequest) -> Page[ProcessInstanceView]:
        """Instances by state, process, business id, start. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, instance_rows(), INSTANCES, request)

    def search_elements(self, actor: Actor, request: SearchRequest) -> Page[ElementInstanceView]:
        """Element instances: where tokens are and were. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, element_rows(), ELEMENTS, request)

    def search_variables(self, actor: Actor, request: SearchRequest) -> Page[VariableView]:
        """Variables by instance, scope or name. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, select(Variable), VARIABLES, request)

    def search_decisions(self, actor: Actor, request: SearchRequest) -> Page[DecisionInstanceView]:
        """Decisions taken, with what they read and which rules matched. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, decision_rows(), DECISION_INSTANCES, request)

    def decision(self, actor: Actor, key: str) -> DecisionInstanceView:
        """One decision taken, by the key of its evaluation and its place in it (`4711-1`). Needs `process:read`;
        raises `NotFound`.
        """
        require(actor, Permission.PROCESS_READ)
        evaluation, _, place = key.partition("-")
        if evaluation.isdecimal() and place.isdecimal() and int(evaluation) < 2**63:
            wanted = {"decision_evaluation_key": int(evaluation), "decision_evaluation_instance_key": key}
            with self._units() as uow:
                page = search(uow.session, decision_rows(), DECISION_INSTANCES, SearchRequest(filter=wanted))
                if page.items:
                    return page.items[0]
        raise NotFound(f"There is no decision instance {key[:50]}.")

    def cancel(self, actor: Actor, key: Key, reason: str | None = None) -> None:
        """End an instance now. Needs `process:operate`; raises `NotFound`, or `Conflict` if it has ended."""
        require(actor, Permission.PROCESS_OPERATE)
        with self._units() as uow, as_if_active(uow, key):
            opened = self.advance.run(uow, actor, key, Step(command=lambda instance: instance.cancel()))
            about = About(instance_key=key, business_id=opened.business_id)
            audit(uow, actor, Action.INSTANCE_CANCELLED, about, {} if reason is None else {"reason": reason})

    def set_variables(
        self,
        actor: Actor,
        element_instance_key: Key,
        variables: Mapping[str, Json],
        local: bool = False,  # noqa: FBT001, FBT002 - part of the contract
        if_match: int | None = None,
    ) -> None:
        """Set variables as seen from an element instance, or from the instance itself by its own key.

        `local`: in just that scope; `if_match`: only while the instance has this revision. Needs `process:operate`;
        raises `NotFound`, `Conflict`, `Malformed`, `StaleVersion`.
        """
        require(actor, Permission.PROCESS_OPERATE)
        given = values.variables(variables)
        with self._units() as uow:
            key = self._instance_of(uow, element_instance_key)
            step = Step(
                command=lambda i: i.set_variables(element_instance_key, given, local=local), expected_rev=if_match
            )
            opened = self.advance.run(uow, actor, key, step)
            about = About(subject=str(element_instance_key), instance_key=key, business_id=opened.business_id)
            audit(uow, actor, Action.VARIABLES_SET, about, {"names": sorted(given)})

    def _instance_of(self, uow: UnitOfWork, element_instance_key: Key) -> Key:
        of_element = select(ElementInstance.instance_key).where(ElementInstance.key == element_instance_key)
        return uow.session.scalar(of_element) or element_instance_key


def _to_result(opened: Opened) -> dict[str, Json]:
    return {
        "key": opened.key,
        "definition": opened.definition_key,
        "process": opened.process_id,
        "version": opened.version,
        "business": opened.business_id,
        "variables": dict(opened.live.instance.variables),
    }


def _from_result(result: Mapping[str, Any]) -> StartedInstance:
    return StartedInstance(
        process_instance_key=result["key"],
        process_definition_key=result["definition"],
        process_definition_id=result["process"],
        process_definition_version=result["version"],
        business_id=result["business"],
        variables=result["variables"],
    )
