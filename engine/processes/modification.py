"""Modification of running instances, going back to an earlier element, and starting once more what has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import select

from engine.bpmn import Activate, Modification, Variables
from engine.errors import Conflict, Malformed, NotFound
from engine.permissions import Permission, require
from engine.processes import values
from engine.processes.advance import Advance, Start
from engine.processes.idempotency import idempotent, repeatable
from engine.processes.instances import StartedInstance
from engine.processes.opened import Opened, Step
from engine.processes.suspension import as_if_active
from engine.records import About, Action, audit
from engine.store.process_instance import ElementInstance, ProcessInstance, Variable
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Json, Key


@dataclass(frozen=True, kw_only=True)
class Restart:
    """How to start an ended instance once more: with its variables and `variables` over them.

    `element_ids`: where to begin, instead of at the start event. `process_definition_key`: another version of it.
    """

    element_ids: Sequence[str] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)
    process_definition_key: Key | None = None


class ModificationService:
    """Changes by hand where the tokens of instances stand. Needs `process:operate`."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self._advance = units, advance

    def modify(self, actor: Actor, key: Key, wanted: Modification, idempotency: str | None = None) -> None:
        """Put, move and take away tokens, all or nothing. `idempotency` is the client's key for a safe repeat.

        Raises `NotFound`, `Conflict` (ended, or several scopes are meant), `Refused`, `Malformed`, `StepFailed`.
        """
        require(actor, Permission.PROCESS_OPERATE)
        checked = _checked(wanted)
        command = repeatable("modify-instance", idempotency, key, wanted)
        with self._units() as uow:
            idempotent(uow, actor, command, lambda: self._modify(uow, actor, key, checked))

    def _modify(self, uow: UnitOfWork, actor: Actor, key: Key, wanted: Modification) -> dict[str, Json]:
        told: dict[str, Json] = {
            "activated": [one.element_id for one in wanted.activate],
            "moved": [one.target_element_id for one in wanted.move],
            "terminated": [one.element_id or str(one.element_instance_key) for one in wanted.terminate],
        }
        with as_if_active(uow, key):
            opened = self._advance.run(uow, actor, key, Step(command=lambda instance: instance.modify(wanted)))
            about = About(instance_key=key, business_id=opened.business_id)
            audit(uow, actor, Action.INSTANCE_MODIFIED, about, told)
        return {}

    def reset(self, actor: Actor, key: Key, element_id: str) -> None:
        """Go back to an element that the instance has been at: what runs in its scope ends, and it begins anew.

        Raises `NotFound`, `Conflict` where the instance has never been there or has ended, `Refused`.
        """
        require(actor, Permission.PROCESS_OPERATE)
        with self._units() as uow, as_if_active(uow, key):
            opened = self._advance.open(uow, actor, key)
            visits = (ElementInstance.instance_key == key, ElementInstance.element_id == element_id)
            if uow.session.scalar(select(ElementInstance.key).where(*visits).limit(1)) is None:
                raise Conflict(f"The process instance {key} has not been at {element_id} yet.")
            self._advance.move(uow, opened, Step(command=lambda instance: instance.reset(element_id)))
            about = About(subject=element_id, instance_key=key, business_id=opened.business_id)
            audit(uow, actor, Action.INSTANCE_RESET, about)

    def restart(
        self, actor: Actor, key: Key, wanted: Restart | None = None, idempotency: str | None = None
    ) -> StartedInstance:
        """Start an ended instance once more, as a new one with the same business id.

        A repeat with the same idempotency key gives the same new instance. Raises `NotFound`, `Conflict` while the
        former one runs, `Malformed`, `Refused`.
        """
        require(actor, Permission.PROCESS_OPERATE)
        wanted = wanted or Restart()
        values.variables(wanted.variables)
        command = repeatable("restart-instance", idempotency, key, wanted)
        with self._units() as uow:
            kept = idempotent(uow, actor, command, lambda: asdict(self._restart(uow, actor, key, wanted)))
        return StartedInstance(**kept)  # type: ignore[arg-type]  # kept as it was told the first time

    def _restart(self, uow: UnitOfWork, actor: Actor, key: Key, wanted: Restart) -> StartedInstance:
        opened = self._begin_again(uow, actor, self._ended(uow, key), wanted)
        about = About(subject=str(key), instance_key=opened.key, business_id=opened.business_id)
        audit(uow, actor, Action.INSTANCE_RESTARTED, about, {"elements": list(wanted.element_ids)})
        starts = [Activate(element_id=element_id) for element_id in wanted.element_ids]
        step = Step(command=lambda instance: instance.begin_at(starts) if starts else None)
        self._advance.move(uow, opened, step)
        return StartedInstance(
            process_instance_key=opened.key,
            process_definition_key=opened.definition_key,
            process_definition_id=opened.process_id,
            process_definition_version=opened.version,
            business_id=opened.business_id,
            variables=opened.live.instance.variables,
        )

    def _ended(self, uow: UnitOfWork, key: Key) -> ProcessInstance:
        row = uow.session.get(ProcessInstance, key)
        if row is None:
            raise NotFound(f"There is no process instance {key}.")
        if row.ended_at is None:
            raise Conflict(f"The process instance {key} is {row.state.lower()}.", state=row.state)
        return row

    def _begin_again(self, uow: UnitOfWork, actor: Actor, ended: ProcessInstance, wanted: Restart) -> Opened:
        definition = self._advance.catalogue.definition(uow, wanted.process_definition_key or ended.definition_key)
        if definition.definition_id != ended.process_id:
            raise Malformed(f"{definition.definition_id} is another process than {ended.process_id}.")
        of_process = select(Variable.name, Variable.value).where(Variable.scope_key == ended.key)
        known = {row.name: row.value for row in uow.session.execute(of_process)}
        start = Start(variables={**known, **wanted.variables}, business_id=ended.business_id)
        return self._advance.create(uow, actor, definition, start)


def _checked(wanted: Modification) -> Modification:
    if not (wanted.activate or wanted.move or wanted.terminate):
        raise Malformed("Nothing is to be activated, moved or terminated.")
    return Modification(
        activate=[replace(one, variables=_variables(one.variables)) for one in wanted.activate],
        move=[replace(one, variables=_variables(one.variables)) for one in wanted.move],
        terminate=wanted.terminate,
    )


def _variables(given: Sequence[Variables]) -> list[Variables]:
    return [replace(one, values=values.variables(one.values)) for one in given]
