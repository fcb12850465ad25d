"""Forgetting what has served its time. Cases, their history and the audit trail are never touched here."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, delete, select, tuple_

from engine.store.idempotency import Idempotency
from engine.store.job import Job
from engine.store.unit_of_work import UnitsOfWork

ANSWERS_KEPT = timedelta(days=7)
"""How long a repeat with the same idempotency key gets the first answer."""
JOBS_KEPT = timedelta(days=30)
"""How long a detached job that is done can still be looked up."""
AT_ONCE = 5_000


class Housekeeping:
    """Called by the worker now and then; any number of workers may call it at the same time."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    def tidy(self) -> None:
        """Delete old answers of repeatable commands and old detached jobs, a bounded number of each."""
        with self._units() as uow:
            row = tuple_(Idempotency.actor, Idempotency.operation, Idempotency.idempotency_key)
            old = select(Idempotency.actor, Idempotency.operation, Idempotency.idempotency_key)
            old = old.where(Idempotency.created_at < uow.now() - ANSWERS_KEPT).limit(AT_ONCE)
            uow.session.execute(delete(Idempotency).where(row.in_(old.with_for_update(skip_locked=True))))
        with self._units() as uow:
            done = and_(Job.instance_key.is_(None), Job.state != "CREATED", Job.ended_at < uow.now() - JOBS_KEPT)
            keys = select(Job.key).where(done).limit(AT_ONCE).with_for_update(skip_locked=True)
            uow.session.execute(delete(Job).where(Job.key.in_(keys)))
