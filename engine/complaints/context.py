"""What expressions read as `complaint`: codes, dates and amounts of the case, never a name and never free text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.complaints.cases import find_case
from engine.complaints.clocks import ESCALATION, current, waiting_for_file
from engine.complaints.regimes import CLOCKS, STATUTORY, Regimes
from engine.deadlines.calendar import LAST_YEAR
from engine.store.complaint import Complaint
from engine.store.party import Party
from engine.store.unit_of_work import UnitOfWork

NEVER = datetime(LAST_YEAR, 12, 31, 12, tzinfo=UTC)
"""When a clock ends that has not started yet, but will."""


class CaseContext(Mapping[str, object]):
    """The case behind a process instance; read from the database at the first question.

    An instance that belongs to no complaint sees null everywhere. Instants are given in the calendar's zone, so that
    `date(complaint.receivedAt)` is the organisation's day.
    """

    def __init__(self, uow: UnitOfWork, reference: str | None, regimes: Regimes) -> None:
        self._uow, self._reference, self._regimes = uow, reference, regimes

    def __getitem__(self, name: str) -> object:
        """One field of the case; KeyError for a name that there is not."""
        read = _FIELDS[name]
        case = find_case(self._uow, self._reference)
        return None if case is None else read(self, case)

    def __iter__(self) -> Iterator[str]:
        """The names of the fields."""
        return iter(_FIELDS)

    def __len__(self) -> int:
        """How many fields there are."""
        return len(_FIELDS)

    def received_at(self, case: Complaint) -> datetime:
        """When it was received, local."""
        return case.received_at.astimezone(self._zone(case))

    def deadlines(self, case: Complaint) -> Mapping[str, datetime | None]:
        """Due instants by kind; null for a clock that has not started, and a day that nobody waits for where it will
        start with the complete file: a timer that follows it then has a date to move."""
        rows, zone = current(self._uow, case), self._zone(case)
        waiting = waiting_for_file(self._uow, case, self._regimes.get(case.regime))
        dates: dict[str, datetime | None] = dict.fromkeys({*CLOCKS, *waiting})
        dates |= dict.fromkeys(waiting, NEVER.astimezone(zone))
        return dates | {kind: row.due_at.astimezone(zone) for kind, row in rows.items()}

    def has_email(self, case: Complaint) -> bool:
        """Whether letters can be mailed."""
        return not case.anonymous and address_of(self._uow, case) is not None

    def _zone(self, case: Complaint) -> ZoneInfo:
        return self._regimes.of(case.regime, case.calendar).ours.zone


def remember_address(uow: UnitOfWork, case: Complaint, address: str | None) -> None:
    """Spare the rest of the command the question."""
    uow.scratch[Party, "address", case.key] = address


def address_of(uow: UnitOfWork, case: Complaint) -> str | None:
    """Where letters go: to who acts for the complainant, else to the complainant; None where nobody is mailed."""
    known = (Party, "address", case.key)
    if known not in uow.scratch:
        statement = (
            select(Party.email)
            .where(Party.complaint_key == case.key, Party.role.in_(MAILED), Party.email.is_not(None))
            .order_by(Party.role.desc())
            .limit(1)
        )
        with uow.session.no_autoflush:
            uow.scratch[known] = None if case.anonymous else uow.session.scalar(statement)
    address: str | None = uow.scratch[known]
    return address


MAILED = ("complainant", "representative")

_FIELDS: dict[str, Callable[[CaseContext, Complaint], object]] = {
    "reference": lambda _, case: case.reference,
    "status": lambda _, case: case.status,
    "feedback": lambda _, case: case.feedback,
    "origin": lambda _, case: case.origin,
    "channel": lambda _, case: case.channel,
    "language": lambda _, case: case.language,
    "category": lambda _, case: case.category,
    "severity": lambda _, case: case.severity,
    "safety": lambda _, case: case.safety,
    "complexity": lambda _, case: case.complexity,
    "impact": lambda _, case: case.impact,
    "priority": lambda _, case: case.priority,
    "team": lambda _, case: case.team,
    "decision": lambda _, case: case.decision,
    "remedy": lambda _, case: case.remedy,
    "remedyAmount": lambda _, case: case.remedy_amount,
    "response": lambda _, case: case.response,
    "outcome": lambda _, case: case.outcome,
    "escalationLevel": lambda _, case: case.escalation_level,
    "receivedAt": CaseContext.received_at,
    "deadlines": CaseContext.deadlines,
    "anonymous": lambda _, case: case.anonymous,
    "hasEmail": CaseContext.has_email,
}
ENTRIES = (*_FIELDS, *(f"deadlines.{kind}" for kind in (*CLOCKS, STATUTORY, "external_body", ESCALATION)))
"""All that expressions may read of a case, for checks before they run."""
