"""The life of a task: seen, claimed, given, given back, changed, completed; each by who may."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine.errors import (
    AlreadyClaimed,
    AlreadyCompleted,
    AmendsError,
    Forbidden,
    FormInvalid,
    Malformed,
    NotFound,
    Refused,
    StaleVersion,
)
from engine.records import NewPerson
from engine.store.case_note import CaseNote
from engine.store.record import AuditEntry
from engine.tasks import TaskChanges
from engine.types import SYSTEM, SearchRequest
from tests.engine.complaints.desk import ASSESSMENT, FRONT, HANDLER, OTHER, REVIEWER, Desk, actor

FRIEDA = actor("frieda", "front-office")
BOSS = actor("boss", "managers", more=("task:assign", "task:read-all"))


@pytest.fixture
def key(desk: Desk) -> int:
    """The open task `assess` of a new complaint."""
    return desk.tasks(desk.file().reference)["assess"].user_task_key


def race(*acts: Callable[[], object]) -> list[object]:
    """Do all at once; results or errors in order."""
    results: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[place] = act()
        except AmendsError as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_who_claim_at_once_one_wins(desk: Desk, key: int) -> None:
    tasks = desk.engine.tasks
    results = race(lambda: tasks.claim(FRONT, key), lambda: tasks.claim(FRIEDA, key))
    assert sorted(isinstance(result, AlreadyClaimed) for result in results) == [False, True]
    assert tasks.get(BOSS, key).assignee in {"fred", "frieda"}


def test_of_two_who_complete_at_once_one_wins(desk: Desk, key: int) -> None:
    tasks = desk.engine.tasks
    results = race(lambda: tasks.complete(FRONT, key, ASSESSMENT), lambda: tasks.complete(FRIEDA, key, ASSESSMENT))
    assert sorted(isinstance(result, AlreadyCompleted) for result in results) == [False, True]


def test_claimed_again_by_the_same_person_nothing_changes(desk: Desk, key: int) -> None:
    assert desk.engine.tasks.claim(FRONT, key) == desk.engine.tasks.claim(FRONT, key)


def test_a_task_of_another_group_is_not_there(desk: Desk, key: int) -> None:
    for act in (desk.engine.tasks.get, desk.engine.tasks.claim, desk.engine.tasks.release, desk.engine.tasks.form):
        with pytest.raises(NotFound):
            act(HANDLER, key)
    with pytest.raises(NotFound):
        desk.engine.tasks.complete(HANDLER, key, {})


def test_what_somebody_else_has_cannot_be_completed(desk: Desk, key: int) -> None:
    desk.engine.tasks.claim(FRIEDA, key)
    with pytest.raises(AlreadyClaimed):
        desk.engine.tasks.complete(FRONT, key, ASSESSMENT)


def test_given_back_it_can_be_claimed_by_others(desk: Desk, key: int) -> None:
    tasks = desk.engine.tasks
    tasks.claim(FRONT, key)
    with pytest.raises(Forbidden):
        tasks.release(FRIEDA, key)
    tasks.release(FRONT, key)
    assert tasks.claim(FRIEDA, key).assignee == "frieda"


def test_only_with_the_permission_a_task_is_given_to_somebody(desk: Desk, key: int) -> None:
    tasks = desk.engine.tasks
    desk.engine.people.create(SYSTEM, NewPerson(username="frieda", name="Frieda", groups=["front-office"]))
    with pytest.raises(Forbidden):
        tasks.assign(FRONT, key, "frieda")
    with pytest.raises(Refused):
        tasks.assign(BOSS, key, "nobody-of-ours")
    assert tasks.assign(BOSS, key, "frieda").assignee == "frieda"
    desk.engine.people.create(SYSTEM, NewPerson(username="fred", name="Fred", groups=["front-office"]))
    with pytest.raises(AlreadyClaimed):
        tasks.assign(BOSS, key, "fred", allow_override=False)
    assert tasks.assign(BOSS, key, "fred").assignee == "fred"


def test_completed_twice_is_told(desk: Desk, key: int) -> None:
    done = desk.engine.tasks.complete(FRONT, key, ASSESSMENT)
    assert (done.state, done.completed_by, done.assignee) == ("COMPLETED", "fred", "fred")
    for act in (
        lambda: desk.engine.tasks.complete(FRONT, key, ASSESSMENT),
        lambda: desk.engine.tasks.claim(FRIEDA, key),
        lambda: desk.engine.tasks.release(FRONT, key),
    ):
        with pytest.raises(AlreadyCompleted):
            act()


def test_a_task_of_a_case_that_is_over_is_over(desk: Desk) -> None:
    filed = desk.file()
    key = desk.tasks(filed.reference)["assess"].user_task_key
    desk.engine.complaints.withdraw(filed.tracking_code)
    with pytest.raises(AlreadyCompleted):
        desk.engine.tasks.complete(FRONT, key, ASSESSMENT)


def test_wrong_answers_leave_everything_as_it_was(desk: Desk, key: int) -> None:
    with pytest.raises(FormInvalid) as refused:
        desk.engine.tasks.complete(FRONT, key, {**ASSESSMENT, "severity": "terrible", "note": "n" * 50_000})
    assert {finding.element_id for finding in refused.value.findings} == {"severity", "note"}
    assert desk.engine.tasks.get(FRONT, key).state == "CREATED"
    with desk.engine.units() as uow:
        assert uow.session.scalar(select(CaseNote.key)) is None


def test_who_was_involved_may_not_review(desk: Desk) -> None:
    filed = desk.answered()
    desk.engine.complaints.respond(filed.tracking_code, accepted=False)
    key = desk.tasks(filed.reference)["review"].user_task_key
    involved = actor("hana", "case-handlers", "reviewers")
    with pytest.raises(Forbidden, match="involved"):
        desk.engine.tasks.claim(involved, key)
    with pytest.raises(Forbidden, match="involved"):
        desk.engine.tasks.complete(involved, key, {})
    assert desk.engine.tasks.claim(REVIEWER, key).assignee == "rita"


def test_changes_are_for_the_assignee_and_candidates_for_who_assigns(desk: Desk, key: int) -> None:
    tasks, day = desk.engine.tasks, datetime(2026, 4, 1, tzinfo=UTC)
    with pytest.raises(Forbidden):
        tasks.update(FRONT, key, TaskChanges(given=frozenset({"priority"}), priority=90))
    tasks.claim(FRONT, key)
    changed = tasks.update(
        FRONT, key, TaskChanges(given=frozenset({"priority", "due_date"}), priority=90, due_date=day)
    )
    assert (changed.priority, changed.due_date) == (90, day)
    widened = TaskChanges(given=frozenset({"candidate_groups"}), candidate_groups=("reviewers",))
    with pytest.raises(Forbidden):
        tasks.update(FRONT, key, widened)
    assert tasks.update(BOSS, key, widened).candidate_groups == ("reviewers",)
    stale = TaskChanges(given=frozenset({"priority"}), priority=1, if_match=changed.rev)
    with pytest.raises(StaleVersion):
        tasks.update(BOSS, key, stale)
    with pytest.raises(Refused):
        tasks.update(BOSS, key, TaskChanges(given=frozenset({"priority"}), priority=101))


def test_what_was_done_is_in_the_audit_trail(desk: Desk, key: int) -> None:
    desk.engine.tasks.claim(FRONT, key)
    desk.engine.tasks.complete(FRONT, key, ASSESSMENT)
    with desk.engine.units() as uow:
        rows = uow.session.execute(select(AuditEntry.action).where(AuditEntry.subject == str(key))).scalars()
    assert sorted(rows) == ["task.claimed", "task.completed"]


def test_the_form_speaks_the_readers_language_and_knows_its_choices(desk: Desk, key: int) -> None:
    view = desk.engine.tasks.form(FRONT, key, language="nl")
    assert view.title == "Eerste beoordeling"
    category = next(c for c in view.schema["components"] if c.get("key") == "category")
    assert len(category["values"]) == 35
    assert {"value": "price", "label": "Prijs"} in category["values"]
    assert "valuesExpression" not in category


def test_a_draft_decides_what_is_shown(desk: Desk) -> None:
    filed = desk.file()
    desk.until(filed.reference, "decide")
    key = desk.tasks(filed.reference)["decide"].user_task_key
    hidden = {
        outcome: next(c.hidden for c in view.components if c.component.key == "remedy")
        for outcome in ("upheld", "rejected")
        for view in [desk.engine.tasks.form(HANDLER, key, answers={"outcome": outcome})]
    }
    assert hidden == {"upheld": False, "rejected": True}


def test_counts_and_inboxes_agree(desk: Desk) -> None:
    tasks = desk.engine.tasks
    keys = [desk.tasks(desk.file().reference)["assess"].user_task_key for _ in range(3)]
    tasks.claim(FRONT, keys[0])
    tasks.claim(FRIEDA, keys[1])
    counts = tasks.counts(FRONT)
    assert (counts.mine, counts.my_groups, counts.unclaimed, counts.overdue) == (1, 3, 1, 0)
    assert counts == tasks.counts(FRONT)
    mine = tasks.search(FRONT, SearchRequest(filter={"inbox": "mine"}))
    assert [task.user_task_key for task in mine.items] == [keys[0]]
    desk.engine.set_clock(SYSTEM, desk.engine.clock.now() + timedelta(days=10))
    assert tasks.counts(FRONT).overdue == 2
    assert tasks.counts(HANDLER).my_groups == 0
    with pytest.raises(Malformed):
        tasks.search(FRONT, SearchRequest(filter={"inbox": "lost"}))


def test_search_by_candidate_shows_only_what_one_may_see(desk: Desk, key: int) -> None:
    tasks, request = desk.engine.tasks, SearchRequest(filter={"candidate_group": {"$in": ["front-office"]}})
    assert [task.user_task_key for task in tasks.search(FRONT, request).items] == [key]
    assert tasks.search(HANDLER, request).items == ()
    assert [task.user_task_key for task in tasks.search(BOSS, request).items] == [key]
    assert tasks.search(OTHER, SearchRequest(filter={"candidate_user": "otto"})).items == ()


def test_a_task_speaks_every_language_of_its_diagram(desk: Desk, key: int) -> None:
    (found,) = desk.engine.tasks.search(FRONT, SearchRequest(filter={"user_task_key": key})).items
    for texts in (found.texts, desk.engine.tasks.get(FRONT, key).texts):
        assert texts.name_in("nl-BE") == texts.names["nl"] != texts.name
        assert texts.instruction_in("nl").startswith("Lees de klacht.")
        assert texts.name_in("fr") == texts.name == found.name
