"""Who is told when a case is escalated, in which words, and who may step in."""

from __future__ import annotations

import mailbox
import re
from datetime import timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.complaints import TimelineView
from engine.complaints.escalating import load_levels
from engine.errors import ConfigurationInvalid
from engine.records import NewAbsence, NewPerson
from engine.store.job import Job
from engine.store.person import Person
from engine.types import SYSTEM
from tests.engine.complaints.desk import Desk, actor

STAFF = {
    "hana": ("case-handlers", "en"),
    "mona": ("managers", "nl"),
    "theo": ("top-management", "en"),
    "rita": ("reviewers", "en"),
}
WHOLE = "".join(f"[levels.{n}]\ngroups = []\ncandidates = []\npriority = 9\n" for n in (1, 2, 3))
BOSS = actor("mona", "managers")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    for username, (group, language) in STAFF.items():
        email = f"{username}@work.example"
        person = NewPerson(username=username, name=username.title(), email=email, groups=[group], locale=language)
        desk.engine.people.create(SYSTEM, person)
    return desk


def late(desk: Desk, reference: str, days: int) -> list[TimelineView]:
    """Let time pass; the escalations on the timeline."""
    desk.engine.set_clock(SYSTEM, desk.engine.clock.now() + timedelta(days=days))
    return [entry for entry in desk.engine.complaints.timeline(SYSTEM, reference) if entry.event == "escalated"]


def notices(desk: Desk) -> list[Message[Any, Any]]:
    """Do the waiting notices twice, as a job may come again."""
    with desk.engine.units() as uow:
        waiting = [job for job in uow.session.scalars(select(Job)) if "notice" in job.variables]
    for job in [*waiting, *waiting]:
        desk.engine.handlers["send-mail"](job)  # type: ignore[arg-type]  # a row has the variables, as a job has
    return list(mailbox.Maildir(desk.engine.settings.mailbox))


def body_of(mail: Message[Any, Any]) -> str:
    """The text of a mail."""
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_the_team_is_told_first_then_managers_then_top_management(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    escalations = late(desk, filed.reference, 60)
    assert [entry.details["people"] for entry in escalations] == [["hana"], ["hana", "mona"], ["hana", "mona", "theo"]]
    assert escalations[0].details["groups"] == ["case-handlers"]
    mails = notices(desk)
    assert sorted(str(mail["To"]).partition("@")[0] for mail in mails) == sorted(
        ["hana", "hana", "mona", "hana", "mona", "theo"]
    )


def test_a_notice_holds_reference_level_date_and_link_and_nothing_about_people(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    late(desk, filed.reference, 60)
    (told,) = (mail for mail in notices(desk) if mail["To"] == "theo@work.example")
    text = body_of(told)
    assert f"{filed.reference}: escalation level 3" in str(told["Subject"])
    assert f"/cases/{filed.reference}" in text
    assert re.search(r"was due on \d{1,2} (March|April) 2026\.", text)
    assert "Ann" not in text
    assert filed.tracking_code not in text
    dutch = next(mail for mail in notices(desk) if mail["To"] == "mona@work.example")
    assert re.search(r"uiterlijk op \d{1,2} (maart|april) 2026 zijn", body_of(dutch))


def test_work_that_nobody_claimed_is_escalated_and_managers_may_take_it(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    assert late(desk, filed.reference, 60)[0].details["unassigned"] is True
    task = desk.tasks(filed.reference)["plan-investigation"]
    assert task.priority == 100
    assert task.candidate_groups == ("case-handlers", "managers")
    desk.engine.tasks.claim(BOSS, task.user_task_key)


def test_an_assessment_that_is_late_is_told_to_the_front_office(desk: Desk) -> None:
    fred = NewPerson(username="fred", name="Fred", groups=["front-office"])
    desk.engine.people.create(SYSTEM, fred)  # without an address: on the timeline, but not mailed
    filed = desk.file()
    (entry,) = late(desk, filed.reference, 4)
    assert (entry.details["level"], entry.details["people"]) == (1, ["fred"])
    assert notices(desk) == []


def test_a_deputy_is_told_what_the_absent_one_is_told(desk: Desk) -> None:
    for username, groups in {"dora": ["case-handlers", "managers"], "cora": ["managers"]}.items():
        person = NewPerson(username=username, name=username.title(), email=f"{username}@work.example", groups=groups)
        desk.engine.people.create(SYSTEM, person)
    today = desk.engine.clock.now().date()
    for username, deputy in (("mona", "dora"), ("dora", "cora")):  # a chain: the deputy is away too
        days = {"first_day": today, "last_day": today + timedelta(days=90)}
        desk.engine.absences.enter(SYSTEM, NewAbsence(username=username, deputy=deputy, delegates=True, **days))
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    first, *_ = late(desk, filed.reference, 60)
    assert (first.details["people"], first.details["deputies"]) == (["dora", "hana"], ["cora"])
    assert {mail["To"] for mail in notices(desk)} >= {"dora@work.example", "cora@work.example", "mona@work.example"}


def test_whose_absence_is_over_is_told_alone(desk: Desk) -> None:
    dora = NewPerson(username="dora", name="Dora", email="dora@work.example", groups=["managers"])
    desk.engine.people.create(SYSTEM, dora)
    today = desk.engine.clock.now().date()
    away = NewAbsence(username="hana", deputy="dora", first_day=today, last_day=today, delegates=True)
    desk.engine.absences.enter(SYSTEM, away)
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    first, *_ = late(desk, filed.reference, 60)
    assert (first.details["people"], first.details["deputies"]) == (["hana"], [])


def test_who_has_left_is_not_mailed(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    late(desk, filed.reference, 60)
    with desk.engine.units() as uow:
        uow.session.execute(update(Person).where(Person.username != "hana").values(active=False))
    assert {mail["To"] for mail in notices(desk)} == {"hana@work.example"}


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace("priority = 9", "priority = 9\nwithin = 3"),
        WHOLE.replace("priority = 9", 'priority = 9\nwithin = { amount = 3, unit = "moons" }'),
        "",
        "[levels.1]\ngroups=[]\ncandidates=[]\npriority=1",
        "levels = 3",
        "[levels]\n1=1\n2=2\n3=3",
        "[levels.1",
    ],
)
def test_levels_that_cannot_be_read_are_told_at_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "escalation.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationInvalid, match=r"escalation\.toml"):
        load_levels(path)


def test_a_level_needs_no_clock_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "escalation.toml"
    path.write_text(WHOLE)
    assert {level.within for level in load_levels(path).values()} == {None}
