from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from engine.types import Json
from webapi.cli.replay.books import ACKNOWLEDGED, Account, Books, differences, enter

CLOSED: dict[str, Json] = {
    "status": "closed",
    "outcome": "resolved",
    "acknowledgedAt": "2026-03-02T09:00:00+00:00",
    "closedAt": "2026-03-20T09:00:00+00:00",
    "escalationLevel": 2,
    "deadlines": [{"kind": "final_response", "state": "late"}, {"kind": "acknowledgement", "state": "met"}],
}
DONE = Counter({"complaint.received": 1, "task.completed 17": 1, "message.correlated complainant-response": 1})
GOOD = Account(
    reference="C-2026-000001",
    complaint=CLOSED,
    events=Counter({"received": 1, ACKNOWLEDGED: 1, "closed": 1}),
    instance_state="COMPLETED",
    waits=(),
    done=DONE,
    audited=DONE,
)
OPEN = replace(
    GOOD,
    complaint=CLOSED | {"status": "answered", "outcome": None, "closedAt": None},
    events=Counter({"received": 1, ACKNOWLEDGED: 1}),
    instance_state="ACTIVE",
    waits=("answer or time limit await-response",),
)


@pytest.mark.parametrize("account", [GOOD, OPEN, replace(GOOD, instance_state="ACTIVE", waits=("event survey-wait",))])
def test_a_case_that_accounts_for_itself_has_no_difference(account: Account) -> None:
    assert differences(account) == []


@pytest.mark.parametrize(
    ("account", "word"),
    [
        (replace(OPEN, waits=()), "stuck"),
        (replace(OPEN, instance_state="COMPLETED", waits=()), "has ended"),
        (replace(GOOD, instance_state=None), "no process instance"),
        (replace(GOOD, complaint=CLOSED | {"acknowledgedAt": None}), "never acknowledged"),
        (replace(GOOD, complaint=CLOSED | {"outcome": None}), "without an outcome"),
        (replace(GOOD, complaint=CLOSED | {"closedAt": None}), "without a date"),
        (replace(GOOD, events=Counter({"received": 1, ACKNOWLEDGED: 1})), "0 closures"),
        (replace(GOOD, events=Counter({"received": 2, ACKNOWLEDGED: 1, "closed": 1})), "2 receipts"),
        (replace(GOOD, events=Counter(received=1, closed=1)), "0 letters of acknowledgement"),
        (replace(GOOD, instance_state="ACTIVE", waits=("user task close",)), "work left"),
        (replace(GOOD, audited=DONE - Counter({"task.completed 17": 1})), "17: done 1 times, audited 0 times"),
        (replace(GOOD, audited=DONE + Counter({"task.completed 17": 1})), "17: done 1 times, audited 2 times"),
        (replace(GOOD, audited=DONE + Counter({"message.correlated x": 1})), "x: done 0 times, audited 1 times"),
        (replace(GOOD, audited=DONE - Counter({"complaint.received": 1})), "received: done 1 times, audited 0"),
    ],
)
def test_each_way_of_going_wrong_is_one_difference(account: Account, word: str) -> None:
    found = differences(account)
    assert len(found) == 1
    assert word in found[0]


def test_the_sums() -> None:
    books = Books()
    enter(books, GOOD)
    enter(books, OPEN)
    assert (books.acknowledged, books.closed, books.differences) == (2, 1, [])
    assert books.outcomes == {"resolved": 1}
    assert books.waiting == {"answer or time limit await-response": 1}
    assert books.escalations == {"level 1": 2, "level 2": 2}
    assert (books.kept["acknowledgement"], books.missed["final_response"]) == (2, 2)
