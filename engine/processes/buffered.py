"""Messages that were published before anybody waited for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Text, bindparam, exists, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from engine.processes.opened import Opened
from engine.processes.projection import Projection
from engine.store.message import Message, MessageCorrelation
from engine.store.unit_of_work import UnitOfWork
from engine.types import Json, Key


@dataclass(frozen=True, kw_only=True)
class Buffered:
    """A kept message and the wait that it reaches."""

    message_key: Key
    element_instance_key: Key
    position: int
    variables: Mapping[str, Json]


_SEEN = exists().where(
    MessageCorrelation.message_key == Message.key, MessageCorrelation.process_id == bindparam("process", type_=Text)
)
_OLDEST = (
    select(Message.key, Message.name, Message.correlation_key, Message.variables)
    .where(
        tuple_(Message.name, Message.correlation_key).in_(bindparam("wanted", expanding=True)),
        Message.expires_at > bindparam("now"),
        ~_SEEN,
    )
    .order_by(Message.key)
    .limit(1)
    .with_for_update(of=Message, skip_locked=True)
)


def next_buffered(uow: UnitOfWork, opened: Opened, what: Projection) -> Buffered | None:
    """The oldest kept message for a wait that began in this command, noted as correlated; None where there is none.

    Asks the database only if a wait has begun since the last time. A message reaches one process once.
    """
    waits = {at: row for at, row in what.messages.items() if row["key"] not in what.looked_up}
    if not waits:
        return None
    wanted = {(row["name"], row["correlation_key"]): at for at, row in waits.items()}
    given = {"wanted": list(wanted), "now": uow.now(), "process": opened.process_id}
    # Over the connection: what the session holds is no message, so it need not be written for this.
    found = uow.session.connection().execute(_OLDEST, given).first()
    if found is None or not note_correlation(uow, found.key, opened):
        what.looked_up.update(row["key"] for row in waits.values())
        return None
    key, position = wanted[found.name, found.correlation_key]
    return Buffered(message_key=found.key, element_instance_key=key, position=position, variables=found.variables)


def note_correlation(uow: UnitOfWork, message_key: Key, opened: Opened) -> bool:
    """Note that a kept message has reached this process; whether it had not before."""
    noted = uow.session.execute(
        insert(MessageCorrelation)
        .values(key=uow.new_key(), message_key=message_key, process_id=opened.process_id, instance_key=opened.key)
        .on_conflict_do_nothing()
        .returning(MessageCorrelation.key)
    )
    return noted.first() is not None
