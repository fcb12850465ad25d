"""The job `send-mail`: carries a letter that was written to the complainant's mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import BigInteger, Table, bindparam, select, update

from engine.communication.letters import CODE_MARK, with_code
from engine.communication.mail import Mail, Mailer, MailFailed
from engine.errors import NotFound
from engine.store.complaint import Complaint
from engine.store.correspondence import Correspondence
from engine.store.party import Party
from engine.store.unit_of_work import UnitsOfWork
from engine.types import Json

SEND_MAIL = "send-mail"
LONGEST_RESULT = 500
MAILED = Party.role.in_(("complainant", "representative"))
"""Who gets the letters: the representative where there is one, who sorts behind the complainant."""


@dataclass(frozen=True, kw_only=True)
class _Outgoing:
    mail: Mail
    key: int


class MailSender:
    """Sends one letter for each job `{"messageKey": "..."}`. A letter that was sent is not sent again.

    Only the key travels in the job: address and text are read when the mail leaves, so that an erased or corrected
    address is respected. `code_of` tells the tracking code of a complaint by its key.
    """

    def __init__(self, units: UnitsOfWork, mailer: Mailer, sender: str, code_of: Callable[[int], str]) -> None:
        self._units, self._mailer, self._sender, self._code_of = units, mailer, sender, code_of

    def __call__(self, variables: Mapping[str, Json]) -> None:
        """Send the letter. Raises MailFailed where it did not go (the result is written down first), NotFound."""
        outgoing = self._read(int(str(variables.get("messageKey"))))
        if outgoing is None:
            return
        try:
            result = self._mailer(outgoing.mail)
        except MailFailed as failure:
            self._write_down(outgoing.key, "failed", failure.message)
            raise
        self._write_down(outgoing.key, "sent", result)

    def _read(self, key: int) -> _Outgoing | None:
        with self._units() as uow:
            row = uow.session.execute(_READ, {"letter": key}).first()
            if row is None:
                raise NotFound(f"There is no letter {key}.")
            if row.delivery not in {"waiting", "failed"} or row.anonymous or not row.email:
                return None
            body = row.body
            if CODE_MARK in body:
                body = with_code(body, self._code_of(row.complaint_key))
            return _Outgoing(key=key, mail=self._mail(row, body))

    def _mail(self, letter: Any, body: str) -> Mail:
        return Mail(
            message_id=letter.message_id or "",
            sender=self._sender,
            recipient=letter.email,
            subject=letter.subject or "",
            body=body,
            language=letter.language,
            at=letter.at,
        )

    def _write_down(self, key: int, delivery: str, result: str) -> None:
        with self._units() as uow:
            said = {"letter": key, "how": delivery, "now": uow.now(), "answer": result[:LONGEST_RESULT]}
            uow.session.execute(_WRITE_DOWN, said)


_LETTER = cast("Table", Correspondence.__table__)
_KEY = bindparam("letter", type_=BigInteger)
# Built once, and of columns instead of entities: together they cost more than sending into a folder.
_READ = (
    select(
        _LETTER.c.complaint_key,
        *(_LETTER.c[name] for name in ("delivery", "body", "message_id", "subject", "language", "at")),
        Complaint.anonymous,
        Party.email,
    )
    .join_from(_LETTER, Complaint, Complaint.key == _LETTER.c.complaint_key)
    .outerjoin(Party, (Party.complaint_key == Complaint.key) & Party.email.is_not(None) & MAILED)
    .where(_LETTER.c.key == _KEY)
    .order_by(Party.role.desc())
    .limit(1)
)
_WRITE_DOWN = (
    update(_LETTER)
    .where(_LETTER.c.key == _KEY)
    .values(delivery=bindparam("how"), delivered_at=bindparam("now"), delivery_result=bindparam("answer"))
)
