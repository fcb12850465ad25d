"""Somebody who plays a random process (blocks.py): completes what is open, and lets happen what comes from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tests.engine.bpmn.conftest import START


@dataclass(frozen=True, kw_only=True)
class Hold:
    """What the player does at a hold; `times` None: the event interrupts, so that the hold ends with it."""

    number: int
    kind: str
    times: int | None

    @property
    def task(self):
        return f"hold{self.number}"

    @property
    def happens(self):
        """How often; a date comes once."""
        return min(self.times, 1) if self.kind == "date" else self.times

    @property
    def trigger(self):
        name = f"h{self.number}"
        return {"cond": f"@cond:={name}", "date": f"@date:={name}"}.get(self.kind, f"@{self.kind}:{name}")

    @property
    def date(self):
        return START + timedelta(hours=100 * self.number)


class Player:
    """Plays one process on a host until it is over."""

    def __init__(self, host, writer):
        self.host, self.holds = host, writer.holds

    def play(self, xml):
        self.host.deploy(xml)
        known = {f"h{h.number}": h.date.isoformat() if h.kind == "date" else False for h in self.holds.values()}
        self.case = self.host.start(trace=[], **known)
        for _ in range(5_000):
            if self.case.state != "ACTIVE":
                break
            if not self.act():
                break
        return self.case

    def act(self):
        """One thing; the holds come last. Gives whether there was anything to do."""
        host, case = self.host, self.case
        todo = [task for task in case.tasks if not task.startswith(("hold", "never"))]
        jobs = [wanted.element.id for wanted in case.open.jobs.values()]
        messages = [wait.name for wait in case.open.messages.values() if wait.name.startswith("msg")]
        if todo:
            host.complete(case, todo[-1])
        elif jobs and jobs[0].startswith("fails"):
            host.fail(case, jobs[0], "broken")
        elif jobs:
            host.complete(case, jobs[0])
        elif messages:
            host.publish(messages[0])
        elif any(timer.due < host.instant + timedelta(hours=1) for timer in case.open.timers.values()):
            host.advance(seconds=10)
        else:
            return self.hold()
        return True

    def hold(self):
        """The event that the innermost hold waits for; then the hold itself ends, where the event has not ended it."""
        held = [self.holds[task] for task in self.case.tasks if task in self.holds]
        if not held:
            return False
        hold = min(held, key=lambda h: h.number)
        for _ in range(1 if hold.times is None else hold.happens):
            self.happen(hold)
        if hold.times is not None:
            for _ in range(1 if hold.kind == "message" else self.case.tasks.count(hold.task)):
                self.host.complete(self.case, hold.task)
        return True

    def happen(self, hold):
        host, name = self.host, f"h{hold.number}"
        if hold.kind == "message":
            host.publish(name)
        elif hold.kind == "signal":
            host.broadcast(name)
        elif hold.kind == "date":
            host.advance(seconds=max((hold.date - host.instant).total_seconds(), 0))
        else:
            for value in (True, False):
                if self.case.state == "ACTIVE":
                    self.case.inst.set_variables(self.case.inst.key, {name: value})
                    host.run(self.case)
