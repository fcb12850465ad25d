"""The books: everything that was posted is looked up again, and each complaint has to account for itself.

A complaint is closed, or it waits for something that has a name. Whatever cannot be explained from what the service
answers is a difference; nothing is taken from the replay's own memory but which complaints it posted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import cast

from webapi.cli.replay.cases import Case
from webapi.cli.replay.client import Object, Rejected, Service
from webapi.cli.replay.trail import Trail, chunks, trail_of, unaudited

THREADS = 4
WAITS = {
    "USER_TASK": "user task",
    "SERVICE_TASK": "job",
    "SEND_TASK": "job",
    "RECEIVE_TASK": "message",
    "EVENT_BASED_GATEWAY": "answer or time limit",
    "INTERMEDIATE_CATCH_EVENT": "event",
}
"""Kinds of elements at which an instance may stand still, and what it waits for there."""
ACKNOWLEDGED = "letter-written acknowledgement"
MET, MISSED = frozenset({"met"}), frozenset({"late", "overdue"})


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the service says about one complaint: the complaint, its timeline and its process instance."""

    reference: str
    complaint: Object
    events: Counter[str]
    """How often each event stands on the timeline; a letter as `letter-written` with its name."""
    instance_state: str | None
    waits: tuple[str, ...]
    """What the instance stands at, such as `user task decide`; empty when it has ended."""
    done: Counter[str]
    """The receipt, and how often each task was completed and each message taken, by what stands in the case."""
    audited: Counter[str]
    """The same as the audit trail has it."""

    @property
    def closed(self) -> bool:
        """Whether the complaint is closed."""
        return self.complaint.get("status") == "closed"


@dataclass(kw_only=True)
class Books:
    """The sums over all accounts, and the differences as sentences."""

    acknowledged: int = 0
    closed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    escalations: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Everything:
    """What was read over all cases at once, by instance key: states, waits, and what was done beside the trail."""

    states: Mapping[str, str]
    waits: Mapping[str, list[str]]
    trail: Trail


def check(service: Service, cases: Mapping[str, Case]) -> Books:
    """Look every case up and add up. Raises ServiceGone."""
    books = Books()
    about = Everything(
        states=_instances(service, cases), waits=_waits(service, cases), trail=trail_of(service, _keys(cases))
    )
    with ThreadPoolExecutor(THREADS, thread_name_prefix="books") as pool:
        found = pool.map(lambda case: _account(service, case, about), cases.values())
        for case, account in zip(cases.values(), found, strict=True):
            if account is None:
                books.differences.append(f"{case.reference}: posted (line {case.row.line}) but not found")
            else:
                enter(books, account)
    return books


def enter(books: Books, account: Account) -> None:
    """Add one complaint to the sums, and what does not add up to the differences."""
    complaint = account.complaint
    books.acknowledged += complaint.get("acknowledgedAt") is not None
    books.closed += account.closed
    books.outcomes[str(complaint.get("outcome"))] += account.closed
    books.outcomes = +books.outcomes
    if not account.closed or account.waits:
        books.waiting[", ".join(account.waits) or "nothing"] += 1
    level = complaint.get("escalationLevel")
    for reached in range(1, (level if isinstance(level, int) else 0) + 1):
        books.escalations[f"level {reached}"] += 1
    for deadline in cast("Sequence[Object]", complaint.get("deadlines") or ()):
        kind, state = str(deadline.get("kind")), deadline.get("state")
        books.kept[kind] += state in MET
        books.missed[kind] += state in MISSED
    books.differences += [f"{account.reference}: {reason}" for reason in differences(account)]


def differences(account: Account) -> list[str]:
    """What is wrong with one complaint, as sentences."""
    complaint, events, closed = account.complaint, account.events, account.closed
    running = account.instance_state == "ACTIVE"
    tests = [
        (complaint.get("acknowledgedAt") is None, "it was never acknowledged"),
        (events["received"] != 1, f"its timeline has {events['received']} receipts"),
        (events[ACKNOWLEDGED] != 1, f"its timeline has {events[ACKNOWLEDGED]} letters of acknowledgement"),
        (events["closed"] != closed, f"it is {_status(account)} and its timeline has {events['closed']} closures"),
        (closed and not complaint.get("closedAt"), "it is closed without a date"),
        (closed and not complaint.get("outcome"), "it is closed without an outcome"),
        (account.instance_state is None, "it has no process instance"),
        (not closed and not running, f"it is {_status(account)} but its process has ended ({account.instance_state})"),
        (running and not account.waits, f"it is stuck: {_status(account)}, and its process waits for nothing"),
        (closed and _work_left(account), f"it is closed, but there is work left: {', '.join(account.waits)}"),
    ]
    return [*(reason for wrong, reason in tests if wrong), *unaudited(account.done, account.audited)]


def _status(account: Account) -> str:
    return str(account.complaint.get("status"))


def _work_left(account: Account) -> bool:
    return any(wait.startswith("user task") for wait in account.waits)


def _account(service: Service, case: Case, about: Everything) -> Account | None:
    path = f"/v2/complaints/{case.reference}"
    try:
        complaint, timeline = service.get(path), service.get(f"{path}/timeline")
    except Rejected as error:
        if error.status == 404:
            return None
        raise
    items = cast("Sequence[Object]", timeline.get("items") or ())
    return Account(
        reference=case.reference,
        complaint=complaint,
        events=Counter(_event(item) for item in items),
        instance_state=about.states.get(case.instance_key),
        waits=tuple(sorted(about.waits.get(case.instance_key, ()))),
        done=about.trail.done[case.instance_key],
        audited=about.trail.audited[case.instance_key],
    )


def _event(item: Object) -> str:
    """The event of an entry of the timeline; a letter goes by its own name."""
    letter = cast("Object", item.get("details") or {}).get("letter")
    return f"{item.get('event')} {letter}" if letter else str(item.get("event"))


def _keys(cases: Mapping[str, Case]) -> list[str]:
    return [case.instance_key for case in cases.values()]


def _instances(service: Service, cases: Mapping[str, Case]) -> dict[str, str]:
    """State by instance key."""
    states: dict[str, str] = {}
    for chunk in chunks(_keys(cases)):
        for item in service.search("process-instances", {"processInstanceKey": {"$in": chunk}}):
            states[str(item["processInstanceKey"])] = str(item["state"])
    return states


def _waits(service: Service, cases: Mapping[str, Case]) -> dict[str, list[str]]:
    """What each instance that is under way stands at, by instance key."""
    ours = {case.instance_key for case in cases.values()}
    waits: dict[str, list[str]] = defaultdict(list)
    for item in service.search("element-instances", {"state": "ACTIVE", "type": {"$in": list(WAITS)}}):
        key = str(item["processInstanceKey"])
        if key in ours:
            waits[key].append(f"{WAITS[str(item['type'])]} {item['elementId']}")
    return waits
