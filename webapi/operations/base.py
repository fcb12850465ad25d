"""The blueprint of these pages, and what their templates know."""

from __future__ import annotations

from flask import Blueprint, Flask

from engine.permissions import Permission
from webapi import access
from webapi.operations import words
from webapi.pages.words import word

blueprint = Blueprint("operations", __name__)
READERS = (Permission.PROCESS_OPERATE, Permission.PROCESS_DEPLOY, Permission.INCIDENT_RESOLVE)
"""Who may look: staff who only handle cases see them on the pages of the cases."""


def register(app: Flask) -> None:
    """Give the templates the words of these pages, and the navigation whether to offer them."""
    app.jinja_env.filters["said"] = lambda code, table: word(getattr(words, table), code)
    app.jinja_env.globals["OPERATIONS"] = words
    app.context_processor(_of_request)


def _of_request() -> dict[str, object]:
    who = access.caller()
    return {"looks_after_processes": who is not None and access.holds(who, *READERS)}
