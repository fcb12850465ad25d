"""People and tokens: accounts, how they log in, and what they may do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, select

from engine.errors import Conflict, Finding, Forbidden, NotFound, Refused, Unauthenticated
from engine.identity import hash_password, new_token, outdated, token_digest, verify_password
from engine.permissions import EVERYTHING, Permission, Roles, may, require
from engine.records.actions import Action
from engine.records.audit import About, audit
from engine.store.person import Person, Token
from engine.store.search import Searchable, search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import SYSTEM, Actor, Key, Page, SearchRequest

ADMIN = "admin"
ADMINISTRATORS = "administrators"
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_RESERVED = {"system", "complainant"}
MIN_PASSWORD = 8
_Scopes: TypeAlias = list[str] | None


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """An account to be made. Without a password nobody logs in as this person; a token still works."""

    username: str
    name: str
    email: str | None = None
    password: str | None = None
    groups: Iterable[str] = ()
    locale: str | None = None


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """An account as it is shown."""

    person_key: Key
    username: str
    name: str
    email: str | None
    groups: tuple[str, ...]
    locale: str | None
    active: bool


class PeopleService:
    """Accounts, log-in and tokens. Groups give permissions as `roles` says."""

    def __init__(self, units: UnitsOfWork, roles: Roles) -> None:
        self._units, self.roles = units, roles

    def authenticate(self, username: str, password: str) -> Actor:
        """The person behind a user name and password; raises `Unauthenticated` without saying which was wrong."""
        with self._units() as uow:
            person = self._active(uow, username)
            known = verify_password(person.password_hash if person else None, password)
            if person is not None and known:
                if outdated(person.password_hash or ""):
                    person.password_hash = hash_password(password)
                return self._actor(person)
        raise Unauthenticated("The user name or the password is wrong.")

    def authenticate_token(self, token: str) -> Actor:
        """Whoever holds `token`, limited to its scopes; raises `Unauthenticated` if unknown, expired or revoked."""
        with self._units() as uow:
            found = uow.session.execute(
                select(Token, Person)
                .join(Person, Person.key == Token.person_key)
                .where(Token.digest == token_digest(token), Token.revoked_at.is_(None), Person.active)
            ).first()
            if found is not None:
                row, person = found
                if row.expires_at is None or row.expires_at > uow.now():
                    return self._actor(person, row.scopes)
        raise Unauthenticated("The token is unknown, expired or revoked.")

    def actor(self, username: str) -> Actor:
        """The actor for a session that was logged in before; raises `Unauthenticated` if the account is closed."""
        with self._units() as uow:
            person = self._active(uow, username)
            if person is None:
                raise Unauthenticated
            return self._actor(person)

    def create(self, actor: Actor, person: NewPerson) -> PersonView:
        """Make an account. Needs `person:manage`. Raises `Conflict` if the name is taken, `Refused` with findings."""
        require(actor, Permission.PERSON_MANAGE)
        self._check(actor, person)
        with self._units() as uow:
            if uow.session.scalar(select(Person.key).where(Person.username == person.username)) is not None:
                raise Conflict(f"There is already somebody called {person.username!r}.")
            row = _row(uow, person)
            uow.session.add(row)
            audit(uow, actor, Action.PERSON_CREATED, About(subject=person.username), {"groups": sorted(person.groups)})
            return _view(row)

    def create_token(
        self,
        actor: Actor,
        username: str,
        name: str,
        scopes: Iterable[str] | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """A new bearer token of `username`; this is the only time it can be read.

        For oneself, or with `person:manage` for others; never with more rights than the person who makes it.
        """
        with self._units() as uow:
            person = self._active(uow, username)
            if person is None:
                raise NotFound(f"There is nobody called {username!r}.")
            wanted = None if scopes is None else sorted(set(scopes))
            self._may_make_token(actor, person, wanted)
            token = new_token()
            uow.session.add(
                Token(
                    key=uow.new_key(),
                    person_key=person.key,
                    name=name,
                    digest=token_digest(token),
                    scopes=wanted,
                    created_at=uow.now(),
                    expires_at=expires_at,
                )
            )
            audit(uow, actor, Action.TOKEN_CREATED, About(subject=username), {"name": name})
            return token

    def list(self, actor: Actor, request: SearchRequest | None = None) -> Page[PersonView]:
        """People by user name. Needs `person:manage` or `task:assign`."""
        _may_see(actor)
        with self._units() as uow:
            return search(uow.session, select(Person), _SEARCH, request or SearchRequest(sort=[("username", "asc")]))

    def get(self, actor: Actor, username: str) -> PersonView:
        """One account: the own one, or any with `person:manage` or `task:assign`. Raises `NotFound`."""
        if username != actor.username:
            _may_see(actor)
        with self._units() as uow:
            person = uow.session.scalar(select(Person).where(Person.username == username))
            if person is None:
                raise NotFound(f"There is nobody called {username!r}.")
            return _view(person)

    def ensure_admin(self, password: str) -> bool:
        """Make the user `admin` if nobody is called so; whether it was made now."""
        try:
            admin = NewPerson(username=ADMIN, name="Administrator", password=password, groups=(ADMINISTRATORS,))
            self.create(SYSTEM, admin)
        except Conflict:
            return False
        return True

    def _check(self, actor: Actor, person: NewPerson) -> None:
        findings = []
        if not _USERNAME.fullmatch(person.username) or person.username in _RESERVED:
            findings.append(Finding(rule="username", message="This user name cannot be used.", element_id="username"))
        if person.password is not None and len(person.password) < MIN_PASSWORD:
            message = f"A password has at least {MIN_PASSWORD} characters."
            findings.append(Finding(rule="password", message=message, element_id="password"))
        findings += (
            Finding(rule="group", message=f"There is no group {group!r}.", element_id="groups")
            for group in sorted(set(person.groups) - set(self.roles.groups))
        )
        if findings:
            raise Refused("The account cannot be made.", findings=findings)
        _no_more_than(actor, self.roles.permissions_of(person.groups))

    def _may_make_token(self, actor: Actor, person: Person, scopes: _Scopes) -> None:
        if person.username != actor.username:
            require(actor, Permission.PERSON_MANAGE)
        granted = self._actor(person, scopes).permissions
        _no_more_than(actor, granted)

    def _active(self, uow: UnitOfWork, username: str) -> Person | None:
        return uow.session.scalar(select(Person).where(Person.username == username, Person.active))

    def _actor(self, person: Person, scopes: _Scopes = None) -> Actor:
        permissions = self.roles.permissions_of(person.groups)
        if scopes is not None:
            permissions = frozenset(scopes) if EVERYTHING in permissions else permissions & frozenset(scopes)
        return Actor(username=person.username, groups=frozenset(person.groups), permissions=permissions)


def _no_more_than(actor: Actor, permissions: frozenset[str]) -> None:
    """Nobody hands out rights that they do not hold."""
    if EVERYTHING not in actor.permissions and not permissions <= actor.permissions:
        raise Forbidden("Nobody can give more rights than their own.")


def _may_see(actor: Actor) -> None:
    if not (may(actor, Permission.PERSON_MANAGE) or may(actor, Permission.TASK_ASSIGN)):
        raise Forbidden


def _row(uow: UnitOfWork, person: NewPerson) -> Person:
    return Person(
        key=uow.new_key(),
        username=person.username,
        name=person.name,
        email=person.email,
        password_hash=None if person.password is None else hash_password(person.password),
        groups=sorted(set(person.groups)),
        locale=person.locale,
        active=True,
        created_at=uow.now(),
    )


def _view(person: Person) -> PersonView:
    return PersonView(
        person_key=person.key,
        username=person.username,
        name=person.name,
        email=person.email,
        groups=tuple(person.groups),
        locale=person.locale,
        active=person.active,
    )


def _row_view(row: Row[Any]) -> PersonView:
    return _view(row[0])


_SEARCH = Searchable(
    columns={"username": Person.username, "name": Person.name, "active": Person.active, "person_key": Person.key},
    key=Person.key,
    view=_row_view,
    filters={"group": lambda value: Person.groups.contains([str(value)])},
)
