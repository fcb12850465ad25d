"""Letters leave as mail: once, with the code, and never to somebody who did not say who they are."""

from __future__ import annotations

import mailbox
from email.message import Message
from typing import Any

from sqlalchemy import select, update

from engine.complaints import PartyData
from engine.store.correspondence import Correspondence
from engine.store.job import Job
from engine.store.party import Party
from engine.types import SYSTEM
from tests.engine.complaints.desk import Desk


def deliver(desk: Desk) -> list[Message[Any, Any]]:
    """Do the waiting jobs as the worker does, twice: a job may come again."""
    with desk.engine.units() as uow:
        waiting = list(uow.session.scalars(select(Job).where(Job.job_type == "send-mail")))
    for job in [*waiting, *waiting]:
        desk.engine.handlers["send-mail"](job)  # type: ignore[arg-type]  # a row has the variables, as a job has
    return list(mailbox.Maildir(desk.engine.settings.mailbox))


def test_the_acknowledgement_is_mailed_once_with_the_code(desk: Desk) -> None:
    filed = desk.file()
    (mail,) = deliver(desk)
    assert mail["To"] == "ann@home.example"
    assert filed.reference in mail["Subject"]
    assert filed.tracking_code in mail.get_payload()
    (letter,) = desk.engine.complaints.messages(SYSTEM, filed.reference)
    assert letter.delivery == "sent"
    assert letter.delivered_at is not None


def test_who_acts_for_the_complainant_gets_the_mail(desk: Desk) -> None:
    desk.file(
        complainant=PartyData(name="Ann", email="ann@home.example"),
        representative=PartyData(name="Bob", email="bob@law.example", authority="by letter"),
    )
    (mail,) = deliver(desk)
    assert mail["To"] == "bob@law.example"


def test_an_address_that_was_erased_is_not_mailed(desk: Desk) -> None:
    filed = desk.file()
    with desk.engine.units() as uow:
        uow.session.execute(update(Party).values(email=None))
    assert deliver(desk) == []
    assert desk.engine.complaints.messages(SYSTEM, filed.reference)[0].delivery == "waiting"


def test_a_job_carries_no_personal_data(desk: Desk) -> None:
    desk.file()
    with desk.engine.units() as uow:
        (job,) = uow.session.scalars(select(Job))
        (letter,) = uow.session.scalars(select(Correspondence))
    assert job.variables == {"messageKey": str(letter.key)}
