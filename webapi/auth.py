"""Who calls: a bearer token, a name with a password, or the session of somebody logged in on the pages."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from threading import Lock

from flask import Flask, current_app, g, request, session

from engine.errors import Unauthenticated
from engine.types import Actor
from webapi.context import engine

_SESSION_NAME = "username"
_REMEMBERED_SECONDS = 10.0
_REMEMBERED_MOST = 1_000
_BELIEVED_SECONDS = 2.0


class _Verified:
    """Passwords found right a moment ago, as keyed hashes in memory.

    A password hash is made to cost 50 ms and more; a client that sends Basic credentials with every call would
    spend the service's time on nothing else. Only the comparison is spared: person, groups and locks are read anew.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._until: dict[bytes, float] = {}
        self._lock = Lock()

    def remembers(self, username: str, password: str) -> bool:
        with self._lock:
            return self._until.get(self._digest(username, password), 0.0) > time.monotonic()

    def remember(self, username: str, password: str) -> None:
        with self._lock:
            if len(self._until) >= _REMEMBERED_MOST:
                self._until.clear()
            self._until[self._digest(username, password)] = time.monotonic() + _REMEMBERED_SECONDS

    def _digest(self, username: str, password: str) -> bytes:
        return hmac.new(self._key, f"{username}\0{password}".encode(), hashlib.sha256).digest()


class _Tokens:
    """Holders of tokens that were found valid a moment ago, by the hash of the token.

    A client with many calls would otherwise spend a transaction on each before its work begins. A token that is
    revoked, or a person who leaves a group, is noticed `_BELIEVED_SECONDS` later at most.
    """

    def __init__(self) -> None:
        self._found: dict[bytes, tuple[float, Actor]] = {}
        self._lock = Lock()

    def holder(self, token: str) -> Actor:
        """Whoever holds `token`; raises `Unauthenticated`."""
        digest, now = hashlib.sha256(token.encode()).digest(), time.monotonic()
        known = self._found.get(digest)
        if known is not None and known[0] > now:
            return known[1]
        holder = engine().people.authenticate_token(token)
        with self._lock:
            if len(self._found) >= _REMEMBERED_MOST:
                self._found.clear()
            self._found[digest] = now + _BELIEVED_SECONDS, holder
        return holder


_verified = _Verified()
_TOKENS = "amends.tokens"


def register(app: Flask) -> None:
    """Give `app` a memory of its own: what one installation believes is nothing to another in the same process."""
    app.extensions[_TOKENS] = _Tokens()


def by_header() -> bool:
    """Whether the request carries its own credentials, so that no other site's page can have sent it."""
    return "Authorization" in request.headers


def identify() -> Actor | None:
    """The caller of this request; None for a stranger. Raises `Unauthenticated` for wrong credentials."""
    if by_header():
        return _by_credentials()
    username = session.get(_SESSION_NAME)
    if username is None:
        return None
    try:
        return engine().people.actor(username)
    except Unauthenticated:
        log_out()
        return None


def _by_credentials() -> Actor:
    given = request.authorization
    if given is None:
        raise Unauthenticated("The Authorization header cannot be read.")
    if given.type == "bearer" and given.token:
        tokens: _Tokens = current_app.extensions[_TOKENS]
        return tokens.holder(given.token)
    if given.type == "basic" and given.username and given.password:
        return _by_password(given.username, given.password)
    raise Unauthenticated("Only Bearer and Basic credentials are taken.")


def _by_password(username: str, password: str) -> Actor:
    if _verified.remembers(username, password):
        return engine().people.actor(username)
    found = engine().people.authenticate(username, password)
    _verified.remember(username, password)
    return found


def log_in(username: str, password: str) -> Actor:
    """Start a session on the pages. Raises `Unauthenticated`, with the same words for a wrong name and password.

    What the session held before is dropped, so that a cookie that was planted beforehand is worth nothing.
    """
    found = engine().people.authenticate(username, password)
    language = session.get("language")
    session.clear()
    session[_SESSION_NAME] = found.username
    if language is not None:
        session["language"] = language
    session.permanent = True
    g.actor = found
    return found


def log_out() -> None:
    """End the session; the language that was chosen stays."""
    language = session.get("language")
    session.clear()
    g.actor = None
    if language is not None:
        session["language"] = language
