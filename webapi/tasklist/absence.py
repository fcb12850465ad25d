"""My absence: from when to when somebody is away, and which colleague does their work."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Conflict, Refused
from engine.permissions import Permission
from engine.records import NewAbsence
from webapi.access import actor, needs
from webapi.context import engine
from webapi.errors import problem_of
from webapi.pages.i18n import gettext
from webapi.pages.words import ABSENCE_REFUSED, ERROR, word
from webapi.tasklist.base import blueprint


@blueprint.get("/absence")
@needs(Permission.TASK_WORK)
def absence() -> ResponseReturnValue:
    """One's absences, and the form for the next one."""
    return _page()


@blueprint.post("/absence")
@needs(Permission.TASK_WORK)
def enter_absence() -> ResponseReturnValue:
    """Enter one's own absence."""
    who = actor()
    try:
        asked = NewAbsence(
            username=who.username,
            deputy=request.form.get("deputy", ""),
            first_day=date.fromisoformat(request.form.get("first", "")),
            last_day=date.fromisoformat(request.form.get("last", "")),
        )
        engine().absences.enter(who, asked)
    except ValueError:
        return _page(Refused(gettext("Enter both days.")), gettext("Enter both days."))
    except Refused as refusal:
        return _page(refusal, " ".join(word(ABSENCE_REFUSED, finding.rule) for finding in refusal.findings))
    flash(gettext("Your absence has been entered."), "good")
    return redirect(url_for("tasklist.absence"), 303)


@blueprint.post("/absence/<key:key>/cancellation")
@needs(Permission.TASK_WORK)
def cancel_absence(key: int) -> ResponseReturnValue:
    """Take an absence back: one is there after all, or there again."""
    who = actor()
    try:
        engine().absences.cancel(who, who.username, key)
    except Conflict as refusal:
        return _page(refusal, word(ABSENCE_REFUSED, refusal.code))
    flash(gettext("The absence is over: your work is yours again."), "good")
    return redirect(url_for("tasklist.absence"), 303)


def _page(refusal: Refused | Conflict | None = None, told: str = "") -> ResponseReturnValue:
    who = actor()
    answer = render_template(
        "tasklist/absence.html",
        absences=engine().absences.of(who, who.username),
        colleagues=engine().absences.possible_deputies(who, who.username),
        standing_in=engine().absences.stood_in_for(who),
        entered=request.form if refusal else {},
        problem=(told or word(ERROR, refusal.code)) if refusal else None,
    )
    return answer, problem_of(refusal).status if refusal else 200
