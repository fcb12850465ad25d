"""The complaint register for callers: every public method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.complaints.attachments import AttachmentContent, AttachmentStore, attachment_view
from engine.complaints.cases import get_case, remember
from engine.complaints.checks import check_message
from engine.complaints.correcting import Correcting
from engine.complaints.extending import Extending, Postponement
from engine.complaints.following import Following, case_of_code
from engine.complaints.letters import LetterDesk
from engine.complaints.pausing import Standstill, file_is_complete, go_on, stand_still
from engine.complaints.presenting import message_view, messages_of, row_view, timeline_of, whole_view
from engine.complaints.receiving import Receiving
from engine.complaints.recomputing import Recomputing
from engine.complaints.regimes import Regimes
from engine.complaints.searching import WORDS, by_words
from engine.complaints.views import (
    AttachmentView,
    ComplaintChanges,
    ComplaintView,
    MessageView,
    PublicStatus,
    Receipt,
    Received,
    TimelineView,
    Upload,
)
from engine.errors import NotFound
from engine.permissions import Permission, require
from engine.processes.idempotency import idempotent, repeatable
from engine.records import note_read
from engine.store.complaint import Complaint
from engine.store.correspondence import Correspondence
from engine.store.search import Searchable, search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import COMPLAINANT, Actor, Json, Key, Page, SearchRequest


@dataclass(frozen=True, kw_only=True)
class Desks:
    """The parts that the register is made of; bootstrap puts them together."""

    receiving: Receiving
    following: Following
    correcting: Correcting
    letters: LetterDesk
    extending: Extending
    regimes: Regimes
    recomputing: Recomputing
    files: AttachmentStore


class Complaints:
    """Complaints for staff, integrations and, with a tracking code, for complainants."""

    def __init__(self, units: UnitsOfWork, desks: Desks) -> None:
        self._units, self._desks = units, desks

    # -- for staff and integrations

    def receive(self, actor: Actor, receipt: Receipt, idempotency: str | None = None) -> Received:
        """Receive a complaint: registered, acknowledged, its process started (7.2, 7.4).

        For the complainant on the portal (`COMPLAINANT`), or with `complaint:create`. Raises Refused with findings,
        TooLarge, UnsupportedContent, IdempotencyMismatch; then nothing was registered.
        """
        if actor is not COMPLAINANT:
            require(actor, Permission.COMPLAINT_CREATE)
        with self._units() as uow:
            return self._desks.receiving.receive(uow, actor, receipt, idempotency)

    def get(self, actor: Actor, reference: str) -> ComplaintView:
        """One complaint with its people, clocks, notes and corrections. Needs `complaint:read`; the look is logged."""
        with self._units() as uow:
            return self._whole(uow, _read(uow, actor, reference, "complaint"))

    def search(self, actor: Actor, request: SearchRequest) -> Page[ComplaintView]:
        """Complaints by code, date, team or `words`; without parties, clocks and notes. Needs `complaint:read`.

        Whoever finds a case by words has learned what is in it: that is logged for each case on the page (4.10).
        """
        require(actor, Permission.COMPLAINT_READ)
        with self._units() as uow:
            page = search(uow.session, select(Complaint), _SEARCH, request)
            for found in page.items if WORDS in request.filter else ():
                note_read(uow, actor, found.reference, "search by words")
            return page

    def update(self, actor: Actor, reference: str, changes: ComplaintChanges) -> ComplaintView:
        """Correct fields; the old values stay in `changes` (4.9). Needs `complaint:update`.

        Raises Refused with findings, StaleVersion, TooLarge.
        """
        require(actor, Permission.COMPLAINT_UPDATE)
        with self._units() as uow:
            self._desks.correcting.correct(uow, actor, _locked(uow, reference), changes)
        with self._units() as uow:
            return self._whole(uow, get_case(uow, reference))

    def timeline(self, actor: Actor, reference: str) -> tuple[TimelineView, ...]:
        """What happened, oldest first. Needs `complaint:read`."""
        require(actor, Permission.COMPLAINT_READ)
        with self._units() as uow:
            return timeline_of(uow, get_case(uow, reference))

    def messages(self, actor: Actor, reference: str) -> tuple[MessageView, ...]:
        """Letters and messages, oldest first. Needs `complaint:read`; the look is logged."""
        with self._units() as uow:
            return messages_of(uow, _read(uow, actor, reference, "messages"))

    def write(self, actor: Actor, reference: str, text: str, idempotency: str | None = None) -> MessageView:
        """Write to the complainant: on the status page, and by mail where there is an address.

        Needs `complaint:update`. A repeat with the same `idempotency` gives the first message. Raises Refused for an
        empty text, TooLarge.
        """
        require(actor, Permission.COMPLAINT_UPDATE)
        command = repeatable("write-message", idempotency, reference, text)
        with self._units() as uow:

            def written() -> Mapping[str, Json]:
                case = _locked(uow, reference)
                return {"key": str(self._desks.letters.message(uow, case, actor, check_message("text", text)))}

            key = int(str(idempotent(uow, actor, command, written)["key"]))
            uow.session.flush()
            return message_view(uow.session.get_one(Correspondence, key))

    def extend(self, actor: Actor, reference: str, asked: Postponement) -> ComplaintView:
        """Put off the answer, with reasons, and tell the complainant (7.3); timers of the process follow.

        Needs `complaint:update`. Raises Conflict where no answer is due any more, Refused with findings, TooLarge.
        """
        return self._with_clocks(
            actor, reference, lambda uow, case: self._desks.extending.extend(uow, actor, case, asked)
        )

    def pause(self, actor: Actor, reference: str, asked: Standstill) -> ComplaintView:
        """Let the clocks of ours stand still for a reason other than a question; those of the law run on.

        Needs `complaint:update`. Raises Conflict where they stand still already or the answer was given, Refused.
        """
        return self._with_clocks(
            actor, reference, lambda uow, case: stand_still(uow, case, self._desks.regimes, actor, asked)
        )

    def resume(self, actor: Actor, reference: str) -> ComplaintView:
        """Let the clocks go on that staff stopped; timers of the process follow.

        Needs `complaint:update`. Raises Conflict where they do not stand still, or wait for the complainant.
        """
        return self._with_clocks(actor, reference, lambda uow, case: go_on(uow, case, self._desks.regimes, actor))

    def complete_file(self, actor: Actor, reference: str, on: date | None = None) -> ComplaintView:
        """Everything needed came on the day `on` (None: now): clocks that waited for it start (4.15).

        Needs `complaint:update`. Raises Conflict where no clock waits, Refused for a day before the receipt or ahead.
        """
        return self._with_clocks(
            actor, reference, lambda uow, case: file_is_complete(uow, case, self._desks.regimes, actor, on)
        )

    def _with_clocks(self, actor: Actor, reference: str, act: Callable[[UnitOfWork, Complaint], None]) -> ComplaintView:
        """Change the clocks of a case while its instance is locked; what it is then."""
        require(actor, Permission.COMPLAINT_UPDATE)
        with self._units() as uow:
            self._desks.following.with_process(uow, actor, get_case(uow, reference), lambda case: act(uow, case))
        with self._units() as uow:
            return self._whole(uow, get_case(uow, reference))

    def _whole(self, uow: UnitOfWork, case: Complaint) -> ComplaintView:
        return whole_view(uow, case, self._desks.regimes.of(case.regime, case.calendar))

    def recompute_deadlines(self) -> int:
        """Reckon all open dates by the calendars as they are now; the number of cases in which one moved.

        The worker asks for it when it starts. Cases say so on their timeline.
        """
        return self._desks.recomputing.recompute()

    def attach(self, actor: Actor, reference: str, upload: Upload, idempotency: str | None = None) -> AttachmentView:
        """Add a file. Needs `complaint:update`. A repeat with the same `idempotency` gives the first one.

        Raises TooLarge, UnsupportedContent, Refused for an empty one.
        """
        require(actor, Permission.COMPLAINT_UPDATE)
        command = repeatable("attach", idempotency, reference, upload.name, upload.content)
        with self._units() as uow:

            def added() -> Mapping[str, Json]:
                return {"key": str(self._desks.files.add(uow, _locked(uow, reference), actor, upload).attachment_key)}

            key = int(str(idempotent(uow, actor, command, added)["key"]))
            uow.session.flush()
            return attachment_view(self._desks.files.get(uow, get_case(uow, reference), key))

    def attachments(self, actor: Actor, reference: str) -> tuple[AttachmentView, ...]:
        """The files of a case, oldest first. Needs `complaint:read`."""
        require(actor, Permission.COMPLAINT_READ)
        with self._units() as uow:
            return tuple(attachment_view(row) for row in self._desks.files.of(uow, get_case(uow, reference)))

    def attachment(self, actor: Actor, reference: str, key: Key) -> AttachmentContent:
        """Where a file lies, to be sent as it is. Needs `complaint:read`; the look is logged. Raises NotFound."""
        with self._units() as uow:
            case = _read(uow, actor, reference, f"attachment {key}")
            return self._desks.files.content(self._desks.files.get(uow, case, key))

    def content(self, actor: Actor, reference: str, key: Key) -> tuple[AttachmentView, bytes]:
        """A file and its bytes. Needs `complaint:read`; the look is logged. Raises NotFound."""
        with self._units() as uow:
            row = self._desks.files.get(uow, _read(uow, actor, reference, f"attachment {key}"), key)
            return attachment_view(row), self._desks.files.content(row).path.read_bytes()

    # -- for the holder of a tracking code

    def status(self, code: str) -> PublicStatus:
        """What the holder of `code` sees (7.3). Raises NotFound, the same for a wrong code and an unknown one."""
        with self._units() as uow:
            return self._desks.following.status(uow, case_of_code(uow, code))

    def answer(self, code: str, text: str) -> None:
        """Answer a question of ours. Raises Conflict where none was asked, Refused, TooLarge, NotFound."""
        with self._units() as uow:
            self._desks.following.answer(uow, case_of_code(uow, code), text)

    def respond(self, code: str, accepted: bool, reason: str = "") -> None:  # noqa: FBT001 - the contract's own flag
        """Accept or refuse our answer (7.9). Raises Conflict where there is none to respond to."""
        with self._units() as uow:
            self._desks.following.respond(uow, case_of_code(uow, code), reason, accepted=accepted)

    def withdraw(self, code: str, reason: str = "") -> None:
        """Withdraw the complaint. Raises Conflict where it is over."""
        with self._units() as uow:
            self._desks.following.withdraw(uow, case_of_code(uow, code), reason)

    def survey(self, code: str, answers: Mapping[str, Json]) -> None:
        """Say how the complaint was handled, once (8.3). Raises Conflict where no survey is open, FormInvalid."""
        with self._units() as uow:
            self._desks.following.survey(uow, case_of_code(uow, code, lock=True), answers)

    def write_public(self, code: str, text: str) -> None:
        """Write to whoever handles the case, at any time."""
        with self._units() as uow:
            self._desks.following.write(uow, case_of_code(uow, code, lock=True), text)

    def attach_public(self, code: str, upload: Upload) -> AttachmentView:
        """Add evidence. Raises TooLarge, UnsupportedContent, Refused for an empty file."""
        with self._units() as uow:
            return self._desks.files.add(uow, case_of_code(uow, code, lock=True), COMPLAINANT, upload)

    def attachment_public(self, code: str, key: Key) -> AttachmentContent:
        """Where a file of the case lies, to be sent as it is. Raises NotFound for another case's."""
        with self._units() as uow:
            return self._desks.files.content(self._desks.files.get(uow, case_of_code(uow, code), key))


def _read(uow: UnitOfWork, actor: Actor, reference: str, part: str) -> Complaint:
    """The case, if `actor` may read it; that it was looked at is written down (4.10)."""
    require(actor, Permission.COMPLAINT_READ)
    case = get_case(uow, reference)
    note_read(uow, actor, case.reference, part)
    return case


def _locked(uow: UnitOfWork, reference: str) -> Complaint:
    case = uow.session.scalar(select(Complaint).where(Complaint.reference == reference).with_for_update())
    if case is None:
        raise NotFound(f"There is no complaint {reference!r}.")
    remember(uow, case)
    return case


_FIELDS = (
    "reference", "status", "channel", "language", "origin", "feedback", "category", "severity", "priority", "team",
    "decision", "remedy", "outcome", "response", "regime", "anonymous", "escalation_level", "cause", "systemic",
    "received_at", "acknowledged_at", "answered_at", "closed_at",
)  # fmt: skip
_COLUMNS: dict[str, Any] = {
    "complaint_key": Complaint.key,
    "process_instance_key": Complaint.instance_key,
    **{name: getattr(Complaint, name) for name in _FIELDS},
}
_SEARCH = Searchable(
    columns=_COLUMNS,
    key=Complaint.key,
    view=row_view,
    filters={WORDS: by_words},
    default_sort=(("complaint_key", "desc"),),
)
