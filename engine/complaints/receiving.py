"""Receipt of a complaint: registered, clocks started, acknowledged, its process under way, in one transaction (7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time

from engine.complaints.attachments import AttachmentStore
from engine.complaints.cases import happened, remember
from engine.complaints.checks import check_receipt
from engine.complaints.choosing import choose_regime
from engine.complaints.clocks import PROMISED, Clocks, current
from engine.complaints.context import remember_address
from engine.complaints.events import Event
from engine.complaints.regimes import Regime, Regimes
from engine.complaints.tracking import TrackingCodes, digest_of
from engine.complaints.views import PartyData, Receipt, Received
from engine.errors import Finding, Refused
from engine.processes.idempotency import Repeatable, digest, idempotent
from engine.processes.instances import InstanceService, StartInstance
from engine.records import About, Action, audit
from engine.store.complaint import REFERENCE_NUMBERS, Complaint
from engine.store.party import Party
from engine.store.unit_of_work import UnitOfWork
from engine.tasks.forms import Catalogues
from engine.types import Actor, Json

PROCESS = "complaint-handling"
NOON = time(12)
OPERATION = "receive-complaint"


class Receiving:
    """Takes complaints in."""

    def __init__(
        self, instances: InstanceService, regimes: Regimes, catalogues: Catalogues, codes: TrackingCodes,
        files: AttachmentStore,
    ) -> None:  # fmt: skip
        self._instances, self._regimes, self._catalogues = instances, regimes, catalogues
        self._codes, self._files = codes, files

    def receive(self, uow: UnitOfWork, actor: Actor, receipt: Receipt, idempotency: str | None) -> Received:
        """Register a complaint and start its process. Raises Refused with findings, TooLarge, UnsupportedContent,
        IdempotencyMismatch. A repeat with the same key gives the first answer, the same tracking code included.
        """
        command = None
        if idempotency is not None:
            command = Repeatable(operation=OPERATION, key=idempotency, body_hash=digest(asdict(receipt)))
        result = idempotent(uow, actor, command, lambda: self._register(uow, actor, receipt))
        return self._received(result)

    def _received(self, result: Mapping[str, Json]) -> Received:
        acknowledged, deadlines = result["acknowledgedAt"], result["deadlines"]
        assert isinstance(deadlines, Mapping)  # noqa: S101 - written below, read here
        return Received(
            reference=str(result["reference"]),
            tracking_code=self._codes.of(int(str(result["complaintKey"]))),
            process_instance_key=int(str(result["processInstanceKey"])),
            acknowledged_at=None if acknowledged is None else datetime.fromisoformat(str(acknowledged)),
            deadlines={kind: datetime.fromisoformat(str(at)) for kind, at in deadlines.items()},
        )

    def _register(self, uow: UnitOfWork, actor: Actor, receipt: Receipt) -> dict[str, Json]:
        regime = self._check(uow, receipt)
        case = self._case(uow, actor, receipt, regime)
        uow.session.add(case)
        remember(uow, case)
        happened(uow, case, Event.RECEIVED, actor, {"channel": case.channel, "language": case.language})
        Clocks(uow, case, self._regimes.of(case.regime, case.calendar)).begin()
        _add_parties(uow, case, receipt)
        for upload in receipt.attachments:
            self._files.add(uow, case, actor, upload)
        start = StartInstance(
            process_id=PROCESS,
            business_id=case.reference,
            variables={"reference": case.reference, "channel": case.channel, "language": case.language},
        )
        opened = self._instances.start_in(uow, actor, start)
        case.instance_key = opened.key
        about = About(subject=case.reference, instance_key=opened.key, business_id=case.reference)
        audit(uow, actor, Action.COMPLAINT_RECEIVED, about, {"channel": case.channel, "regime": case.regime})
        return _result(uow, case)

    def _check(self, uow: UnitOfWork, receipt: Receipt) -> Regime:
        regime = choose_regime(uow, receipt, self._regimes, self._instances.advance.catalogue)
        check_receipt(receipt, regime.calendar.local(uow.now()).date())
        if receipt.category is not None and self._catalogues.entry("categories", receipt.category) is None:
            finding = Finding(rule="options", message="There is no such category.", element_id="category")
            raise Refused("The complaint cannot be taken like this.", findings=[finding])
        return regime

    def _case(self, uow: UnitOfWork, actor: Actor, receipt: Receipt, regime: Regime) -> Complaint:
        key, now = uow.new_key(), uow.now()
        received_at = _received_at(receipt, regime, now)
        number = uow.session.scalar(REFERENCE_NUMBERS.next_value())
        return Complaint(
            key=key,
            reference=f"C-{regime.calendar.local(now).year}-{number:06d}",
            tracking_digest=digest_of(self._codes.of(key)),
            feedback=receipt.feedback,
            origin=receipt.origin,
            status="received",
            channel=receipt.channel,
            language=receipt.language,
            regime=regime.regime_id,
            calendar=self._regimes.by_unit.get(receipt.unit) if receipt.unit else None,
            anonymous=receipt.anonymous,
            may_disclose=receipt.may_disclose and not receipt.anonymous,
            description=receipt.description.replace("\r\n", "\n"),
            product_or_service=receipt.product_or_service,
            order_reference=receipt.order_reference,
            problem_date=receipt.problem_date,
            remedy_sought=receipt.remedy_sought,
            category=receipt.category,
            escalation_level=0,
            survey_open=False,
            rev=0,
            received_at=received_at,
            received_by=actor.username,
            clocks={kind: limit.to_json() for kind, limit in regime.limits.items()},
        )


def _received_at(receipt: Receipt, regime: Regime, now: datetime) -> datetime:
    """Now, or noon of the earlier day on which it came: nobody knows the hour of a letter."""
    day = receipt.received_on
    if day is None or day == regime.calendar.local(now).date():
        return now
    return regime.calendar.instant(day, NOON)


def _add_parties(uow: UnitOfWork, case: Complaint, receipt: Receipt) -> None:
    parties = {
        "complainant": receipt.complainant,
        "representative": receipt.representative,
        "contact": receipt.contact,
        "unit": PartyData(name=receipt.unit) if receipt.unit else None,
    }
    # Written before the process runs: the acknowledgement asks for the name.
    first = receipt.representative or receipt.complainant
    second = receipt.complainant
    remember_address(uow, case, (first and first.email) or (second and second.email) or None)
    for role, party in parties.items():
        if party is not None and any(asdict(party).values()):
            uow.session.add(Party(key=uow.new_key(), complaint_key=case.key, role=role, **asdict(party)))
    uow.session.flush()


def _result(uow: UnitOfWork, case: Complaint) -> dict[str, Json]:
    clocks = current(uow, case)
    return {
        "complaintKey": str(case.key),
        "reference": case.reference,
        "processInstanceKey": str(case.instance_key),
        "acknowledgedAt": case.acknowledged_at.isoformat() if case.acknowledged_at else None,
        "deadlines": {kind: clocks[kind].due_at.isoformat() for kind in PROMISED if kind in clocks},
    }
