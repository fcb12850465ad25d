"""Does the audit trail tell what was done? Receipts, completed tasks and taken messages beside their entries.

Both sides are read over many cases at a time, so that a check of thousands costs some dozens of requests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from webapi.cli.replay.client import Object, Service

CHUNK = 200
RECEIVED, COMPLETED, CORRELATED = "complaint.received", "task.completed", "message.correlated"
MESSAGES = {
    "answer-received": "complainant-answer",
    "response-received": "complainant-response",
    "review-response-received": "complainant-response",
    "withdrawal-received": "complainant-withdraws",
}
"""The message that each catching element of the library's processes takes; it is completed by nothing else."""


@dataclass(frozen=True, kw_only=True)
class Trail:
    """What was done in each case, and what the audit trail says was done, by instance key: counts by deed."""

    done: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    audited: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def trail_of(service: Service, keys: Sequence[str]) -> Trail:
    """Read both sides for the instances `keys`. Raises ServiceGone."""
    trail = Trail()
    for chunk in chunks(keys):
        ours: Object = {"processInstanceKey": {"$in": chunk}}
        _read_deeds(service, ours, trail.done)
        for entry in service.search("audit-logs", {**ours, "action": {"$in": [RECEIVED, COMPLETED, CORRELATED]}}):
            trail.audited[str(entry["processInstanceKey"])][_deed(entry)] += 1
    return trail


def _read_deeds(service: Service, ours: Object, done: defaultdict[str, Counter[str]]) -> None:
    for case in service.search("complaints", ours):
        done[str(case["processInstanceKey"])][RECEIVED] += 1
    for task in service.search("user-tasks", {**ours, "state": "COMPLETED"}):
        done[str(task["processInstanceKey"])][f"{COMPLETED} {task['userTaskKey']}"] += 1
    caught: Object = {**ours, "state": "COMPLETED", "elementId": {"$in": list(MESSAGES)}}
    for event in service.search("element-instances", caught):
        done[str(event["processInstanceKey"])][f"{CORRELATED} {MESSAGES[str(event['elementId'])]}"] += 1


def _deed(entry: Object) -> str:
    """A task by its key and a message by its name; a case is received once, whatever the entry is about."""
    action = str(entry["action"])
    return action if action == RECEIVED else f"{action} {entry['entityKey']}"


def unaudited(done: Counter[str], audited: Counter[str]) -> Iterator[str]:
    """A sentence for every deed that has not exactly its entries in the trail, and for entries of what never was."""
    for deed in sorted(done.keys() | audited.keys()):
        if done[deed] != audited[deed]:
            yield f"{deed}: done {done[deed]} times, audited {audited[deed]} times"


def chunks(keys: Sequence[str]) -> Iterator[list[str]]:
    """`keys` in lists that fit into one search."""
    left = iter(keys)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
