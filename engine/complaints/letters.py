"""Writes letters of a case: the text at once, for the status page; the mail as a job, where there is an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.numbers import format_decimal
from sqlalchemy import select

from engine.communication import CODE_MARK, SEND_MAIL, Letter, Letters, locale_of, long_date
from engine.complaints.cases import happened
from engine.complaints.clocks import promises
from engine.complaints.context import MAILED, address_of
from engine.complaints.events import Event
from engine.complaints.regimes import Regimes
from engine.processes.jobs import enqueue
from engine.records import About, Action, audit
from engine.store.case_note import CaseNote
from engine.store.complaint import Complaint
from engine.store.correspondence import Correspondence
from engine.store.party import Party
from engine.store.unit_of_work import UnitOfWork
from engine.tasks.forms import Catalogues
from engine.types import Actor, Json

MAIL_RETRIES = 5
TOLD = ("final_response", "progress_update", "complainant_reply")


@dataclass(frozen=True, kw_only=True)
class LetterSettings:
    """What letters need of the installation: where the portal is, and the sender's address (for Message-IDs)."""

    public_url: str
    mail_from: str

    @property
    def domain(self) -> str:
        """The domain behind the sender's address."""
        return self.mail_from.rpartition("@")[2].strip(" >") or "localhost"


class LetterDesk:
    """Writes letters and messages to complainants."""

    def __init__(self, letters: Letters, catalogues: Catalogues, regimes: Regimes, settings: LetterSettings) -> None:
        self._letters, self._catalogues = letters, catalogues
        self._regimes, self._settings = regimes, settings

    def write(self, uow: UnitOfWork, case: Complaint, actor: Actor, letter: str, **told: Json) -> int:
        """Write `letter` (an id of `engine.communication.LETTERS`) in the complainant's language; its key.

        `told` are further facts for the template.
        """
        language = self._letters.language(case.language)
        written = self._letters.write(letter, case.language, {**told, **self._facts(uow, case, language)})
        happened(uow, case, Event.LETTER_WRITTEN, actor, {"letter": letter})
        about = About(subject=letter, instance_key=case.instance_key, business_id=case.reference)
        audit(uow, actor, Action.LETTER_SENT, about)
        return self._keep(uow, case, actor, letter, written)

    def put_off(self, uow: UnitOfWork, case: Complaint, actor: Actor, until: date, reason: str) -> int:
        """Tell that the answer comes later: the new last day, and why; the key of the letter."""
        new_date = long_date(until, self._letters.language(case.language))
        return self.write(uow, case, actor, "extension", new_date=new_date, reason=reason)

    def message(self, uow: UnitOfWork, case: Complaint, actor: Actor, text: str) -> int:
        """Send a message that a person wrote; its key."""
        written = Letter(language=case.language, subject=case.reference, body=text)
        happened(uow, case, Event.MESSAGE_WRITTEN, actor, {})
        return self._keep(uow, case, actor, "message", written)

    def _keep(self, uow: UnitOfWork, case: Complaint, actor: Actor, kind: str, written: Letter) -> int:
        key = uow.new_key()
        mailed = address_of(uow, case) is not None
        uow.session.add(
            Correspondence(
                key=key,
                complaint_key=case.key,
                direction="out",
                kind=kind,
                at=uow.now(),
                actor=actor.username,
                language=written.language,
                subject=written.subject,
                body=written.body,
                delivery="waiting" if mailed else "page",
                message_id=f"<{key}.{case.reference}@{self._settings.domain}>" if mailed else None,
            )
        )
        if mailed:
            enqueue(uow, SEND_MAIL, {"messageKey": str(key)}, case.reference, MAIL_RETRIES)
        return key

    def _facts(self, uow: UnitOfWork, case: Complaint, language: str) -> dict[str, object]:
        zone = self._regimes.of(case.regime, case.calendar).ours.zone

        def on(instant: datetime) -> str:
            return long_date(instant.astimezone(zone).date(), language)

        due = promises(uow, case, TOLD)
        final = due.get("final_response")
        return {
            "reference": case.reference,
            "name": _name(uow, case),
            "received": on(case.received_at),
            "status_url": f"{self._settings.public_url}/follow",
            "code": CODE_MARK,
            "promises": {kind: on(instant) for kind, instant in due.items()},
            "late": final is not None and uow.now() > final + timedelta(seconds=1),
            "decision": case.decision,
            "remedy": self._catalogues.label("remedies", case.remedy, language) if _granted(case) else None,
            "amount": _amount(case.remedy_amount, language) if _granted(case) else None,
            "remedy_done": case.remedy_done_at is not None,
            "review_outcome": case.review_outcome,
            "outcome": case.outcome,
            "action_needed": case.action_needed,
            "external_body": self._regimes.get(case.regime).external_body(language),
            "notes": _Notes(uow, case),
        }


def _granted(case: Complaint) -> bool:
    return case.decision in {"upheld", "partly-upheld"}


class _Notes(Mapping[str, Json]):
    """The latest note of each field, read when a letter asks for the first."""

    def __init__(self, uow: UnitOfWork, case: Complaint) -> None:
        self._uow, self._case = uow, case
        self._read: dict[str, Json] | None = None

    def _notes(self) -> dict[str, Json]:
        if self._read is None:
            self._read = latest_notes(self._uow, self._case)
        return self._read

    def __getitem__(self, name: str) -> Json:
        return self._notes().get(name)

    def __iter__(self):  # type: ignore[no-untyped-def]  # Mapping gives the type
        return iter(self._notes())

    def __len__(self) -> int:
        return len(self._notes())


def latest_notes(uow: UnitOfWork, case: Complaint, element_id: str | None = None) -> dict[str, Json]:
    """The latest value of each field of the case; of those entered at one element where `element_id` is given."""
    uow.session.flush()
    rows = (
        select(CaseNote.field, CaseNote.value)
        .where(CaseNote.complaint_key == case.key)
        .order_by(CaseNote.at, CaseNote.key)
    )
    if element_id is not None:
        rows = rows.where(CaseNote.element_id == element_id)
    return {row.field: row.value for row in uow.session.execute(rows)}


def _name(uow: UnitOfWork, case: Complaint) -> str | None:
    if case.anonymous:
        return None
    named = (Party.complaint_key == case.key, Party.role.in_(MAILED), Party.name.is_not(None))
    with uow.session.no_autoflush:
        return uow.session.scalar(select(Party.name).where(*named).order_by(Party.role.desc()).limit(1))


def _amount(amount: Decimal | None, language: str) -> str | None:
    return None if not amount else format_decimal(amount, format="#,##0.00", locale=locale_of(language))
