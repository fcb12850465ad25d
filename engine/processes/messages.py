"""Messages: publish one for whoever waits now or within its time to live, or correlate one with somebody who waits.

A message reaches at most one instance of each process. A command that begins to wait looks at kept messages, a
publication looks at those who wait; two that run at the same moment may miss each other, and the sweep brings them
together (`match_kept`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from engine.errors import Conflict, Malformed, NotFound, Unavailable
from engine.permissions import Permission, require
from engine.processes import values
from engine.processes.advance import Advance
from engine.processes.buffered import note_correlation
from engine.processes.idempotency import idempotent, repeatable
from engine.processes.opened import Step
from engine.processes.starts import Sent, Starts
from engine.records import About, Action, audit
from engine.store.message import Message, MessageCorrelation, MessageSubscription
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM, Actor, Json, Key

_LOG = logging.getLogger(__name__)
MAX_TTL = timedelta(days=366)


class MessageFields(TypedDict):
    """A message as integrators name it; `time_to_live` in milliseconds, as in Camunda's API."""

    name: str
    correlation_key: NotRequired[str]
    variables: NotRequired[Mapping[str, Json]]
    time_to_live: NotRequired[int]
    message_id: NotRequired[str | None]
    idempotency: NotRequired[str | None]


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A message to be published; `message_id` makes it unique while it is kept."""

    name: str
    correlation_key: str = ""
    variables: Mapping[str, Json] = field(default_factory=dict)
    time_to_live: timedelta = timedelta(0)
    message_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedMessage:
    """A message that was published, and the instances that it has reached at once."""

    message_key: Key
    process_instance_keys: tuple[Key, ...]

    @property
    def process_instance_key(self) -> Key | None:
        """The first instance that it has reached."""
        return self.process_instance_keys[0] if self.process_instance_keys else None


class MessageService:
    """Publishes and correlates messages. Needs `message:publish`."""

    def __init__(self, units: UnitsOfWork, advance: Advance, starts: Starts) -> None:
        self._units, self._advance, self._starts = units, advance, starts

    def publish(self, actor: Actor, **message: Unpack[MessageFields]) -> PublishedMessage:
        """To whoever waits, to processes that it starts, and kept for others for its time to live.

        That nobody waits is no error.

        `idempotency` is the client's key for a safe repeat. Raises `Conflict` while a message with the same id is
        kept, `Malformed`.
        """
        require(actor, Permission.MESSAGE_PUBLISH)
        command = repeatable("publish-message", message.pop("idempotency", None), message)
        with self._units() as uow:
            made = _made(message)
            return _told(idempotent(uow, actor, command, lambda: _kept(self.publish_in(uow, actor, made))))

    def correlate(self, actor: Actor, **message: Unpack[MessageFields]) -> PublishedMessage:
        """To somebody who waits now, or to a process that it starts; raises `NotFound` where there is neither.

        It is not kept. `idempotency` as above.
        """
        require(actor, Permission.MESSAGE_PUBLISH)
        command = repeatable("correlate-message", message.pop("idempotency", None), message)
        with self._units() as uow:
            made = _made(message)
            return _told(idempotent(uow, actor, command, lambda: _kept(self.correlate_in(uow, actor, made))))

    def publish_in(self, uow: UnitOfWork, actor: Actor, message: NewMessage) -> PublishedMessage:
        """Publish as part of a larger command. That command must not hold rows of a register yet."""
        message = _checked(message)
        key = uow.new_key()
        receivers = self._receivers(uow, message)
        if message.time_to_live > timedelta(0):
            _keep(uow, key, message)
        reached = self._reach(uow, actor, key, message, receivers)
        about = About(subject=message.name)
        audit(uow, actor, Action.MESSAGE_PUBLISHED, about, {"reached": [str(k) for k in reached]})
        return PublishedMessage(message_key=key, process_instance_keys=reached)

    def correlate_in(self, uow: UnitOfWork, actor: Actor, message: NewMessage) -> PublishedMessage:
        """Correlate as part of a larger command; raises `NotFound` if nobody waits."""
        message = _checked(message)
        key = uow.new_key()
        reached = self._reach(uow, actor, key, message, self._receivers(uow, message))
        if not reached:
            raise NotFound(f"Nobody waits for the message {message.name!r}.", name=message.name)
        audit(uow, actor, Action.MESSAGE_CORRELATED, About(subject=message.name, instance_key=reached[0]))
        return PublishedMessage(message_key=key, process_instance_keys=reached)

    def match_kept(self, limit: int = 100) -> int:
        """Bring together kept messages and waits that have missed each other, and forget expired messages."""
        with self._units() as uow:
            gone = select(Message.key).where(Message.expires_at <= uow.now()).limit(1_000).scalar_subquery()
            uow.session.execute(delete(MessageCorrelation).where(MessageCorrelation.message_key.in_(gone)))
            uow.session.execute(delete(Message).where(Message.key.in_(gone)))
            missed = uow.session.execute(_missed(uow).limit(limit)).all()
        brought = sum(self._try_to_bring(row.message_key, row.instance_key) for row in missed)
        return brought + self._starts.match_kept(limit)

    def _try_to_bring(self, message_key: Key, instance_key: Key) -> bool:
        try:
            return self._bring(message_key, instance_key)
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001  # whatever it is: one message must not stop the others
            _LOG.warning("a kept message cannot be delivered", extra={"kept": message_key}, exc_info=True)
            return False

    def _bring(self, message_key: Key, instance_key: Key) -> bool:
        with self._units() as uow:
            self._advance.lock(uow, [instance_key])
            found = uow.session.execute(
                _missed(uow).where(Message.key == message_key, MessageSubscription.instance_key == instance_key)
            ).first()
            kept = uow.session.get(Message, message_key)
            if found is None or kept is None:
                return False
            message = _again(kept)
            self._deliver(uow, SYSTEM, message_key, message, found)
            return True

    def _receivers(self, uow: UnitOfWork, message: NewMessage) -> list[Any]:
        """One wait of each process, the oldest; their instances locked, and the waits read again under the lock."""
        waits = (
            select(
                MessageSubscription.instance_key,
                MessageSubscription.element_instance_key,
                MessageSubscription.position,
                MessageSubscription.process_id,
            )
            .where(
                MessageSubscription.name == message.name,
                MessageSubscription.correlation_key == message.correlation_key,
            )
            .ext(distinct_on(MessageSubscription.process_id))
            .order_by(MessageSubscription.process_id, MessageSubscription.key)
        )
        seen = {row.instance_key for row in uow.session.execute(waits)}
        if not seen:
            return []
        self._advance.lock(uow, seen)
        return [row for row in uow.session.execute(waits) if row.instance_key in seen]

    def _reach(
        self, uow: UnitOfWork, actor: Actor, key: Key, message: NewMessage, receivers: Sequence[Any]
    ) -> tuple[Key, ...]:
        """Those who wait, then processes that it starts: each process once."""
        sent = Sent(
            key=key,
            name=message.name,
            correlation_key=message.correlation_key,
            variables=message.variables,
            kept=message.time_to_live > timedelta(0),
        )
        claims = self._starts.claim(uow, sent, {to.process_id for to in receivers})
        reached = [self._deliver(uow, actor, key, message, to) for to in receivers]
        return (*reached, *self._starts.by_message(uow, actor, sent, claims))

    def _deliver(self, uow: UnitOfWork, actor: Actor, key: Key, message: NewMessage, to: Any) -> Key:
        opened = self._advance.open(uow, actor, to.instance_key)
        if message.time_to_live > timedelta(0):
            note_correlation(uow, key, opened)
        trigger = lambda instance: instance.trigger(to.element_instance_key, to.position, message.variables)  # noqa: E731
        self._advance.move(uow, opened, Step(command=trigger))
        return opened.key


def _made(fields: MessageFields) -> NewMessage:
    return NewMessage(
        name=fields["name"],
        correlation_key=fields.get("correlation_key", ""),
        variables=fields.get("variables", {}),
        time_to_live=timedelta(milliseconds=fields.get("time_to_live", 0)),
        message_id=fields.get("message_id"),
    )


def _again(kept: Message) -> NewMessage:
    return NewMessage(
        name=kept.name,
        correlation_key=kept.correlation_key,
        variables=kept.variables,
        time_to_live=kept.expires_at - kept.published_at,
        message_id=kept.message_id,
    )


def _kept(published: PublishedMessage) -> Mapping[str, Json]:
    return {"messageKey": str(published.message_key), "reached": [str(key) for key in published.process_instance_keys]}


def _told(kept: Mapping[str, Json]) -> PublishedMessage:
    reached = kept["reached"]
    assert isinstance(reached, list)  # noqa: S101 - written above, read here
    return PublishedMessage(
        message_key=int(str(kept["messageKey"])), process_instance_keys=tuple(int(str(key)) for key in reached)
    )


def _checked(message: NewMessage) -> NewMessage:
    values.name(message.name, "message name")
    if len(message.correlation_key) > 200 or "\0" in message.correlation_key:
        raise Malformed("A correlation key has at most 200 characters.")
    if message.message_id is not None:
        values.name(message.message_id, "message id")
    if not timedelta(0) <= message.time_to_live <= MAX_TTL:
        raise Malformed("A message is kept for at most a year.")
    values.variables(message.variables)
    return message


def _keep(uow: UnitOfWork, key: Key, message: NewMessage) -> None:
    same = (Message.name == message.name, Message.correlation_key == message.correlation_key)
    if message.message_id is not None:
        expired = (Message.message_id == message.message_id, Message.expires_at <= uow.now())
        uow.session.execute(delete(Message).where(*same, *expired))
    kept = uow.session.execute(
        insert(Message)
        .values(
            key=key,
            name=message.name,
            correlation_key=message.correlation_key,
            message_id=message.message_id,
            variables=dict(message.variables),
            published_at=uow.now(),
            expires_at=uow.now() + message.time_to_live,
        )
        .on_conflict_do_nothing()
        .returning(Message.key)
    )
    if kept.first() is None:
        raise Conflict(f"A message with the id {message.message_id!r} is kept already.")


def _missed(uow: UnitOfWork) -> Any:
    """Waits with a kept message that has not reached their process."""
    reached = exists().where(
        MessageCorrelation.message_key == Message.key,
        MessageCorrelation.process_id == MessageSubscription.process_id,
    )
    return (
        select(
            Message.key.label("message_key"),
            MessageSubscription.instance_key,
            MessageSubscription.element_instance_key,
            MessageSubscription.position,
            MessageSubscription.process_id,
        )
        .join(
            MessageSubscription,
            (MessageSubscription.name == Message.name)
            & (MessageSubscription.correlation_key == Message.correlation_key),
        )
        .where(Message.expires_at > uow.now(), ~reached)
        .order_by(Message.key, MessageSubscription.key)
    )
