"""The front page: how we handle complaints, before anybody asks (ISO 10002 clauses 4.4 and 7.1)."""

from __future__ import annotations

from flask import render_template

from webapi.access import public
from webapi.pages import language
from webapi.pages.calculation import limit_text
from webapi.pages.configured import default_regime
from webapi.pages.words import PERIOD, word
from webapi.portal.base import blueprint
from webapi.portal.steps import all_steps

PROMISED = ("progress_update", "final_response", "complainant_reply")


@blueprint.get("/")
@public
def home() -> str:
    """Where to complain, which steps follow, how long they take, what becomes of one's data, where else to go."""
    regime = default_regime()
    promises = [{"title": word(PERIOD, kind), "text": limit_text(regime.clocks[kind])} for kind in PROMISED]
    body = regime.external_body(language.current())
    return render_template("portal/home.html", steps=all_steps(), promises=promises, external_body=body)
