"""The replay itself: simulated time goes on step by step, and at each step everybody does what is due.

Work is looked for page by page over all cases, never case by case, and only what is new since the last step; the
moves of one step go out through a small pool of threads, those of one case in order.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import cast

from webapi.cli.replay.actors import REACTS_TO, Complainants, Staff, milliseconds, reaction_to
from webapi.cli.replay.calendar import begins_a_day, days_for, is_working_day, receipt_times, steps
from webapi.cli.replay.cases import Agenda, Case, Move, instant
from webapi.cli.replay.choices import complainant_delay, dice, receipt, script, staff_delay
from webapi.cli.replay.client import Object, Rejected, Service
from webapi.cli.replay.people import Team
from webapi.cli.replay.reader import Row

THREADS = 4
CHUNK = 100
ROUNDS_A_STEP = 8
RESYNC_EVERY = 25
AFTERWARDS = timedelta(days=14)
"""Simulated time that goes on when the last case is closed: the survey is sent some days after."""
PATIENCE_DAYS = 75
"""Simulated days without any change after which the rest is left to wait."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to replay: rows in order of receipt, the seed, and simulated days a minute (None: as fast as it goes)."""

    rows: Sequence[Row]
    seed: int = 1
    days: int | None = None
    pace: float | None = None


@dataclass(kw_only=True)
class Progress:
    """How far a replay is; `tell` is called after each step."""

    tell: Callable[[Progress], None] = lambda _: None
    now: datetime | None = None
    posted: int = 0
    closed: int = 0
    tasks: int = 0


@dataclass(kw_only=True)
class Result:
    """What a replay did: its cases by reference, and refusals that should not have been, as sentences."""

    cases: dict[str, Case] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    began: datetime | None = None
    ended: datetime | None = None


class Replay:
    """One run over a plan against one service. `run` may be called once."""

    def __init__(self, service: Service, team: Team, plan: Plan, progress: Progress) -> None:
        self._service = service
        self._plan = plan
        self._progress = progress
        self._staff = Staff(service, team, plan.seed)
        self._complainants = Complainants(service)
        self._agenda = Agenda()
        self._by_instance: dict[str, Case] = {}
        self._known_tasks: set[str] = set()
        self._closed: set[str] = set()
        self._last_change: datetime | None = None
        self.result = Result()

    def run(self) -> Result:
        """Post everything, play until all is closed or nothing moves any more. Raises ServiceGone."""
        if not self._plan.rows:
            return self.result
        with ThreadPoolExecutor(THREADS, thread_name_prefix="replay") as pool:
            self._play(pool)
        return self.result

    def _play(self, pool: ThreadPoolExecutor) -> None:
        rows = list(self._plan.rows)
        now = instant(self._service.get("/v2/clock")["now"]).replace(microsecond=0)
        # Before anything is posted: a service whose clock stands under nobody's command is not to be played with.
        self._service.set_clock(milliseconds(now))
        first = self._first(rows)
        if first is None:
            return
        days = self._plan.days or days_for(len(self._plan.rows))
        # The first receipt tells when the replay began, also where this run goes on with an earlier one.
        waiting = deque(zip(receipt_times(first.received_at, len(rows) + 1, days)[1:], rows, strict=True))
        now = max(first.received_at, now)
        first.found_again = first.received_at < now
        self.result.began = self._last_change = now
        self._resync(now)
        busy = (moment for moment in steps(now) if self._is_busy(moment, waiting))
        for count, moment in enumerate(busy, start=1):
            began = time.monotonic()
            self._service.set_clock(milliseconds(moment))
            for case in pool.map(self._post, _come_in(waiting, moment)):
                self._file(case, moment)
            self._step(pool, moment, since=now, everything=count % RESYNC_EVERY == 0)
            now = self.result.ended = moment
            self._tell(now)
            if not waiting and self._over(now):
                break
            self._keep_pace(began)

    def _is_busy(self, moment: datetime, waiting: deque[tuple[datetime, Row]]) -> bool:
        """Whether somebody does something then; once a day time goes on in any case, for the timers."""
        comes_in = bool(waiting) and waiting[0][0] <= moment
        return comes_in or begins_a_day(moment) or self._agenda.is_due(moment)

    def _first(self, rows: list[Row]) -> Case | None:
        """Post the first complaint that the service takes; takes it and those before it out of `rows`."""
        while rows:
            case = self._post(rows.pop(0))
            if case is not None:
                self._file(case, case.received_at)
                return case
        return None

    def _post(self, row: Row) -> Case | None:
        acts = script(row, self._plan.seed)
        try:
            answer = self._service.post(
                "/v2/complaints", receipt(row, acts), key=f"replay-{self._plan.seed}-{row.identity}"
            )
        except Rejected as error:
            self.result.refused.append(f"line {row.line}: {error}")
            return None
        return Case(
            row=row,
            script=acts,
            reference=str(answer["reference"]),
            instance_key=str(answer["processInstanceKey"]),
            received_at=instant(answer["acknowledgedAt"]),
        )

    def _file(self, case: Case | None, now: datetime) -> None:
        if case is None:
            return
        known = self.result.cases.setdefault(case.reference, case)
        if known is not case:
            self.result.problems.append(f"{case.reference}: lines {known.row.line} and {case.row.line} share it")
        case.found_again = case.received_at < now
        self._by_instance[case.instance_key] = case
        if case.script.withdraws_after is not None:
            self._agenda.add(Move(due=case.received_at + case.script.withdraws_after, case=case, kind="withdrawal"))
        self._progress.posted = len(self.result.cases)

    def _step(self, pool: ThreadPoolExecutor, now: datetime, *, since: datetime, everything: bool) -> None:
        if everything or not len(self._agenda):
            self._resync(now)
        else:
            self._find_tasks(now, {"creationDate": {"$gte": since.isoformat()}})
        for _ in range(ROUNDS_A_STEP):
            moves: dict[str, list[Move]] = defaultdict(list)
            for move in sorted(self._due(now), key=_withdrawals_first):
                moves[move.case.reference].append(move)
            if not moves:
                return
            list(pool.map(self._carry_out, moves.values()))
            self._look_at(now, list(moves))
            self._find_tasks(now, {"creationDate": {"$gte": now.isoformat()}})

    def _due(self, now: datetime) -> Iterator[Move]:
        """What is to be done now; staff do nothing on a Saturday or Sunday and come back to it."""
        working = is_working_day(now)
        for move in list(self._agenda.due(now)):
            if move.kind == "withdrawal" and move.case.reference in self._closed:
                continue
            if move.kind == "task" and not working:
                self._agenda.add(Move(due=now + timedelta(hours=1), case=move.case, kind="task", task=move.task))
            else:
                yield move

    def _carry_out(self, moves: Iterable[Move]) -> None:
        acts = {
            "task": self._staff.work,
            "reaction": self._complainants.react,
            "withdrawal": self._complainants.withdraw,
        }
        for move in moves:
            try:
                done = acts[move.kind](move)
            except Rejected as error:
                self.result.problems.append(f"{move.case.reference} ({move.kind} {_about(move)}): {error}")
                continue
            move.case.turns += 1
            self.result.counts[move.kind if done else "overtaken"] += 1

    def _resync(self, now: datetime) -> None:
        """Look at every open task and every case, as at the start or when nobody knows what to do."""
        self._find_tasks(now, {})
        self._look_at(now, [reference for reference in self.result.cases if reference not in self._closed])

    def _find_tasks(self, now: datetime, where: Object) -> None:
        for task in self._service.search("user-tasks", {"state": "CREATED", **where}):
            case = self._by_instance.get(str(task["processInstanceKey"]))
            key = str(task["userTaskKey"])
            if case is None or key in self._known_tasks:
                continue
            self._known_tasks.add(key)
            created, element = instant(task["creationDate"]), str(task["elementId"])
            rng = dice(self._plan.seed, case.row.identity, "delay", element, case.hours(created))
            due = max(now, created + staff_delay(element, case.script, rng))
            self._agenda.add(Move(due=due, case=case, kind="task", task=task))
            self._last_change = now

    def _look_at(self, now: datetime, references: Sequence[str]) -> None:
        """Read the status of these cases and plan what their complainants do about it."""
        left = iter(references)
        while chunk := list(islice(left, CHUNK)):
            where: Object = {"reference": {"$in": chunk}, "status": {"$in": [*REACTS_TO, "closed"]}}
            for item in self._service.search("complaints", where):
                case = self.result.cases.get(str(item["reference"]))
                if case is not None:
                    self._noticed(now, case, str(item["status"]))

    def _noticed(self, now: datetime, case: Case, status: str) -> None:
        if status != case.status:
            case.status, self._last_change = status, now
        if status == "closed":
            self._closed.add(case.reference)
        if status not in REACTS_TO or (status, case.turns) in case.noted:
            return
        case.noted.add((status, case.turns))
        if reaction_to(status, case) != "silent":
            rng = dice(self._plan.seed, case.row.identity, "delay", status, case.hours(now))
            self._agenda.add(Move(due=now + complainant_delay(rng), case=case, kind="reaction", status=status))

    def _over(self, now: datetime) -> bool:
        idle = now - cast("datetime", self._last_change)
        if len(self._closed) == len(self.result.cases):
            return idle > AFTERWARDS
        return not len(self._agenda) and idle > timedelta(days=PATIENCE_DAYS)

    def _tell(self, now: datetime) -> None:
        progress = self._progress
        progress.now, progress.closed, progress.tasks = now, len(self._closed), self.result.counts["task"]
        progress.tell(progress)

    def _keep_pace(self, began: float) -> None:
        if self._plan.pace:
            left = 60 / self._plan.pace / 2 - (time.monotonic() - began)
            time.sleep(max(0.0, left))


def _come_in(waiting: deque[tuple[datetime, Row]], now: datetime) -> list[Row]:
    """Take out the rows whose time has come."""
    due = []
    while waiting and waiting[0][0] <= now:
        due.append(waiting.popleft()[1])
    return due


def _withdrawals_first(move: Move) -> bool:
    """Who withdraws does so before staff go on, so that nobody withdraws what is closed in the same moment."""
    return move.kind != "withdrawal"


def _about(move: Move) -> str:
    return str(move.task.get("elementId") or move.status)
