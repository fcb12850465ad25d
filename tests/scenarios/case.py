"""One complaint in the hands of staff and complainant, on the real engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.bootstrap import Engine
from engine.complaints.views import PartyData, PublicStatus, Receipt
from engine.tasks.views import UserTaskView
from engine.types import SYSTEM, Actor, Json, SearchRequest

ASSESSMENT: Mapping[str, Json] = {
    "inScope": "yes",
    "category": "goods-late",
    "severity": "medium",
    "safety": False,
    "complexity": "normal",
    "impact": "one",
    "immediateAction": "none",
}
REASONS: Mapping[str, Json] = {"reasons": "The parcel left late.", "response": "You are right: the parcel left late."}
REVIEW: Mapping[str, Json] = {"reviewOutcome": "confirmed", "reviewReasons": "Everything was weighed again."}

ANSWERS: Mapping[str, Mapping[str, Json]] = {
    "assess": ASSESSMENT,
    "explain-and-refer": {"referralBody": "The carrier", "explanation": "The carrier answers for its own depots."},
    "plan-investigation": {"depth": "light", "plan": "Read the file."},
    "find-facts": {"findings": "The parcel left late.", "needInformation": "no"},
    "decide": {"outcome": "upheld", "remedy": "apology", **REASONS},
    "approve": {"approved": "yes", "remark": "Agreed."},
    "review": REVIEW,
    "carry-out-remedy": {"remedyCost": 0, "remedyRemark": "Done."},
    "verify-remedy": {"verified": "yes", "remark": "Seen."},
    "close": {"cause": "training", "systemic": "single", "actionNeeded": "no"},
}
"""What staff answer unless a test says otherwise: the shortest way to a remedy."""

WORKERS = {
    "assess": "front-office-1",
    "explain-and-refer": "front-office-1",
    "approve": "manager-1",
    "review": "reviewer-1",
    "verify-remedy": "reviewer-2",
}
"""Who does a task; the members of the team of the case do all others."""


class Case:
    """Drives one complaint. `engine` has the library deployed and a clock that can be set."""

    def __init__(self, engine: Engine, people: Mapping[str, Actor]) -> None:
        self.engine, self.people = engine, people
        self.receipt = Receipt(
            description="The parcel came three weeks late.",
            complainant=PartyData(name="Complainant", email="complainant@example.org"),
        )
        self.received = engine.complaints.receive(people["front-office-1"], self.receipt)

    # -- what can be seen

    @property
    def reference(self) -> str:
        return self.received.reference

    @property
    def now(self) -> datetime:
        """The engine's time."""
        return self.engine.clock.now()

    @property
    def status(self) -> PublicStatus:
        """What the complainant sees."""
        return self.engine.complaints.status(self.received.tracking_code)

    @property
    def view(self) -> Any:
        """What staff see."""
        return self.engine.complaints.get(SYSTEM, self.reference)

    @property
    def letters(self) -> list[str]:
        """Kinds of the letters so far, in order."""
        written = self.engine.complaints.messages(SYSTEM, self.reference)
        return [m.kind for m in sorted(written, key=lambda m: (m.at, m.message_key)) if m.direction == "out"]

    @property
    def tasks(self) -> dict[str, UserTaskView]:
        """Open tasks by element."""
        found = self.engine.tasks.search(
            SYSTEM, SearchRequest(filter={"business_id": self.reference, "state": "CREATED"})
        )
        return {task.element_id: task for task in found.items}

    @property
    def running(self) -> bool:
        """Whether the process instance goes on."""
        return self.engine.instances.get(SYSTEM, self.received.process_instance_key).state == "ACTIVE"

    @property
    def escalations(self) -> list[int]:
        """Levels in the order they were reached."""
        rows = self.engine.complaints.timeline(SYSTEM, self.reference)
        return [int(str(row.details["level"])) for row in rows if row.event == "escalated"]

    def no_incident(self) -> None:
        """Nothing went wrong on the way."""
        found = self.engine.incidents.search(SYSTEM, SearchRequest())
        assert [(i.element_id, i.error_message) for i in found.items] == []

    # -- what people do

    def do(self, element_id: str, by: str | None = None, **answers: Json) -> None:
        """Complete the open task of `element_id`, with `answers` over the usual ones."""
        task = self.tasks[element_id]
        worker = self.people[by or WORKERS.get(element_id) or self._of_the_team(task)]
        self.engine.tasks.complete(worker, task.user_task_key, {**ANSWERS[element_id], **answers})

    def _of_the_team(self, task: UserTaskView) -> str:
        return "senior-1" if "senior-handlers" in task.candidate_groups else "handler-1"

    def until(self, element_id: str, **answers: Mapping[str, Json]) -> None:
        """Go the usual way until the task of `element_id` is open; the complainant accepts when asked."""
        for _ in range(30):
            if element_id in self.tasks:
                return
            self.step(**answers)
        raise AssertionError(f"{element_id} never came; open: {list(self.tasks)}")

    def step(self, **answers: Mapping[str, Json]) -> None:
        """Do what is next."""
        if self.tasks:
            element_id = next(iter(self.tasks))
            self.do(element_id, **answers.get(element_id.replace("-", "_"), {}))
        else:
            self.respond(accepted=True)

    def respond(self, *, accepted: bool) -> None:
        """The complainant accepts or refuses."""
        self.engine.complaints.respond(self.received.tracking_code, accepted=accepted, reason="So it is.")

    def withdraw(self) -> None:
        """The complainant withdraws."""
        self.engine.complaints.withdraw(self.received.tracking_code, "It came after all.")

    def answer(self, text: str) -> None:
        """The complainant answers a question."""
        self.engine.complaints.answer(self.received.tracking_code, text)

    def wait(self, days: float) -> None:
        """Let time pass, a day at a time, so that timers fire in their turn."""
        end = self.now + timedelta(days=days)
        while self.now < end:
            self.to(min(end, self.now + timedelta(days=1)))

    def to(self, instant: datetime) -> None:
        """Set the clock; what is due by then has happened afterwards."""
        self.engine.set_clock(SYSTEM, instant)
