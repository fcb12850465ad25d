"""Safe repeats: a command that carries an idempotency key is done once, and a repeat gets the first answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from engine.errors import IdempotencyMismatch, Malformed
from engine.store.idempotency import Idempotency
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor, Json

MAX_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class Repeatable:
    """Which command may be repeated: its name, the client's key, and a digest of what was asked for."""

    operation: str
    key: str
    body_hash: bytes


def repeatable(operation: str, key: str | None, *body: object) -> Repeatable | None:
    """The command `operation` with the request `body`, if the client gave a key for it."""
    return None if key is None else Repeatable(operation=operation, key=key, body_hash=digest(body))


def digest(body: object) -> bytes:
    """SHA-256 of a request (JSON, dataclasses and bytes inside); equal requests give equal digests."""
    return hashlib.sha256(orjson.dumps(body, default=_plain, option=orjson.OPT_SORT_KEYS)).digest()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def idempotent(
    uow: UnitOfWork, actor: Actor, command: Repeatable | None, do: Callable[[], Mapping[str, Json]]
) -> Mapping[str, Json]:
    """The result of `do`, or of the first time this command was done by this actor; without `command` simply `do`.

    A repeat that comes while the first is still running waits for it. Raises `IdempotencyMismatch` if the key was
    used with another request. A command that fails leaves no trace, so it may be tried again.
    """
    if command is None:
        return do()
    _check(command.key)
    identity = {"actor": actor.username, "operation": command.operation, "idempotency_key": command.key}
    row = identity | {"body_hash": command.body_hash, "result": None, "created_at": uow.now()}
    first = uow.session.execute(
        insert(Idempotency).values(row).on_conflict_do_nothing().returning(Idempotency.operation)
    ).first()
    if first is None:
        return _earlier(uow, identity, command)
    result = do()
    uow.session.execute(update(Idempotency).filter_by(**identity).values(result=dict(result)))
    return result


def _check(key: str) -> None:
    if not 1 <= len(key) <= MAX_LENGTH or not key.isprintable():
        raise Malformed(f"An idempotency key has 1 to {MAX_LENGTH} printable characters.")


def _earlier(uow: UnitOfWork, identity: Mapping[str, Any], command: Repeatable) -> Mapping[str, Json]:
    kept = uow.session.execute(select(Idempotency).filter_by(**identity)).scalar_one()
    if kept.body_hash != command.body_hash:
        raise IdempotencyMismatch
    return kept.result  # type: ignore[no-any-return]  # a JSON column holds what was put there
