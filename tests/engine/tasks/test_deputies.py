"""A deputy finds and does the work of an absent colleague, and never approves the own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.errors import AlreadyClaimed, Forbidden, Malformed, NotFound
from engine.records import NewAbsence, NewPerson
from engine.tasks import TaskChanges, UserTaskView
from engine.types import SYSTEM, Actor, Json, SearchRequest
from tests.conftest import MONDAY
from tests.engine.complaints.desk import ANSWERS, Desk

GROUPS = {
    "ann": ["case-handlers"],
    "ben": ["case-handlers"],
    "mona": ["managers"],
    "max": ["managers"],
    "fred": ["front-office", "case-handlers"],
}
DEAR: Mapping[str, Json] = {"remedy": "other", "remedyAmount": 1_500}
"""What a case handler may only decide with a manager's approval."""


@pytest.fixture
def desk(desk: Desk) -> Desk:
    for username, groups in GROUPS.items():
        desk.engine.people.create(SYSTEM, NewPerson(username=username, name=username.title(), groups=groups))
    return desk


def who(desk: Desk, username: str) -> Actor:
    """Somebody with an account."""
    return desk.engine.people.actor(username)


def away(desk: Desk, username: str, deputy: str, *, delegates: bool = False) -> None:
    """Somebody is away this week."""
    days = {"first_day": MONDAY.date(), "last_day": MONDAY.date() + timedelta(days=6)}
    asked = NewAbsence(username=username, deputy=deputy, delegates=delegates, **days)
    desk.engine.absences.enter(SYSTEM, asked)


def planning(desk: Desk, has: str | None = None) -> UserTaskView:
    """The open task `plan-investigation` of a new case; `has` has claimed it."""
    filed = desk.file()
    desk.until(filed.reference, "plan-investigation")
    task = desk.tasks(filed.reference)["plan-investigation"]
    return desk.engine.tasks.claim(who(desk, has), task.user_task_key) if has else task


def pile(desk: Desk, username: str, inbox: str) -> list[int]:
    """Keys of the tasks in an inbox."""
    found = desk.engine.tasks.search(who(desk, username), SearchRequest(filter={"inbox": inbox}))
    return [task.user_task_key for task in found.items]


def audited(desk: Desk, key: int) -> list[tuple[str, str, object]]:
    """What was done to a task, by whom, on whose behalf."""
    found = desk.engine.audit.search(SYSTEM, SearchRequest(filter={"entity_key": str(key)})).items
    return [(entry.action, entry.actor_id, entry.details.get("onBehalfOf")) for entry in found]


def test_what_an_absent_colleague_has_lies_in_a_pile_of_its_own(desk: Desk) -> None:
    task = planning(desk, has="ann")
    with pytest.raises(Malformed):
        pile(desk, "ben", "for-ann")
    away(desk, "ann", "ben")
    assert pile(desk, "ben", "for-ann") == [task.user_task_key]
    (count,) = desk.engine.tasks.counts(who(desk, "ben")).absent
    assert (count.username, count.name, count.tasks) == ("ann", "Ann", 1)
    assert desk.engine.tasks.counts(who(desk, "mona")).absent == ()


def test_a_deputy_takes_the_task_over_and_the_records_say_for_whom(desk: Desk) -> None:
    task, ben = planning(desk, has="ann"), who(desk, "ben")
    with pytest.raises(AlreadyClaimed):
        desk.engine.tasks.claim(ben, task.user_task_key)
    away(desk, "ann", "ben")
    taken = desk.engine.tasks.claim(ben, task.user_task_key)
    assert (taken.assignee, taken.on_behalf_of) == ("ben", "ann")
    done = desk.engine.tasks.complete(ben, task.user_task_key, ANSWERS["plan-investigation"])
    assert (done.completed_by, done.on_behalf_of) == ("ben", "ann")
    assert ("task.claimed", "ben", "ann") in audited(desk, task.user_task_key)
    assert ("task.completed", "ben", "ann") in audited(desk, task.user_task_key)
    assert desk.engine.tasks.get(who(desk, "ann"), task.user_task_key).completed_by == "ben"


def test_a_deputy_may_complete_at_once(desk: Desk) -> None:
    task = planning(desk, has="ann")
    away(desk, "ann", "ben")
    done = desk.engine.tasks.complete(who(desk, "ben"), task.user_task_key, ANSWERS["plan-investigation"])
    stored = desk.engine.tasks.get(SYSTEM, task.user_task_key)
    assert replace(stored, texts=done.texts) == done
    assert (stored.assignee, stored.completed_by, stored.on_behalf_of) == ("ann", "ben", "ann")


def test_when_the_absence_is_over_so_is_the_deputy(desk: Desk) -> None:
    task = planning(desk, has="ann")
    away(desk, "ann", "ben")
    desk.engine.set_clock(SYSTEM, MONDAY + timedelta(days=7))
    with pytest.raises(AlreadyClaimed):
        desk.engine.tasks.claim(who(desk, "ben"), task.user_task_key)


def test_what_is_taken_over_and_given_back_is_for_the_group_again(desk: Desk) -> None:
    task, ben = planning(desk, has="ann"), who(desk, "ben")
    away(desk, "ann", "ben")
    desk.engine.tasks.claim(ben, task.user_task_key)
    back = desk.engine.tasks.release(ben, task.user_task_key)
    assert (back.assignee, back.on_behalf_of) == (None, None)


def test_a_task_that_came_by_name_goes_back_by_name(desk: Desk) -> None:
    task, ben = planning(desk), who(desk, "ben")
    nobodys = TaskChanges(given=frozenset({"candidate_groups"}), candidate_groups=())
    desk.engine.tasks.update(SYSTEM, task.user_task_key, nobodys)
    desk.engine.tasks.assign(SYSTEM, task.user_task_key, "ann")
    with pytest.raises(NotFound):
        desk.engine.tasks.get(ben, task.user_task_key)
    away(desk, "ann", "ben")
    desk.engine.tasks.claim(ben, task.user_task_key)
    assert desk.engine.tasks.release(ben, task.user_task_key).assignee == "ann"


def test_a_deputy_of_another_group_acts_where_that_was_granted(desk: Desk) -> None:
    task, mona = planning(desk), who(desk, "mona")
    away(desk, "ann", "mona", delegates=True)
    assert pile(desk, "mona", "for-ann") == [task.user_task_key]
    assert desk.engine.tasks.claim(mona, task.user_task_key).on_behalf_of == "ann"


def test_who_decided_does_not_approve_in_the_place_of_a_manager(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "decide")
    desk.do(filed.reference, "decide", by=who(desk, "fred"), **DEAR)
    approve = desk.tasks(filed.reference)["approve"].user_task_key
    desk.engine.tasks.claim(who(desk, "mona"), approve)
    away(desk, "mona", "fred", delegates=True)
    for act in (desk.engine.tasks.claim, lambda *which: desk.engine.tasks.complete(*which, {"approved": "yes"})):
        with pytest.raises(Forbidden, match="involved"):
            act(who(desk, "fred"), approve)


def test_who_was_decided_for_does_not_approve_either(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "decide")
    decide = desk.tasks(filed.reference)["decide"].user_task_key
    desk.engine.tasks.assign(SYSTEM, decide, "mona")
    away(desk, "mona", "fred", delegates=True)
    desk.engine.tasks.complete(who(desk, "fred"), decide, {**ANSWERS["decide"], **DEAR})
    approve = desk.tasks(filed.reference)["approve"].user_task_key
    with pytest.raises(Forbidden, match="involved"):
        desk.engine.tasks.claim(who(desk, "mona"), approve)
    with pytest.raises(Forbidden, match="involved"):
        desk.engine.tasks.claim(who(desk, "fred"), approve)
    desk.engine.tasks.claim(who(desk, "max"), approve)
