"""Proves from the tables, after the run, that nothing was lost and nothing happened twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from tests.faults.client import Journal
from tests.faults.diagrams import TIMERS


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was checked: how many there should be, how many there are, and how many are wrong."""

    what: str
    expected: int
    found: int
    wrong: int

    @property
    def good(self) -> bool:
        """Whether it is as it should be."""
        return self.expected == self.found and self.wrong == 0


_FIRED = """
    SELECT count(*), count(*) FILTER (WHERE n > 1), count(*) FILTER (WHERE early) FROM (
        SELECT a.instance_key, a.subject, count(*) AS n, bool_or(a.at < (a.details ->> 'due')::timestamptz) AS early
          FROM audit_entry a JOIN process_instance p ON p.key = a.instance_key
         WHERE a.action = 'timer.fired' AND p.process_id = 'timed' GROUP BY 1, 2) AS x
"""
_ENDS = """
    SELECT count(*), count(*) FILTER (WHERE n > 1) FROM (
        SELECT instance_key, element_id, count(*) AS n FROM element_instance
         WHERE process_id = 'timed' AND element_id ~ '^e[0-9]+$' AND state = 'COMPLETED' GROUP BY 1, 2) AS x
"""
_ONCE = "SELECT subject FROM audit_entry WHERE action = :action AND subject = ANY(:subjects)"
_OPEN_JOBS = "SELECT count(*) FROM job WHERE state = 'CREATED'"
_UNAUDITED = """
    SELECT (SELECT count(*) FROM process_instance p WHERE NOT EXISTS (
                SELECT FROM audit_entry a WHERE a.instance_key = p.key AND a.action = 'instance.started'))
         + (SELECT count(*) FROM process_instance p WHERE p.state = 'COMPLETED' AND NOT EXISTS (
                SELECT FROM audit_entry a WHERE a.instance_key = p.key AND a.action = 'instance.completed'))
         + (SELECT count(*) FROM user_task t WHERE t.state = 'COMPLETED' AND NOT EXISTS (
                SELECT FROM audit_entry a WHERE a.subject = t.key::text AND a.action = 'task.completed'))
         + (SELECT count(*) FROM job j WHERE j.state = 'COMPLETED' AND NOT EXISTS (
                SELECT FROM audit_entry a WHERE a.subject = j.key::text AND a.action = 'job.completed'))
"""
_TASKLESS = """
    SELECT count(*) FROM element_instance e WHERE e.element_type = 'USER_TASK' AND NOT EXISTS (
        SELECT FROM user_task t WHERE t.element_instance_key = e.key AND (t.state = 'CREATED') = (e.state = 'ACTIVE'))
"""
_FILED = "SELECT description, reference FROM complaint WHERE description LIKE 'complaint-%'"
_LETTERS = "SELECT message_id FROM correspondence WHERE message_id IS NOT NULL"
_PAIRS = """SELECT business_id, key::text FROM process_instance WHERE business_id = ANY(:names)"""


def check(connection: Connection, journal: Journal, mails: Counter[str]) -> list[Line]:
    """Everything, as lines of a table."""
    return [
        *_timers(connection, journal),
        _commands(connection, journal),
        _tasks(connection, journal),
        *_jobs(connection, journal, mails),
        Line(what="user tasks without a row", expected=0, found=0, wrong=_one(connection, _TASKLESS)),
        Line(what="rows without their audit entry", expected=0, found=0, wrong=_one(connection, _UNAUDITED)),
        Line(what="incidents", expected=0, found=0, wrong=_one(connection, "SELECT count(*) FROM incident")),
    ]


def _one(connection: Connection, statement: str) -> int:
    return int(connection.execute(text(statement)).scalar_one())


def _timers(connection: Connection, journal: Journal) -> list[Line]:
    expected = TIMERS * sum(name.startswith("timed-") for name in journal.instances)
    fired, twice, early = connection.execute(text(_FIRED)).one()
    ended, ended_twice = connection.execute(text(_ENDS)).one()
    return [
        Line(what="timers fired (wrong: twice)", expected=expected, found=fired, wrong=twice),
        Line(what="timers fired early", expected=0, found=0, wrong=early),
        Line(what="paths taken by timers (wrong: twice)", expected=expected, found=ended, wrong=ended_twice),
    ]


def _commands(connection: Connection, journal: Journal) -> Line:
    """Each start that was answered is there, once, under the key that was answered; so is each complaint."""
    rows = connection.execute(text(_PAIRS), {"names": list(journal.instances)}).all()
    wrong = sum(1 for name, count in Counter(row[0] for row in rows).items() if count > 1)
    wrong += len(set(journal.instances.items()) - {(row[0], row[1]) for row in rows})
    told = [(row[0], row[1]) for row in connection.execute(text(_FILED))]
    wrong += len(set(journal.complaints.items()) - set(told)) + len(told) - len({name for name, _ in told})
    expected = len(journal.instances) + len(journal.complaints)
    return Line(
        what="commands answered (wrong: lost or twice)", expected=expected, found=len(rows) + len(told), wrong=wrong
    )


def _once(connection: Connection, action: str, subjects: Sequence[str]) -> tuple[int, int]:
    rows = connection.execute(text(_ONCE), {"action": action, "subjects": list(subjects)})
    counted = Counter(rows.scalars())
    return len(counted), sum(count > 1 for count in counted.values())


def _tasks(connection: Connection, journal: Journal) -> Line:
    found, twice = _once(connection, "task.completed", sorted(journal.tasks))
    return Line(what="tasks completed (wrong: twice)", expected=len(journal.tasks), found=found, wrong=twice)


def _jobs(connection: Connection, journal: Journal, mails: Counter[str]) -> list[Line]:
    found, twice = _once(connection, "job.completed", sorted(journal.jobs))
    started = sum(name.startswith("robot-") for name in journal.instances)
    done = _one(connection, "SELECT count(*) FROM job WHERE job_type = 'paint' AND state = 'COMPLETED'")
    letters = connection.scalars(text(_LETTERS)).all()
    return [
        Line(what="jobs told as done (wrong: twice)", expected=len(journal.jobs), found=found, wrong=twice),
        Line(what="jobs of started instances", expected=started, found=done, wrong=_one(connection, _OPEN_JOBS)),
        Line(
            what="mails by Message-ID (wrong: not received)",
            expected=len(journal.complaints),
            found=len(letters),
            wrong=sum(1 for message_id in letters if message_id not in mails),
        ),
    ]
