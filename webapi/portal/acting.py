"""What a complainant may do with the tracking code: answer, write, add files, accept or refuse, withdraw, rate."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engine.complaints.views import Upload
from engine.errors import AmendsError, FormInvalid, NotFound
from webapi import forms
from webapi.access import public
from webapi.context import engine
from webapi.errors import problem_of
from webapi.limits import limit_tracking_code
from webapi.pages import language
from webapi.pages.files import uploads
from webapi.pages.i18n import gettext
from webapi.portal.base import blueprint, known_code
from webapi.portal.following import SURVEY, page


@blueprint.post("/follow/case/answer")
@public
@limit_tracking_code
def answer() -> ResponseReturnValue:
    """Answer the question that was asked; files may come with it."""
    text, files = _text("text"), uploads("files")

    def act(code: str) -> None:
        _all(code, files)
        engine().complaints.answer(code, text)

    return _done(act, gettext("Thank you. We have your answer and go on."), text=text)


@blueprint.post("/follow/case/messages")
@public
@limit_tracking_code
def write() -> ResponseReturnValue:
    """Write to whoever handles the case."""
    text = _text("message")
    return _done(
        lambda code: engine().complaints.write_public(code, text), gettext("Your message has been sent."), message=text
    )


@blueprint.post("/follow/case/attachments")
@public
@limit_tracking_code
def attach() -> ResponseReturnValue:
    """Add evidence."""
    files = uploads("files")

    return _done(lambda code: _all(code, files), gettext("Your files have been added."))


def _all(code: str, files: tuple[Upload, ...]) -> None:
    for file in files:
        engine().complaints.attach_public(code, file)


@blueprint.post("/follow/case/response")
@public
@limit_tracking_code
def respond() -> ResponseReturnValue:
    """Accept or refuse the answer; refusing leads to a review, then to an external body."""
    accepted, reason = request.form.get("response") == "accepted", _text("reason")
    told = (
        gettext("Thank you. You have accepted our answer.")
        if accepted
        else gettext("You have refused our answer. We will look at your case again.")
    )
    return _done(lambda code: engine().complaints.respond(code, accepted, reason), told, reason=reason)


@blueprint.post("/follow/case/withdrawal")
@public
@limit_tracking_code
def withdraw() -> ResponseReturnValue:
    """Withdraw the complaint; it has to be confirmed with a tick."""
    if request.form.get("sure") != "yes":
        return page("refused", status=422)
    reason = _text("reason")
    return _done(lambda code: engine().complaints.withdraw(code, reason), gettext("You have withdrawn your complaint."))


@blueprint.post("/follow/case/survey")
@public
@limit_tracking_code
def survey() -> ResponseReturnValue:
    """Rate how the complaint was handled (clause 8.3)."""
    view = engine().forms.view(SURVEY, language=language.current())
    answers = forms.read(view, request.form)
    try:
        checked = engine().forms.check(SURVEY, answers, language=language.current())
    except FormInvalid as refusal:
        view = engine().forms.view(SURVEY, language=language.current(), answers=answers)
        return page(survey=forms.build(view, forms.errors_of(refusal.findings, view)), status=422)
    kept = {name: value for name, value in {**checked.variables, **checked.register}.items() if value is not None}
    return _done(lambda code: engine().complaints.survey(code, kept), gettext("Thank you for telling us."))


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _done(act: Callable[[str], object], told: str, **entered: str) -> ResponseReturnValue:
    """Act with the code of the session; a refusal is told on the page, with what was typed still in its place."""
    code = known_code()
    if code is None:
        return redirect(url_for("portal.enter_code"), 303)
    try:
        act(code)
    except NotFound:
        raise
    except AmendsError as refusal:
        return page(refusal.code, status=problem_of(refusal).status, entered=entered)
    flash(told, "good")
    return redirect(url_for("portal.status"), 303)
