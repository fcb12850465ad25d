"""A part of a command that may fail by itself: what it wrote is taken back, all else stands.

A plain savepoint. SQLAlchemy's nested transactions do the same, and cost a command more than the statements in them:
they flush twice and keep a snapshot of the session for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, make_transient

if TYPE_CHECKING:
    from engine.store.unit_of_work import UnitOfWork


class Attempt:
    """Begins when it is made; ends with `keep` or `undo`. Attempts do not nest."""

    def __init__(self, uow: UnitOfWork) -> None:
        uow.session.flush()  # what was changed before stays, whatever happens now
        self._session, self._connection = uow.session, uow.session.connection()
        self._known = frozenset(uow.session)
        self._uow, self._left = uow, uow.left()
        self._connection.exec_driver_sql("SAVEPOINT attempt")

    def keep(self) -> None:
        """It went well."""
        self._connection.exec_driver_sql("RELEASE SAVEPOINT attempt")

    def undo(self) -> None:
        """It failed: rows, notices, what the session holds and the scratch are as they were.

        A transaction that is broken as a whole is left to whoever began it.
        """
        if self._connection.closed or not self._connection.in_transaction():
            return
        self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT attempt")
        self.keep()
        self._uow.put_back(self._left)
        with self._session.no_autoflush:
            for added in list(self._session.new):
                self._session.expunge(added)
            for row in list(self._session):
                _read_again(self._session, row, known=row in self._known)


def _read_again(session: Session, row: Any, *, known: bool) -> None:
    if known:
        session.expire(row)
        return
    try:
        session.refresh(row)
    except InvalidRequestError:  # it was written during the attempt
        session.expunge(row)
        make_transient(row)
