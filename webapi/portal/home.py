"""The front page: how we handle complaints, before anybody asks (ISO 10002 clauses 4.4 and 7.1)."""

from __future__ import annotations

from flask import render_template

from webapi.access import public
from webapi.portal.base import blueprint
from webapi.portal.steps import all_steps


@blueprint.get("/")
@public
def home() -> str:
    """Where to complain, which steps follow, how long they take, what becomes of one's data, where else to go."""
    return render_template("portal/home.html", steps=all_steps())
