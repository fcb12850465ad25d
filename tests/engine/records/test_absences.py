"""Absences: what is refused, and who stands in for whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.bootstrap import Engine
from engine.errors import Conflict, Forbidden, NotFound, Refused
from engine.records import AbsenceView, NewAbsence, NewPerson, deputies_of
from engine.types import SYSTEM, Actor, SearchRequest
from tests.conftest import MONDAY

TODAY = MONDAY.date()


def day(number: int) -> date:
    """A day by its distance from today."""
    return TODAY + timedelta(days=number)


@pytest.fixture(autouse=True)
def people(engine: Engine) -> None:
    groups = {
        "ann": ["case-handlers"],
        "ben": ["case-handlers", "reviewers"],
        "cem": ["case-handlers"],
        "dan": ["case-handlers"],
        "mona": ["managers", "top-management"],
        "max": ["managers"],
        "otto": ["process-owners"],
    }
    for username, its in groups.items():
        engine.people.create(SYSTEM, NewPerson(username=username, name=username.title(), groups=its))


def away(engine: Engine, username: str, deputy: str, first: int = 0, last: int = 7, **more: bool) -> AbsenceView:
    """Enter an absence as the person who is away, or as the system where it delegates."""
    by = SYSTEM if more else engine.people.actor(username)
    asked = NewAbsence(username=username, deputy=deputy, first_day=day(first), last_day=day(last), **more)
    return engine.absences.enter(by, asked)


def stood_in_for(engine: Engine, username: str) -> list[str]:
    """Whom somebody stands in for today."""
    return [one.username for one in engine.absences.stood_in_for(engine.people.actor(username))]


def refusal(engine: Engine, *args: object, **more: object) -> list[str]:
    """The rules that an absence breaks."""
    with pytest.raises(Refused) as refused:
        away(engine, *args, **more)  # type: ignore[arg-type]  # passed on as they came
    return [finding.rule for finding in refused.value.findings]


def test_a_deputy_stands_in_from_the_first_day_to_the_last(engine: Engine) -> None:
    made = away(engine, "ann", "ben", 1, 3)
    assert (made.state, stood_in_for(engine, "ben")) == ("ahead", [])
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, 23, tzinfo=UTC)  # 00:00 in Amsterdam
    for instant, expected in [
        (midnight - timedelta(minutes=1), []),
        (midnight, ["ann"]),
        (midnight + timedelta(days=3, minutes=-1), ["ann"]),
        (midnight + timedelta(days=3), []),
    ]:
        engine.set_clock(SYSTEM, instant)
        assert stood_in_for(engine, "ben") == expected
    assert [view.state for view in engine.absences.of(SYSTEM, "ann")] == ["over"]


def test_deputies_stand_in_a_chain_and_branches_meet(engine: Engine) -> None:
    away(engine, "ann", "ben")
    away(engine, "ben", "mona", delegates=True)
    away(engine, "cem", "ben")
    assert stood_in_for(engine, "mona") == ["ann", "ben", "cem"]
    with engine.units() as uow:
        assert deputies_of(uow, ["ann"], TODAY) == {"ben", "mona"}
        assert deputies_of(uow, [], TODAY) == set()


def test_an_absence_that_is_taken_back_ends_at_once(engine: Engine) -> None:
    ann = engine.people.actor("ann")
    made = away(engine, "ann", "ben")
    assert engine.absences.cancel(ann, "ann", made.absence_key).state == "cancelled"
    assert stood_in_for(engine, "ben") == []
    with pytest.raises(Conflict):
        engine.absences.cancel(ann, "ann", made.absence_key)
    with pytest.raises(NotFound):
        engine.absences.cancel(SYSTEM, "ben", made.absence_key)
    away(engine, "ann", "cem")  # the days are free again


@pytest.mark.parametrize(
    ("first", "last", "deputy", "rule"),
    [
        (3, 1, "ben", "day-order"),
        (-5, -1, "ben", "past"),
        (0, 900, "ben", "too-long"),
        (0, 1, "nobody", "deputy-unknown"),
        (0, 1, "ann", "deputy-self"),
        (0, 1, "otto", "deputy-work"),
        (0, 1, "max", "deputy-groups"),
    ],
)
def test_what_cannot_be_is_refused_with_a_finding(
    engine: Engine, first: int, last: int, deputy: str, rule: str
) -> None:
    assert refusal(engine, "ann", deputy, first, last) == [rule]
    assert engine.absences.of(SYSTEM, "ann") == ()


def test_one_person_is_not_away_twice_on_the_same_day(engine: Engine) -> None:
    away(engine, "ann", "ben", 0, 7)
    assert refusal(engine, "ann", "cem", 7, 9) == ["overlap"]
    away(engine, "ann", "cem", 8, 9)


def test_work_does_not_go_round_in_a_circle(engine: Engine) -> None:
    away(engine, "ann", "dan", 0, 7)
    away(engine, "dan", "cem", 5, 9)
    assert refusal(engine, "cem", "ann", 7, 7) == ["circular"]
    away(engine, "cem", "ann", 8, 9)  # ann is back then
    assert refusal(engine, "ann", "cem", 9, 9) == ["circular"]


def test_only_groups_that_work_on_tasks_bind_a_deputy(engine: Engine) -> None:
    away(engine, "mona", "max")  # top management only reads


def test_who_manages_people_may_delegate_beyond_the_groups(engine: Engine) -> None:
    asked = NewAbsence(username="ann", deputy="max", first_day=TODAY, last_day=TODAY, delegates=True)
    with pytest.raises(Forbidden):
        engine.absences.enter(engine.people.actor("ann"), asked)
    made = away(engine, "ann", "max", delegates=True)
    (absent,) = engine.absences.stood_in_for(engine.people.actor("max"))
    assert (made.created_by, absent.delegates, absent.groups) == ("system", True, {"case-handlers"})


def test_nobody_enters_or_ends_the_absence_of_another(engine: Engine) -> None:
    made, ben = away(engine, "ann", "ben"), engine.people.actor("ben")
    acts = [
        lambda: engine.absences.enter(ben, NewAbsence(username="cem", deputy="ben", first_day=TODAY, last_day=TODAY)),
        lambda: engine.absences.cancel(ben, "ann", made.absence_key),
        lambda: engine.absences.of(ben, "ann"),
        lambda: engine.absences.possible_deputies(ben, "ann"),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert engine.absences.of(Actor(username="x", permissions=frozenset({"task:assign"})), "ann") == (made,)


def test_colleagues_in_all_of_ones_groups_can_be_deputies(engine: Engine) -> None:
    assert [one.username for one in engine.absences.possible_deputies(SYSTEM, "ann")] == ["ben", "cem", "dan"]
    assert engine.absences.possible_deputies(SYSTEM, "ben") == ()
    with pytest.raises(NotFound):
        engine.absences.possible_deputies(SYSTEM, "nobody")
    nobody = NewAbsence(username="nobody", deputy="ben", first_day=TODAY, last_day=TODAY)
    with pytest.raises(NotFound):
        engine.absences.enter(SYSTEM, nobody)


def test_absences_stand_in_the_audit_trail(engine: Engine) -> None:
    made = away(engine, "ann", "ben")
    engine.absences.cancel(SYSTEM, "ann", made.absence_key)
    found = engine.audit.search(SYSTEM, SearchRequest(filter={"entity_key": "ann"})).items
    told = [(entry.action, entry.actor_id) for entry in found if entry.action.startswith("absence")]
    assert sorted(told) == [("absence.cancelled", "system"), ("absence.entered", "ann")]
