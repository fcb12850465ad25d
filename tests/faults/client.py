"""One client of the load: it calls until it is answered, and keeps a journal of what was answered with success."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.diagrams import TIMERS


@dataclass(kw_only=True)
class Journal:
    """What was answered with success, by kind: what the client knows, and so what the database has to know."""

    instances: dict[str, str] = field(default_factory=dict)
    """Business id to process instance key."""
    tasks: set[str] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)
    complaints: dict[str, str] = field(default_factory=dict)
    """Idempotency key to reference."""
    calls: Counter[str] = field(default_factory=Counter)
    """Answers by status, and failures by kind."""

    def add(self, other: Journal) -> None:
        """Take over what another client has written."""
        self.instances |= other.instances
        self.tasks |= other.tasks
        self.jobs |= other.jobs
        self.complaints |= other.complaints
        self.calls += other.calls


class GivenUp(Exception):
    """A call was repeated for minutes without an answer."""


class Client(threading.Thread):
    """Starts `share` instances with timers, each with a bit of everything else, over whichever server answers."""

    def __init__(
        self,
        number: int,
        addresses: Sequence[str],
        token: str,
        *,
        share: int,
        horizon: float,
        pause: float = 0.0,
    ) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.journal, self.error = Journal(), ""
        self._number, self._addresses, self._share, self._horizon = number, addresses, share, horizon
        self._pause = pause
        self._random = random.Random(number)
        self._http = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def run(self) -> None:
        """Do the share."""
        try:
            for turn in range(self._share):
                self._turn(turn)
                time.sleep(self._pause)
            while self.work():
                pass
        except Exception as error:  # noqa: BLE001 - told by the one who waits for the thread
            self.error = f"{type(error).__name__}: {error}"
        finally:
            self.close()

    def close(self) -> None:
        """Let go of its connections; `run` does so at its end."""
        self._http.close()

    def _turn(self, turn: int) -> None:
        name = f"client-{self._number}-{turn}"
        waits = [f"PT{self._random.uniform(2, self._horizon):.3f}S" for _ in range(TIMERS)]
        self.begin("timed", f"timed-{name}", {"waits": waits})
        dice = self._random.random()
        if dice < 0.35:
            self.complete_task(self.begin("case", f"case-{name}", {}))
        elif dice < 0.7:
            self.begin("robot", f"robot-{name}", {})
            self.work()
        elif dice < 0.85:
            self.complain(f"complaint-{name}")

    def begin(self, process_id: str, business_id: str, variables: dict[str, Any]) -> str:
        """Start an instance; gives its key."""
        body = {"processDefinitionId": process_id, "businessId": business_id, "variables": variables}
        key: str = self._call("/v2/process-instances", body, key=business_id).json()["processInstanceKey"]
        self.journal.instances[business_id] = key
        return key

    def complete_task(self, instance_key: str) -> None:
        """Complete the open task of an instance; a repeat may find that it is done."""
        wanted = {"filter": {"processInstanceKey": instance_key, "state": "CREATED"}}
        (task,) = self._call("/v2/user-tasks/search", wanted).json()["items"]
        self._call(f"/v2/user-tasks/{task['userTaskKey']}/completion", {}, also=(409,))
        self.journal.tasks.add(task["userTaskKey"])

    def work(self) -> bool:
        """Take jobs as an outside worker does, and do them; whether there were some."""
        wanted = {"type": "paint", "worker": self.name, "timeout": 5_000, "maxJobsToActivate": 5}
        jobs = self._call("/v2/jobs/activation", wanted).json()["jobs"]
        for job in jobs:
            # Somebody else may have done it, if an answer took longer than the lock.
            self._call(f"/v2/jobs/{job['jobKey']}/completion", {}, also=(409,))
            self.journal.jobs.add(job["jobKey"])
        return bool(jobs)

    def complain(self, name: str) -> None:
        """File a complaint of somebody with an address, who gets a letter."""
        person = {"name": "Ada Example", "email": f"{name}@example.org"}
        body = {"description": name, "channel": "phone", "language": "en", "complainant": person}
        self.journal.complaints[name] = self._call("/v2/complaints", body, key=name).json()["reference"]

    def _call(self, path: str, body: Any, *, key: str | None = None, also: Sequence[int] = ()) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        until = time.monotonic() + 100
        while time.monotonic() < until:
            try:
                answer = self._http.post(f"{self._random.choice(self._addresses)}{path}", json=body, headers=headers)
            except httpx.TransportError as error:
                self.journal.calls[type(error).__name__] += 1
            else:
                self.journal.calls[str(answer.status_code)] += 1
                if answer.is_success or answer.status_code in also:
                    return answer
                if answer.status_code not in {500, 503, 429}:
                    raise GivenUp(f"{path}: {answer.status_code} {answer.text[:300]}")
            time.sleep(self._random.uniform(0.05, 0.3))
        raise GivenUp(f"{path}: {self.journal.calls}")
