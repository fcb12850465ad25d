"""The table of problems, and that nothing but problems and plain pages comes out when something is wrong."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from flask import Flask

import engine as engine_package
from engine.errors import AmendsError, Finding, FormInvalid
from webapi.errors import PROBLEMS, finding_json, problem_of


def every_error() -> Iterator[type[AmendsError]]:
    for module in pkgutil.walk_packages(engine_package.__path__, "engine."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    waiting: list[type[AmendsError]] = [AmendsError]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += kind.__subclasses__()


def test_every_error_class_has_a_code_of_its_own_in_the_table() -> None:
    codes = [kind.code for kind in every_error() if "code" in vars(kind)]
    assert sorted(codes) == sorted(PROBLEMS)


def test_every_error_class_says_in_a_sentence_what_it_means() -> None:
    assert [kind.__name__ for kind in every_error() if not (kind.__doc__ or "").strip()] == []


def test_a_class_without_a_row_is_told_like_its_parent() -> None:
    class Rare(FormInvalid):
        """Something of a kind that nobody wrote a row for."""

        code = "rare"

    assert problem_of(Rare()) == PROBLEMS["form-invalid"]


def test_a_finding_leaves_out_what_is_unknown() -> None:
    found = finding_json(Finding(rule="r", message="m", element_id="task"))
    assert found == {"rule": "r", "message": "m", "severity": "error", "elementId": "task"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2/nothing-here", 404, "not-found"),
        ("GET", "/v2/jobs/activation", 405, "method-not-allowed"),
        ("GET", "/v2/user-tasks/99999999999999999999", 404, "not-found"),
        ("GET", "/v2/user-tasks/9999999999999999999", 404, "not-found"),
        ("POST", "/v2/user-tasks/search", 401, "unauthenticated"),
    ],
)
def test_api_problems_are_problem_json(app: Flask, method: str, path: str, status: int, code: str) -> None:
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert (answer.json["code"], answer.json["status"], answer.json["instance"]) == (code, status, path)


def test_a_browser_gets_a_page(app: Flask) -> None:
    answer = app.test_client().get("/nothing-here")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_defect_shows_no_stack_trace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setitem(app.view_functions, "service.live", app.view_functions["service.figures"])
    monkeypatch.setattr("webapi.metrics.page", broken)
    answer = app.test_client().get("/health/live")
    assert (answer.status_code, answer.json["code"]) == (500, "error")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
