"""Entering a tracking code, and the page on which a case can be followed with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound
from webapi import forms
from webapi.access import public
from webapi.context import engine
from webapi.limits import limit_tracking_code
from webapi.pages import language
from webapi.pages.files import download
from webapi.pages.words import ERROR, word
from webapi.portal.base import blueprint, forget_code, keep_code, known_code
from webapi.portal.view import Shown, shown

SURVEY = "survey"


@blueprint.get("/follow")
@public
def enter_code() -> ResponseReturnValue:
    """Ask for the code, unless it is known already."""
    if known_code():
        return redirect(url_for("portal.status"))
    return render_template("portal/enter_code.html")


@blueprint.post("/follow")
@public
@limit_tracking_code
def take_code() -> ResponseReturnValue:
    """Take the code. Wrong and unknown codes get the same answer, after the same work."""
    code = request.form.get("code", "")
    try:
        engine().complaints.status(code)
    except NotFound:
        return render_template("portal/enter_code.html", wrong=True), 422
    keep_code(code)
    return redirect(url_for("portal.status"), 303)


@blueprint.get("/follow/case")
@public
@limit_tracking_code
def status() -> ResponseReturnValue:
    """The case of the code in the session."""
    return page()


def page(
    problem: str | None = None,
    survey: forms.Form | None = None,
    status: int = 200,
    entered: Mapping[str, str] = MappingProxyType({}),
) -> ResponseReturnValue:
    """The case as it stands; `problem` is an error code to tell, `entered` what was typed and shall not be lost."""
    found = case()
    if found is None:
        return redirect(url_for("portal.enter_code"), 303)
    if found.status.may_survey and survey is None:
        survey = forms.build(engine().forms.view(SURVEY, language=language.current()))
    told = word(ERROR, problem) if problem else None
    shown = {"case": found, "problem": told, "entered": entered, "survey": survey}
    return render_template("portal/status.html", **shown), status


def case() -> Shown | None:
    """The case of the code in the session; a code that fits nothing is forgotten."""
    code = known_code()
    if code is None:
        return None
    try:
        return shown(engine().complaints.status(code))
    except NotFound:
        forget_code()
        return None


@blueprint.get("/follow/case/attachments/<key:attachment_key>")
@public
@limit_tracking_code
def attachment(attachment_key: int) -> ResponseReturnValue:
    """One of the files of the case, as a download: never shown as a page of ours."""
    found = engine().complaints.attachment_public(known_code() or "", attachment_key)
    return download(found.name, found.content_type, found.path.read_bytes())


@blueprint.post("/follow/leave")
@public
def leave() -> ResponseReturnValue:
    """Forget the code on this device."""
    forget_code()
    return redirect(url_for("portal.home"), 303)
