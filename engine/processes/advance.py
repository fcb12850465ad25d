"""The one way in which a process instance moves, whoever gives the command: a person, a timer, a message, a worker.

Lock the instance's row, take the live instance (or load it from its bytes), let it do the command and run as far as
it can, write what happened, and leave commit or rollback to the unit of work. A command that raises leaves the row
as it was, and the live instance is dropped with it.

Order of locks, everywhere: instance rows first and in the order of their keys, then rows of the register, then
tasks and jobs. Nobody may lock an instance while holding a row of the register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, bindparam, case, select
from sqlalchemy.orm import Session

from engine.bpmn import Instance, ProcessModel
from engine.errors import Conflict, NotFound, StaleVersion
from engine.processes.buffered import next_buffered
from engine.processes.cache import LiveCache
from engine.processes.catalogue import LAST_DEPLOYMENT, Catalogue, Definition
from engine.processes.following import changed_in
from engine.processes.hearing import Hearing
from engine.processes.hooks import Hooks, InstanceRef
from engine.processes.opened import Live, Opened, Step
from engine.processes.outside import Outside
from engine.processes.projection import Projection
from engine.processes.rows import write, write_new
from engine.processes.signals import broadcast_later
from engine.records import About, Action, audit
from engine.store.process_instance import ProcessInstance
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor, Json, Key


@dataclass(frozen=True, kw_only=True)
class Start:
    """What a new instance begins with; `element_id` is the start event that has come, None for the one without a
    trigger. `key` is that of the instance where it had to be known before."""

    variables: Mapping[str, Json] = field(default_factory=dict)
    business_id: str | None = None
    element_id: str | None = None
    key: Key | None = None


class Advance:
    """Moves instances."""

    def __init__(self, catalogue: Catalogue, hooks: Hooks, cache: LiveCache | None = None) -> None:
        self.catalogue, self.hooks = catalogue, hooks
        self._cache = LiveCache() if cache is None else cache
        self.freed: Callable[[str], None] = lambda _: None  # told of processes that a message may start again
        self.deliver: Callable[[Key], None] = lambda _: None  # told of signals that were thrown; see signals.py

    def lock(self, uow: UnitOfWork, keys: Iterable[Key]) -> None:
        """Lock several instances before one of them moves, in the order of their keys, against deadlocks."""
        wanted = sorted(set(keys))
        rows = select(ProcessInstance.key).where(ProcessInstance.key.in_(wanted))
        uow.session.execute(rows.order_by(ProcessInstance.key).with_for_update())

    def forget(self, key: Key) -> None:
        """Load the instance from its bytes at the next command."""
        self._cache.drop(key)

    def open(self, uow: UnitOfWork, actor: Actor, key: Key, locked: Row[Any] | None = None) -> Opened:
        """Lock an instance and make it live; raises `NotFound`, or `Conflict` if it has ended.

        A command that has locked the row together with one of its own hands it in, with the columns `INSTANCE`.
        """
        opened: Opened | None = uow.scratch.get((Opened, key))
        if opened is None:
            opened = self._open(uow, actor, key, locked or self._locked(uow.session, key))
            uow.scratch[Opened, key] = opened
        if opened.state != "ACTIVE":
            raise Conflict(f"The process instance {key} is {opened.state.lower()}.", state=opened.state)
        return opened

    def create(self, uow: UnitOfWork, actor: Actor, definition: Definition, start: Start) -> Opened:
        """A new instance of a process version; `move` runs and writes it."""
        key, model = start.key or uow.new_key(), self.catalogue.process(uow, definition.key)
        ref = InstanceRef(key=key, process_id=model.process_id, business_id=start.business_id, actor=actor)
        outside = Outside(uow, ref, self.catalogue, self.hooks)
        outside.models[model.process_id] = model
        instance = Instance.create(
            key=key, model=model, services=outside, variables=start.variables, start_element_id=start.element_id
        )
        opened = Opened(
            key=key,
            definition_key=definition.key,
            process_id=model.process_id,
            version=definition.version,
            business_id=start.business_id,
            rev=0,
            live=Live(instance=instance, models=outside.models),
            outside=outside,
            new=True,
        )
        uow.scratch[Opened, key] = opened
        return opened

    def run(self, uow: UnitOfWork, actor: Actor, key: Key, step: Step) -> Opened:
        """Do `step` on the instance `key` and run it as far as it can. Raises what the command raises."""
        opened = self.open(uow, actor, key)
        if step.expected_rev is not None and step.expected_rev != opened.rev:
            raise StaleVersion
        self.move(uow, opened, step)
        return opened

    def move(self, uow: UnitOfWork, opened: Opened, step: Step) -> None:
        """Run an opened instance and write what happened."""
        live, outside = opened.live, opened.outside
        actor = outside.instance.actor
        what = Projection(
            instance_key=opened.key,
            business_id=opened.business_id,
            model_at=outside.model_at,
            now=uow.now(),
            new_key=uow.new_key,
            actor=actor.username,
            fired=set(step.fired),
        )
        if step.completes is not None:
            what.done.add(step.completes)
        if step.throws is not None:
            what.thrown.add(step.throws)
        outside.between_steps = hear = Hearing(uow, opened, what, self.hooks)
        step.command(live.instance)
        live.instance.run()
        hear()
        while (message := next_buffered(uow, opened, what)) is not None:
            live.instance.trigger(message.element_instance_key, message.position, message.variables)
            live.instance.run()
            hear()
        if changed_in(uow, opened.business_id):
            outside.look_again()
            live.instance.follow(self.hooks.contexts)
            hear()
        outside.rest()
        self._save(uow, opened, what)

    # -- loading and saving

    def _open(self, uow: UnitOfWork, actor: Actor, key: Key, row: Row[Any]) -> Opened:
        self.catalogue.note_last(uow, row.last_deployment)
        ref = InstanceRef(key=key, process_id=row.process_id, business_id=row.business_id, actor=actor)
        outside = Outside(uow, ref, self.catalogue, self.hooks)
        live = self._live(uow, row, outside) if row.state == "ACTIVE" else None
        return Opened(
            key=key,
            definition_key=row.definition_key,
            process_id=row.process_id,
            version=row.version,
            business_id=row.business_id,
            rev=row.rev,
            state=row.state,
            live=live,  # type: ignore[arg-type]  # an ended instance is refused before anybody looks at it
            outside=outside,
        )

    def _locked(self, session: Session, key: Key) -> Row[Any]:
        # The bytes stay in the database where the live instance is at hand.
        given = {"key": key, "known": self._cache.revision(key)}
        row = session.execute(_LOCK, given).first()
        if row is None:
            raise NotFound(f"There is no process instance {key}.")
        return row

    def _live(self, uow: UnitOfWork, row: Row[Any], outside: Outside) -> Live:
        live = self._cache.take(outside.instance.key, row.rev)
        if live is not None:
            outside.models = live.models
            live.instance.bind(outside)
            return live
        snapshot: Any = getattr(row, "snapshot", None)
        if snapshot is None:  # it was not asked for, or evicted by another thread since: the row is locked, so read it
            snapshot = uow.session.execute(_SNAPSHOT, {"key": outside.instance.key}).scalar_one()
        models = outside.models
        models[row.process_id] = self.catalogue.process(uow, row.definition_key)

        def model(key: Key) -> ProcessModel:
            found = self.catalogue.process(uow, key)
            models.setdefault(found.process_id, found)
            return found

        key = outside.instance.key
        return Live(instance=Instance.load(snapshot, key=key, models=model, services=outside), models=models)

    def _save(self, uow: UnitOfWork, opened: Opened, what: Projection) -> None:
        active = what.state == "ACTIVE"
        snapshot = opened.live.instance.dump() if active else None
        self._record(uow, opened, what)
        if opened.new:
            write_new(what, uow, _new_row(uow, opened) | _state(what, snapshot))
        else:
            write(what, uow, opened.rev + 1, snapshot)
        broadcast_later(uow, opened, what, self.deliver)
        opened.rev, opened.state, opened.new = opened.rev + 1, what.state, False
        if active:
            uow.after_commit(lambda: self._keep(opened))
        elif any(start.kind == "message" for start in opened.live.instance.model.starts):
            uow.after_commit(lambda: self.freed(opened.process_id))

    def _keep(self, opened: Opened) -> None:
        if opened.state == "ACTIVE":  # the same command may have ended it in a further step
            self._cache.put(opened.key, opened.rev, opened.live)

    def _record(self, uow: UnitOfWork, opened: Opened, what: Projection) -> None:
        actor, about = opened.outside.instance.actor, About(instance_key=opened.key, business_id=opened.business_id)
        for incident in what.incidents.values():
            audit(uow, actor, Action.INCIDENT_RAISED, about, {k: incident[k] for k in ("code", "element_id")})
        if what.state == "COMPLETED":
            audit(uow, actor, Action.INSTANCE_COMPLETED, about)


INSTANCE = (
    ProcessInstance.definition_key,
    ProcessInstance.process_id,
    ProcessInstance.version,
    ProcessInstance.business_id,
    ProcessInstance.state,
    ProcessInstance.rev,
    LAST_DEPLOYMENT,
)
"""What `Advance.open` has to know of a row."""
_ONE = ProcessInstance.key == bindparam("key", type_=BigInteger)
_IS_KNOWN = ProcessInstance.rev == bindparam("known", type_=Integer)
_SNAPSHOT = select(ProcessInstance.snapshot).where(_ONE)
_LOCK = (
    select(*INSTANCE, case((_IS_KNOWN, None), else_=ProcessInstance.snapshot).label("snapshot"))
    .where(_ONE)
    .with_for_update(of=ProcessInstance)
)


def _state(what: Projection, snapshot: bytes | None) -> dict[str, object]:
    return {"state": what.state, "rev": 1, "ended_at": what.ended_at, "snapshot": snapshot}


def _new_row(uow: UnitOfWork, opened: Opened) -> dict[str, object]:
    return {
        "key": opened.key,
        "definition_key": opened.definition_key,
        "process_id": opened.process_id,
        "version": opened.version,
        "business_id": opened.business_id,
        "started_at": uow.now(),
        "started_by": opened.outside.instance.actor.username,
    }
