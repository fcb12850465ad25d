"""Starting instances by what happens: a timer, a message, a signal, a condition that holds.

A message starts one instance of each process that has a start event for its name, unless it has reached an instance of
that process. With a correlation key it starts none while an instance that was started for the same key is running;
if it is kept, it starts one when that has ended (Camunda 8 does the same).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from engine.errors import NotFound
from engine.permissions import Permission, require
from engine.processes import values
from engine.processes.advance import Advance, Start
from engine.processes.arming import arm_missing
from engine.processes.buffered import note_correlation
from engine.processes.idempotency import idempotent, repeatable
from engine.processes.opened import Opened, Step, Trigger
from engine.records import About, Action, audit
from engine.store.deployment import ProcessDefinition
from engine.store.message import Message, MessageCorrelation
from engine.store.start import MessageStart, StartSubscription
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM, Actor, Json, Key

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A published message; `kept`: it is a row, and notes whom it has reached."""

    key: Key
    name: str
    correlation_key: str
    variables: Mapping[str, Json]
    kept: bool


@dataclass(frozen=True, kw_only=True)
class Claim:
    """An instance that a message is about to start: its key, and how."""

    key: Key
    by: Trigger


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """What came of looking at conditional start events: definition and instance keys, in the order of their start."""

    conditional_evaluation_key: Key
    process_instances: tuple[tuple[Key, Key], ...]


class _Thread(threading.local):
    """Processes that a thread has still to look at; `busy`: it is about it, and what is freed meanwhile waits."""

    def __init__(self) -> None:
        self.busy = False
        self.todo: set[str] = set()


class Starts:
    """Starts instances by events. Whoever calls has checked the permission, unless a method says that it does."""

    def __init__(self, units: UnitsOfWork, advance: Advance) -> None:
        self._units, self._advance = units, advance
        self._thread = _Thread()
        advance.freed = self.freed

    def begin(self, uow: UnitOfWork, actor: Actor, by: Trigger, key: Key | None = None) -> Opened:
        """A new instance that begins at a start event, run as far as it can; `key` is its key where that is known."""
        definition = self._advance.catalogue.definition(uow, by.definition_key)
        start = Start(variables=by.variables, element_id=by.element_id, key=key)
        opened = self._advance.create(uow, actor, definition, start)
        details: dict[str, Json] = {"process": opened.process_id, "version": opened.version}
        about = About(subject=by.element_id, instance_key=opened.key)
        audit(uow, actor, Action.INSTANCE_STARTED, about, details | {"by": by.kind})
        self._advance.move(uow, opened, Step(command=lambda _: None))
        return opened

    def arm_missing(self) -> int:
        """Arm what an older release has deployed; see `arming`."""
        return arm_missing(self._units, self._advance.catalogue)

    # -- messages

    def claim(self, uow: UnitOfWork, message: Sent, reached: Collection[str]) -> list[Claim]:
        """What a message starts beside the processes that it has `reached`.

        To be asked before anything moves: with a correlation key it waits for whoever starts an instance for the same
        key at this moment, and whoever moves something may hold rows of a register (docs/decisions/0301).
        """
        wanted = select(StartSubscription).where(
            StartSubscription.kind == "message", StartSubscription.name == message.name
        )
        found: dict[str, StartSubscription] = {}
        for row in uow.session.scalars(wanted.order_by(StartSubscription.process_id, StartSubscription.key)):
            found.setdefault(row.process_id, row)
        claims = [_claim(uow, message, row) for name, row in found.items() if name not in reached]
        return [claim for claim in claims if claim is not None]

    def by_message(self, uow: UnitOfWork, actor: Actor, message: Sent, claims: Sequence[Claim]) -> list[Key]:
        """Start what was claimed; gives the instances."""
        for claim in claims:
            opened = self.begin(uow, actor, claim.by, claim.key)
            if message.kept:
                note_correlation(uow, message.key, opened)
            if opened.state != "ACTIVE":  # it has run to its end at once
                uow.session.execute(delete(MessageStart).where(MessageStart.instance_key == claim.key))
        return [claim.key for claim in claims]

    def match_kept(self, limit: int = 100, process_id: str | None = None) -> int:
        """Let kept messages start what they can; gives how many instances were started. Never raises for one of them.

        That is when the instance that was in their way has ended, or the process was deployed after they were sent.
        """
        with self._units() as uow:
            wanted = _kept(uow, process_id).limit(limit)
            found = [(row.message_key, row.subscription_key) for row in uow.session.execute(wanted)]
        return sum(self._try_kept(*keys) for keys in found)

    def _try_kept(self, message_key: Key, subscription_key: Key) -> bool:
        try:
            with self._units() as uow:
                return self._by_kept(uow, message_key, subscription_key)
        except Exception:  # noqa: BLE001  # whatever it is: one message must not stop the others
            _LOG.warning("a kept message starts nothing", extra={"kept": message_key}, exc_info=True)
            return False

    def _by_kept(self, uow: UnitOfWork, message_key: Key, subscription_key: Key) -> bool:
        lock = select(Message).where(Message.key == message_key).with_for_update(skip_locked=True)
        message = uow.session.scalar(lock)
        still = _kept(uow, None).where(Message.key == message_key, StartSubscription.key == subscription_key)
        if message is None or uow.session.execute(still).first() is None:
            return False
        row = uow.session.get_one(StartSubscription, subscription_key)
        sent = Sent(
            key=message.key,
            name=message.name,
            correlation_key=message.correlation_key,
            variables=message.variables,
            kept=True,
        )
        claim = _claim(uow, sent, row)
        return claim is not None and bool(self.by_message(uow, SYSTEM, sent, [claim]))

    def freed(self, process_id: str) -> None:
        """An instance that a message may have started has ended: the next kept message may start another; never raises.

        What fails here is found again by the sweep.
        """
        thread = self._thread
        thread.todo.add(process_id)
        if thread.busy:
            return
        thread.busy = True
        try:
            while thread.todo:
                of = thread.todo.pop()
                while self.match_kept(1, of):
                    pass
        except Exception:  # noqa: BLE001  # the command that ended it stands, and the sweep looks again
            _LOG.warning("kept messages are left to the sweep", exc_info=True)
        finally:
            thread.busy = False
            thread.todo.clear()

    # -- conditions

    def evaluate(
        self,
        actor: Actor,
        variables: Mapping[str, Json],
        definition_key: Key | None = None,
        idempotency: str | None = None,
    ) -> Evaluated:
        """Start an instance for each conditional start event whose condition holds over `variables`.

        Of the latest version of every process, or of one version. The variables become those of the instances.
        Needs `process:start`; raises `NotFound` where the version is unknown, `Malformed`.
        """
        require(actor, Permission.PROCESS_START)
        given = values.variables(variables)
        command = repeatable("evaluate-conditions", idempotency, given, definition_key)
        with self._units() as uow:
            told = idempotent(uow, actor, command, lambda: _to_kept(self._evaluate(uow, actor, given, definition_key)))
        return _from_kept(told)

    def _evaluate(
        self, uow: UnitOfWork, actor: Actor, given: Mapping[str, Json], definition_key: Key | None
    ) -> Evaluated:
        if definition_key is None:
            armed = select(StartSubscription.definition_key).where(StartSubscription.kind == "conditional").distinct()
            keys = sorted(uow.session.scalars(armed))
        else:
            keys = [definition_key]
        if definition_key is not None and uow.session.get(ProcessDefinition, definition_key) is None:
            raise NotFound(f"There is no process definition {definition_key}.")
        started = []
        for key in keys:
            for start in self._advance.catalogue.process(uow, key).starts:
                if start.condition is not None and start.holds(given, uow.now()):
                    by = Trigger(definition_key=key, element_id=start.element_id, kind="conditional", variables=given)
                    started.append((key, self.begin(uow, actor, by).key))
        return Evaluated(conditional_evaluation_key=uow.new_key(), process_instances=tuple(started))


def _claim(uow: UnitOfWork, message: Sent, row: StartSubscription) -> Claim | None:
    """Note that an instance is the one of its process for this key; None where there is one. Waits for others."""
    key = uow.new_key()
    if message.correlation_key:
        mine = insert(MessageStart).values(
            key=uow.new_key(),
            process_id=row.process_id,
            correlation_key=message.correlation_key,
            instance_key=key,
        )
        if uow.session.execute(mine.on_conflict_do_nothing().returning(MessageStart.key)).first() is None:
            return None
    by = Trigger(
        definition_key=row.definition_key, element_id=row.element_id, kind="message", variables=message.variables
    )
    return Claim(key=key, by=by)


def _kept(uow: UnitOfWork, process_id: str | None) -> Any:
    """Kept messages with a start event that they have not reached and nothing in its way, the oldest first."""
    reached = exists().where(
        MessageCorrelation.message_key == Message.key, MessageCorrelation.process_id == StartSubscription.process_id
    )
    taken = exists().where(
        MessageStart.process_id == StartSubscription.process_id, MessageStart.correlation_key == Message.correlation_key
    )
    rows = select(Message.key.label("message_key"), StartSubscription.key.label("subscription_key"))
    rows = rows.join(StartSubscription, StartSubscription.name == Message.name)
    rows = rows.where(StartSubscription.kind == "message", Message.expires_at > uow.now(), ~reached)
    if process_id is not None:
        rows = rows.where(StartSubscription.process_id == process_id)
    return rows.where(or_(Message.correlation_key == "", ~taken)).order_by(Message.key, StartSubscription.key)


def _to_kept(evaluated: Evaluated) -> Mapping[str, Json]:
    started: list[Json] = [[str(definition), str(instance)] for definition, instance in evaluated.process_instances]
    return {"key": str(evaluated.conditional_evaluation_key), "started": started}


def _from_kept(told: Mapping[str, Any]) -> Evaluated:
    return Evaluated(
        conditional_evaluation_key=int(told["key"]),
        process_instances=tuple((int(definition), int(instance)) for definition, instance in told["started"]),
    )
