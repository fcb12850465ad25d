from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.bootstrap import Engine
from engine.clock import SettableClock
from engine.errors import Conflict, Forbidden, NotFound, Refused, Unauthenticated
from engine.permissions import Permission
from engine.records import NewPerson
from engine.store.person import Person, Token
from engine.types import SYSTEM, Actor, SearchRequest

ANN = NewPerson(username="ann", name="Ann", password="correct horse", groups=("case-handlers",))


def test_a_person_logs_in_and_has_the_rights_of_their_groups(engine: Engine) -> None:
    engine.people.create(SYSTEM, ANN)
    ann = engine.people.authenticate("ann", "correct horse")
    assert (ann.username, ann.groups) == ("ann", frozenset({"case-handlers"}))
    assert Permission.TASK_WORK in ann.permissions
    assert Permission.PERSON_MANAGE not in ann.permissions
    assert engine.people.actor("ann") == ann


@pytest.mark.parametrize(("username", "password"), [("ann", "wrong"), ("nobody", "correct horse"), ("ann", "")])
def test_wrong_credentials_are_refused_alike(engine: Engine, username: str, password: str) -> None:
    engine.people.create(SYSTEM, ANN)
    with pytest.raises(Unauthenticated, match="user name or the password"):
        engine.people.authenticate(username, password)


def test_neither_password_nor_token_is_stored(engine: Engine) -> None:
    engine.people.create(SYSTEM, ANN)
    token = engine.people.create_token(SYSTEM, "ann", "laptop")
    with engine.units() as uow:
        person = uow.session.scalars(select(Person)).one()
        assert "correct horse" not in str(person.password_hash)
        assert token.encode() not in uow.session.scalars(select(Token.digest)).one()


def test_a_token_acts_for_its_owner_within_its_scopes(engine: Engine) -> None:
    engine.people.create(SYSTEM, ANN)
    token = engine.people.create_token(SYSTEM, "ann", "robot", scopes=["task:work", "person:manage"])
    actor = engine.people.authenticate_token(token)
    assert (actor.username, actor.permissions) == ("ann", frozenset({"task:work"}))


def test_a_token_expires(engine: Engine, clock: SettableClock) -> None:
    engine.people.create(SYSTEM, ANN)
    token = engine.people.create_token(SYSTEM, "ann", "t", expires_at=clock.now() + timedelta(days=1))
    engine.people.authenticate_token(token)
    clock.pin(clock.now() + timedelta(days=1))
    with pytest.raises(Unauthenticated):
        engine.people.authenticate_token(token)
    with pytest.raises(Unauthenticated):
        engine.people.authenticate_token("amends_guessed")


def test_nobody_gives_more_rights_than_their_own(engine: Engine) -> None:
    engine.people.create(SYSTEM, ANN)
    helper = Actor(username="helper", permissions=frozenset({"person:manage"}))
    with pytest.raises(Forbidden):
        engine.people.create(helper, NewPerson(username="boss", name="Boss", groups=("administrators",)))
    with pytest.raises(Forbidden):
        engine.people.create_token(helper, "ann", "stolen")
    with pytest.raises(Forbidden):
        engine.people.create(Actor(username="ann"), NewPerson(username="eve", name="Eve"))


@pytest.mark.parametrize(
    "bad",
    [
        NewPerson(username="a b", name="A"),
        NewPerson(username="system", name="A"),
        NewPerson(username="a", name="A", password="short"),
        NewPerson(username="a", name="A", groups=("nowhere",)),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(engine: Engine, bad: NewPerson) -> None:
    with pytest.raises(Refused) as refusal:
        engine.people.create(SYSTEM, bad)
    assert refusal.value.findings


def test_a_user_name_is_given_once(engine: Engine) -> None:
    engine.people.create(SYSTEM, ANN)
    with pytest.raises(Conflict):
        engine.people.create(SYSTEM, ANN)


def test_admin_is_made_once(engine: Engine) -> None:
    assert engine.people.ensure_admin("first password")
    assert not engine.people.ensure_admin("second password")
    assert "*" in engine.people.authenticate("admin", "first password").permissions


def test_people_are_seen_by_who_may(engine: Engine) -> None:
    engine.people.create(SYSTEM, ANN)
    assert [person.username for person in engine.people.list(SYSTEM, SearchRequest()).items] == ["ann"]
    assert engine.people.get(Actor(username="ann"), "ann").name == "Ann"
    with pytest.raises(Forbidden):
        engine.people.get(Actor(username="eve"), "ann")
    with pytest.raises(NotFound):
        engine.people.get(SYSTEM, "nobody")
