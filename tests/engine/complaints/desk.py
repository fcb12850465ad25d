"""A counter with the shipped process library behind it: files complaints and lets staff work on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from engine.bootstrap import Engine
from engine.complaints import PartyData, Receipt, Received
from engine.processes import Resource
from engine.tasks import UserTaskView
from engine.types import COMPLAINANT, SYSTEM, Actor, Json, SearchRequest

ROOT = Path(__file__).parents[3]
RECEIPT = Receipt(
    description="The parcel came three weeks late.",
    complainant=PartyData(name="Ann Example", email="ann@home.example"),
)
ASSESSMENT: Mapping[str, Json] = {
    "inScope": "yes",
    "category": "goods-late",
    "severity": "medium",
    "safety": False,
    "complexity": "normal",
    "impact": "one",
    "immediateAction": "none",
}
ANSWERS: Mapping[str, Mapping[str, Json]] = {
    "assess": ASSESSMENT,
    "plan-investigation": {"depth": "light", "plan": "Read the file."},
    "find-facts": {"findings": "It left late.", "needInformation": "no"},
    "decide": {"outcome": "upheld", "remedy": "apology", "reasons": "It left late.", "response": "You are right."},
    "review": {"reviewOutcome": "confirmed", "reviewReasons": "Everything was weighed again."},
    "carry-out-remedy": {"remedyCost": 0, "remedyRemark": "Done."},
    "verify-remedy": {"verified": "yes", "remark": "Seen."},
    "close": {"cause": "training", "systemic": "single", "actionNeeded": "no"},
}


def actor(username: str, *groups: str, more: tuple[str, ...] = ()) -> Actor:
    """Somebody who works on tasks, and whatever `more` allows."""
    allowed = {"task:work", "complaint:read", "complaint:update", "complaint:create", *more}
    return Actor(username=username, groups=frozenset(groups), permissions=frozenset(allowed))


FRONT, HANDLER = actor("fred", "front-office"), actor("hana", "case-handlers")
REVIEWER, OTHER = actor("rita", "reviewers"), actor("otto", "reviewers", "front-office")
WORKERS = {"assess": FRONT, "review": REVIEWER, "verify-remedy": OTHER}


class Desk:
    """Drives complaints on `engine`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        models = (ROOT / "workflows" / "complaint_handling").glob("*mn")
        files = [*models, *(ROOT / "forms").glob("*.form")]
        engine.deployments.deploy(SYSTEM, [Resource(name=path.name, content=path.read_bytes()) for path in files])

    def file(self, idempotency: str | None = None, **changes: object) -> Received:
        """File a complaint on the portal, a usual one but for `changes`."""
        receipt = replace(RECEIPT, **changes)  # type: ignore[arg-type]  # tests name fields of the receipt
        return self.engine.complaints.receive(COMPLAINANT, receipt, idempotency)

    def tasks(self, reference: str) -> dict[str, UserTaskView]:
        """Open tasks of a case by element."""
        request = SearchRequest(filter={"business_id": reference, "state": "CREATED"})
        return {task.element_id: task for task in self.engine.tasks.search(SYSTEM, request).items}

    def do(self, reference: str, element_id: str, by: Actor | None = None, **answers: Json) -> None:
        """Complete a task with the usual answers but for `answers`."""
        task = self.tasks(reference)[element_id]
        worker = by or WORKERS.get(element_id, HANDLER)
        self.engine.tasks.complete(worker, task.user_task_key, {**ANSWERS[element_id], **answers})

    def until(self, reference: str, element_id: str) -> None:
        """Go on until a task is open."""
        while element_id not in (tasks := self.tasks(reference)):
            self.do(reference, next(iter(tasks)))

    def answered(self) -> Received:
        """A complaint that has our answer."""
        filed = self.file()
        self.until(filed.reference, "decide")
        self.do(filed.reference, "decide")
        return filed
