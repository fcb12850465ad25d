"""Guessing is made expensive, and knowing is not."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from engine.bootstrap import Engine
from engine.settings import Settings
from webapi.app import create_app
from webapi.sessions import Sessions

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def browser(engine: Engine, settings: Settings, request_sessions: Sessions) -> FlaskClient:
    """A browser at an application with limits."""
    return create_app(engine, replace(settings, rate_limits=True), request_sessions).test_client()


def send(browser: FlaskClient, page: str, **answers: str) -> int:
    found = TOKEN.search(browser.get(page).text)
    assert found, page
    return browser.post(page, data={**answers, "csrf_token": found[1]}).status_code


def test_passwords_cannot_be_tried_without_end(browser: FlaskClient) -> None:
    tries = [send(browser, "/log-in", username="ann", password=f"guess {i}") for i in range(11)]
    assert set(tries[:10]) == {422}
    assert tries[10] == 429


def test_tracking_codes_cannot_be_guessed_without_end(browser: FlaskClient) -> None:
    wrong = [send(browser, "/follow", code=f"7K2MA-00000-00000-0000{i % 10}") for i in range(11)]
    assert wrong[10] == 429
    assert len(set(wrong[:10])) == 1


def test_counting_starts_no_threads(browser: FlaskClient) -> None:
    before = threading.active_count()
    assert {browser.get("/health/live").status_code for _ in range(20)} == {200}
    assert threading.active_count() <= before
