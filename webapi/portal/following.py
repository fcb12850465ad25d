"""Entering a tracking code, and the page on which a case can be followed with it."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import NotFound
from webapi.access import public
from webapi.context import engine
from webapi.limits import limit_tracking_code
from webapi.pages.files import download
from webapi.pages.words import ERROR, word
from webapi.portal import base
from webapi.portal.base import blueprint
from webapi.portal.view import Shown, shown


@blueprint.get("/follow")
@public
def enter_code() -> ResponseReturnValue:
    """Ask for the code, unless it is known already."""
    if base.known_code():
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
    base.keep_code(code)
    return redirect(url_for("portal.status"), 303)


@blueprint.get("/follow/case")
@public
@limit_tracking_code
def status() -> ResponseReturnValue:
    """The case of the code in the session."""
    return page()


def page(problem: str | None = None, **entered: str) -> ResponseReturnValue:
    """The case as it stands; `problem` is an error code to tell, `entered` what was typed and shall not be lost."""
    found = case()
    if found is None:
        return redirect(url_for("portal.enter_code"), 303)
    told = word(ERROR, problem) if problem else None
    answer = render_template("portal/status.html", case=found, problem=told, entered=entered)
    return answer, 422 if problem else 200


def case() -> Shown | None:
    """The case of the code in the session; a code that fits nothing is forgotten."""
    code = base.known_code()
    if code is None:
        return None
    try:
        return shown(engine().complaints.status(code))
    except NotFound:
        base.forget_code()
        return None


@blueprint.get("/follow/case/attachments/<key:attachment_key>")
@public
@limit_tracking_code
def attachment(attachment_key: int) -> ResponseReturnValue:
    """One of the files of the case, as a download: never shown as a page of ours."""
    view, content = engine().complaints.content_public(base.known_code() or "", attachment_key)
    return download(view.name, view.content_type, content)


@blueprint.post("/follow/leave")
@public
def leave() -> ResponseReturnValue:
    """Forget the code on this device."""
    base.forget_code()
    return redirect(url_for("portal.home"), 303)
