"""The one table from the engine's error codes to HTTP, and the handlers that answer with it.

Answers are RFC 9457 problems for programs and a plain page for people; a stack trace never leaves the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]  # has no types
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException

from engine.errors import AmendsError, Finding, TooManyRequests, Unauthenticated

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

log = structlog.get_logger(__name__)

PROBLEM_TYPE = "application/problem+json"
API_PATHS = ("/v2/", "/health/", "/metrics")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """How one error code is told over HTTP: the status and a title that never changes."""

    status: int
    title: str


def _problem(status: int, title: str) -> Problem:
    return Problem(status=status, title=title)


PROBLEMS: Mapping[str, Problem] = MappingProxyType(
    {
        "error": _problem(500, "The request failed"),
        "malformed": _problem(400, "The request cannot be read"),
        "unauthenticated": _problem(401, "Log in first"),
        "forbidden": _problem(403, "Not allowed"),
        "not-found": _problem(404, "Not found"),
        "conflict": _problem(409, "Not possible in the present state"),
        "stale-version": _problem(409, "Changed in the meantime"),
        "idempotency-mismatch": _problem(409, "Idempotency key used before"),
        "already-completed": _problem(409, "Already completed"),
        "already-claimed": _problem(409, "Already claimed"),
        "too-large": _problem(413, "Too large"),
        "unsupported-content": _problem(415, "Kind of content not accepted"),
        "refused": _problem(422, "Content refused"),
        "deployment-refused": _problem(422, "Deployment refused"),
        "migration-refused": _problem(422, "Migration refused"),
        "form-invalid": _problem(422, "Answers missing or wrong"),
        "feel-error": _problem(422, "Expression not usable"),
        "feel-syntax": _problem(422, "No FEEL expression"),
        "feel-value": _problem(422, "Value unknown to FEEL"),
        "feel-limit": _problem(422, "Evaluation took too much"),
        "step-failed": _problem(409, "The element cannot go on"),
        "mail-failed": _problem(503, "Mail not sent"),
        "mail-refused": _problem(422, "Mail refused"),
        "too-many-requests": _problem(429, "Too many requests"),
        "overloaded": _problem(503, "Overloaded"),
        "unavailable": _problem(503, "Database away"),
        "outcome-unknown": _problem(503, "Outcome not known"),
        "schema-outdated": _problem(503, "Database of another version"),
        "release-too-old": _problem(503, "Release too old for the database"),
        "contract-refused": _problem(409, "Older processes still run"),
        "timed-out": _problem(504, "Not in time"),
        "configuration-invalid": _problem(500, "Configuration wrong"),
    }
)

# Refusals of the framework itself, before any of our code ran.
_FRAMEWORK: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("malformed", "The request cannot be read."),
        404: ("not-found", "There is nothing at this address."),
        405: ("method-not-allowed", "This address does not take this method."),
        413: ("too-large", "What was sent is larger than allowed."),
        415: ("unsupported-content", "This kind of content is not accepted here."),
        431: ("too-large", "The head of the request is larger than allowed."),
    }
)


def problem_of(error: AmendsError) -> Problem:
    """The row of the table for `error`; for a code that has none, its nearest ancestor's."""
    for kind in type(error).__mro__:
        found = PROBLEMS.get(getattr(kind, "code", ""))
        if found is not None:
            return found
    return PROBLEMS["error"]


def register(app: Flask) -> None:
    """Answer every error of `app` by this module."""
    app.register_error_handler(AmendsError, _on_refusal)
    app.register_error_handler(RateLimitExceeded, _on_limit)
    app.register_error_handler(CSRFError, _on_forged)
    app.register_error_handler(HTTPException, _on_framework)
    app.register_error_handler(OperationalError, _on_database)
    app.register_error_handler(PoolExhausted, _on_database)
    app.register_error_handler(Exception, _on_defect)


def wants_problem() -> bool:
    """Whether this request is a program's: answered with problem+json instead of a page."""
    return request.path.startswith(API_PATHS) and request.endpoint != "docs.browse"


def _on_refusal(error: AmendsError) -> ResponseReturnValue:
    if isinstance(error, Unauthenticated) and not wants_problem():
        login = _login_address()
        if login is not None:
            return redirect(login)
    problem = problem_of(error)
    if problem.status >= 500:
        log.error("request failed", code=error.code, route=request.endpoint, reason=error.message)
    answer = _answer(error.code, problem, error.message, error.findings)
    if problem.status == 401 and wants_problem():
        answer.headers["WWW-Authenticate"] = 'Bearer realm="amends", Basic realm="amends"'
    if problem.status in {429, 503}:
        answer.headers.setdefault("Retry-After", str(error.details.get("retry_after", 5)))
    return answer


def _login_address() -> str | None:
    endpoint = current_app.config["LOGIN_ENDPOINT"]
    if endpoint not in current_app.view_functions:
        return None
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return url_for(endpoint, next=wanted)


def _on_limit(error: RateLimitExceeded) -> ResponseReturnValue:
    seconds = int(error.limit.limit.get_expiry())
    return _on_refusal(TooManyRequests(retry_after=min(seconds, 60)))


def _on_forged(_: CSRFError) -> ResponseReturnValue:
    text = "The form is too old or did not come from this site: load the page again and repeat."
    return _answer("malformed", PROBLEMS["malformed"], text)


def _on_framework(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:  # a redirect is no problem
        return error.get_response()
    code, text = _FRAMEWORK.get(status, ("error", error.description or error.name))
    answer = _answer(code, Problem(status=status, title=error.name), text)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def _on_database(error: Exception) -> ResponseReturnValue:
    log.error("database unavailable", kind=type(error).__name__, route=request.endpoint)
    answer = _answer("overloaded", PROBLEMS["overloaded"], "The database does not answer: try again later.")
    answer.headers["Retry-After"] = "5"
    return answer


def _on_defect(error: Exception) -> ResponseReturnValue:
    log.error("defect", route=request.endpoint, exc_info=error)
    text = "Something went wrong on our side. Nothing was stored; the number helps to find the cause."
    return _answer("error", PROBLEMS["error"], text)


def _answer(code: str, problem: Problem, detail: str, findings: tuple[Finding, ...] = ()) -> Response:
    if wants_problem():
        return _as_json(code, problem, detail, findings)
    return _as_page(code, problem, detail, findings)


def _as_json(code: str, problem: Problem, detail: str, findings: tuple[Finding, ...]) -> Response:
    body: dict[str, object] = {
        "type": f"/v2/docs#problem-{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "requestId": g.get("request_id"),
    }
    if findings:
        body["findings"] = [finding_json(finding) for finding in findings]
    return current_app.response_class(current_app.json.dumps(body), status=problem.status, mimetype=PROBLEM_TYPE)


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as the contract writes it: camelCase names, nothing that is unknown."""
    named = {"elementId" if name == "element_id" else name: value for name, value in asdict(finding).items()}
    return {name: value for name, value in named.items() if value is not None}


def _as_page(code: str, problem: Problem, detail: str, findings: tuple[Finding, ...]) -> Response:
    shown = {"code": code, "problem": problem, "detail": detail, "findings": findings, "number": g.get("request_id")}
    try:
        page = render_template("error.html", **shown)
    except Exception:  # a page about a problem must come, whatever is wrong with its frame
        log.exception("error page failed")
        page = render_template("problem.html", **shown)
    return current_app.response_class(page, status=problem.status, mimetype="text/html")
