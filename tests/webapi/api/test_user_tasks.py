"""User tasks over HTTP: claim, release, change, form, complete, and who may."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.webapi.callers import Caller
from tests.webapi.diagrams import user_task

People = Callable[..., Caller]


@pytest.fixture
def task(admin: Caller, deployed: Callable[..., None]) -> str:
    """Path of an open task of the front office with a form."""
    deployed("order", user_task(form="mark"), form="mark")
    admin.post("/v2/process-instances", {"processDefinitionId": "order", "businessId": "case-1"})
    return f"/v2/user-tasks/{admin.found('user-tasks', state='CREATED')[0]['userTaskKey']}"


def claim(caller: Caller, task: str, who: str) -> int:
    return caller.post(f"{task}/assignment", {"assignee": who, "allowOverride": False}).status_code


def test_a_task_goes_from_claim_to_completion(somebody: People, task: str) -> None:
    ann = somebody("ann", "front-office")
    assert claim(ann, task, "ann") == 204
    assert ann.get(task).json["assignee"] == "ann"
    assert ann.get(f"{task}/form").json["formId"] == "mark"
    assert ann.post(f"{task}/completion", {"variables": {"mark": 7}}).status_code == 204
    done = ann.get(task).json
    assert (done["state"], done["completedBy"]) == ("COMPLETED", "ann")


def test_a_completed_task_cannot_be_completed_again(somebody: People, task: str) -> None:
    ann = somebody("ann", "front-office")
    body = {"variables": {"mark": 7}}
    assert [ann.post(f"{task}/completion", body).status_code for _ in range(2)] == [204, 409]
    answer = ann.post(f"{task}/completion", body)
    assert answer.json["code"] == "already-completed"


def test_of_two_who_claim_at_once_one_wins(somebody: People, task: str) -> None:
    callers = [somebody(name, "front-office") for name in ("ann", "bob")]
    with ThreadPoolExecutor() as pool:
        results = list(pool.map(lambda pair: claim(pair[0], task, pair[1]), zip(callers, ("ann", "bob"), strict=True)))
    assert sorted(results) == [204, 409]


def test_of_two_who_complete_at_once_one_wins(somebody: People, task: str) -> None:
    ann = somebody("ann", "front-office")
    with ThreadPoolExecutor() as pool:
        body = {"variables": {"mark": 7}}
        results = list(pool.map(lambda _: ann.post(f"{task}/completion", body).status_code, range(2)))
    assert sorted(results) == [204, 409]


@pytest.mark.parametrize("mark", [None, "seven", 11, [1], {"a": 1}, "\u0000"])
def test_a_wrong_answer_names_the_field(somebody: People, task: str, mark: object) -> None:
    ann = somebody("ann", "front-office")
    answer = ann.post(f"{task}/completion", {"variables": {"mark": mark}})
    assert answer.status_code == (400 if mark == "\u0000" else 422)
    if answer.status_code == 422:
        assert answer.json["code"] == "form-invalid"
        assert [finding["elementId"] for finding in answer.json["findings"]] == ["mark"]
    assert ann.get(task).json["state"] == "CREATED"


def test_a_task_of_another_group_does_not_exist_for_you(somebody: People, task: str) -> None:
    eve = somebody("eve", "reviewers")
    assert eve.get(task).status_code == 404
    assert eve.post(f"{task}/completion", {"variables": {"mark": 7}}).status_code == 404
    assert eve.found("user-tasks") == []


def test_a_claimed_task_is_given_back(somebody: People, task: str) -> None:
    ann, bob = somebody("ann", "front-office"), somebody("bob", "front-office")
    assert claim(ann, task, "ann") == 204
    assert claim(bob, task, "bob") == 409
    assert ann.delete(f"{task}/assignee").status_code == 204
    assert claim(bob, task, "bob") == 204


def test_who_changes_what_somebody_else_changed_is_told(admin: Caller, task: str) -> None:
    etag = admin.get(task).headers["ETag"]
    body = {"changeset": {"priority": 80, "dueDate": "2026-03-09T09:00:00Z"}}
    assert admin.patch(task, body, headers={"If-Match": etag}).status_code == 204
    again = admin.patch(task, body, headers={"If-Match": etag})
    assert (again.status_code, again.json["code"]) == (409, "stale-version")
    found = admin.get(task).json
    assert (found["priority"], found["dueDate"]) == (80, "2026-03-09T09:00:00Z")


def test_an_unchanged_task_is_not_sent_again(admin: Caller, task: str) -> None:
    etag = admin.get(task).headers["ETag"]
    assert admin.get(task, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "body",
    [
        {"changeset": {"priority": 101}},
        {"changeset": {"dueDate": "tomorrow"}},
        {"changeset": {"dueDate": "2026-03-09T09:00:00"}},
        {"changeset": {"color": "red"}},
        {},
    ],
)
def test_a_change_that_makes_no_sense_is_malformed(admin: Caller, task: str, body: object) -> None:
    assert admin.patch(task, body).status_code == 400


def test_tasks_are_searched_by_group_and_date(somebody: People, task: str) -> None:
    ann = somebody("ann", "front-office")
    assert len(ann.found("user-tasks", candidateGroup="front-office", priority={"$gte": 50})) == 1
    assert ann.found("user-tasks", candidateGroup="reviewers") == []
    assert ann.found("user-tasks", creationDate={"$gt": "2026-03-03T00:00:00Z"}) == []
    assert len(ann.found("user-tasks", dueDate={"$exists": False}, businessId={"$in": ["case-1", "x"]})) == 1
