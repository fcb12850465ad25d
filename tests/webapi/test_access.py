"""Who gets in: tokens, passwords, sessions with their forms, and nobody else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from engine.bootstrap import Engine
from engine.settings import Settings
from engine.store.person import Token
from tests.webapi.callers import PASSWORD, Caller
from webapi import auth
from webapi.access import public, signed_in
from webapi.app import create_app
from webapi.sessions import Sessions

ME = "/v2/authentication/me"


def basic(username: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{username}:{password}".encode()).decode()}


def test_a_token_names_its_owner(somebody: Callable[..., Caller]) -> None:
    answer = somebody("ann", "front-office").get(ME)
    assert (answer.json["username"], answer.json["groups"]) == ("ann", ["front-office"])
    assert "task:work" in answer.json["permissions"]


@pytest.mark.parametrize(("believed", "status"), [(0.0, 401), (60.0, 200)])
def test_a_revoked_token_is_believed_a_moment_longer(
    believed: float,
    status: int,
    somebody: Callable[..., Caller],
    session_factory: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "_BELIEVED_SECONDS", believed)
    ann = somebody("ann", "front-office")
    assert ann.get(ME).status_code == 200
    with session_factory.begin() as work:
        work.execute(update(Token).values(revoked_at=datetime(2026, 3, 2, tzinfo=UTC)))
    assert ann.get(ME).status_code == status


def test_name_and_password_do_too(somebody: Callable[..., Caller], stranger: Caller) -> None:
    somebody("ann", "front-office", password=PASSWORD)
    for _ in range(2):  # the second time the password is remembered
        assert stranger.get(ME, headers=basic("ann", PASSWORD)).json["username"] == "ann"


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Basic ???", "Basic " + b64encode(b"ann:wrong").decode(), "Digest x", "Bearer", ""]
)
def test_wrong_credentials_get_the_same_answer(somebody: Callable[..., Caller], stranger: Caller, header: str) -> None:
    somebody("ann", "front-office", password=PASSWORD)
    answer = stranger.get(ME, headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_missing_permission_is_named(somebody: Callable[..., Caller]) -> None:
    answer = somebody("ann", "front-office").post("/v2/clock/reset")
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert "clock:set" in answer.json["detail"]


def test_everybody_may_ask_for_health(stranger: Caller) -> None:
    assert stranger.get("/health/live").json == {"status": "UP"}
    assert "amends_http_requests_total" in stranger.get("/metrics").text


@pytest.fixture
def pages(engine: Engine, settings: Settings, request_sessions: Sessions) -> Flask:
    """The application with three pages of a test: one to log in, one that changes something, one undeclared."""
    app = create_app(engine, settings, request_sessions)
    app.add_url_rule("/test/enter", "enter", public(lambda: auth.log_in("ann", PASSWORD).username))
    app.add_url_rule("/test/change", "change", signed_in(lambda: "changed"), methods=["POST"])
    app.add_url_rule("/test/open", "open", lambda: "never seen")
    return app


def test_a_form_needs_its_token(pages: Flask, somebody: Callable[..., Caller]) -> None:
    somebody("ann", "front-office", password=PASSWORD)
    browser = pages.test_client()
    browser.get("/test/enter")
    assert browser.post("/test/change").status_code == 400
    with browser.session_transaction() as inside:
        assert inside["username"] == "ann"
    with pages.test_request_context():
        token, raw = generate_csrf(), session["csrf_token"]
    with browser.session_transaction() as inside:
        inside["csrf_token"] = raw
    assert browser.post("/test/change", data={"csrf_token": token}).text == "changed"


def test_a_token_needs_no_form(pages: Flask, somebody: Callable[..., Caller]) -> None:
    ann = somebody("ann", "front-office")
    assert Caller(client=pages.test_client(), token=ann.token).post("/test/change").text == "changed"


def test_a_route_that_declares_nothing_is_closed(pages: Flask, admin: Caller) -> None:
    assert Caller(client=pages.test_client(), token=admin.token).get("/test/open").status_code == 403


def test_logging_in_drops_what_the_session_held(pages: Flask, somebody: Callable[..., Caller]) -> None:
    somebody("ann", "front-office", password=PASSWORD)
    browser = pages.test_client()
    with browser.session_transaction() as inside:
        inside["planted"] = "before"
    browser.get("/test/enter")
    with browser.session_transaction() as inside:
        assert "planted" not in inside


def test_answers_carry_the_headers_that_keep_browsers_safe(stranger: Caller) -> None:
    headers = stranger.get("/nothing").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; style-src 'self' 'unsafe-inline'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_cookies_keep_to_tls_where_there_is_tls(engine: Engine, settings: Settings) -> None:
    app = create_app(engine, replace(settings, cookie_secure=True))
    app.add_url_rule("/test/enter", "enter", public(lambda: session.update(x=1) or "in"))
    answer = app.test_client().get("/test/enter")
    assert all(word in answer.headers["Set-Cookie"] for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_refused_credentials_are_counted(engine: Engine, settings: Settings) -> None:
    client = create_app(engine, replace(settings, rate_limits=True)).test_client()
    tries = [client.get(ME, headers={"Authorization": "Bearer x"}).status_code for _ in range(61)]
    assert (tries[0], tries[-1]) == (401, 429)
    assert client.get("/health/live").status_code == 429


def test_a_promise_that_is_not_kept_is_not_taken(admin: Caller) -> None:
    answer = admin.post("/v2/process-instances/1/cancellation", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json["code"]) == (400, "malformed")
