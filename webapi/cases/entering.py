"""A complaint that came by phone, at the counter, by post or by e-mail: staff enter it (ISO 10002 clauses 7.2, 7.4)."""

from __future__ import annotations

import secrets

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from engine.errors import AmendsError, FormInvalid, Malformed, Refused, TooLarge, UnsupportedContent
from engine.permissions import Permission
from engine.tasks.forms.model import FormView
from engine.types import Json
from webapi import forms
from webapi.access import actor, holds, needs
from webapi.cases import intake
from webapi.cases.base import blueprint
from webapi.context import engine
from webapi.errors import problem_of
from webapi.pages import language
from webapi.pages.files import uploads
from webapi.pages.i18n import local_day
from webapi.pages.words import ERROR, word
from webapi.portal.filing import FORM, TOKEN
from webapi.portal.receipt import in_form_terms, receipt_of

_RECEIPT = "entered"


def _view(answers: dict[str, Json] | None = None) -> FormView:
    return engine().forms.view(FORM, language=language.current(), answers=answers or {})


@blueprint.get("/cases/new")
@needs(Permission.COMPLAINT_CREATE)
def enter() -> ResponseReturnValue:
    """The empty form, with a token that makes sending it twice the same as sending it once."""
    return _page(
        intake.untouched(local_day(engine().clock.now())).before(forms.build(_view())), secrets.token_urlsafe(24)
    )


@blueprint.post("/cases/new/fields")
@needs(Permission.COMPLAINT_CREATE)
def enter_fields() -> ResponseReturnValue:
    """The fields anew, after an answer that shows or hides others; nothing is judged yet."""
    form = forms.build(_view(forms.read(_view(), request.form)))
    shown = intake.posted(request.form).before(form)
    return render_template("forms/fragment.html", form=shown, refresh=url_for("cases.enter_fields"))


@blueprint.post("/cases/new")
@needs(Permission.COMPLAINT_CREATE)
def take() -> ResponseReturnValue:
    """Take the complaint: reference and code to hand over, or the form again with what is wrong with it."""
    token = request.form.get("form-token", "")
    if not TOKEN.fullmatch(token):
        raise Malformed
    answers, asked = forms.read(_view(), request.form), intake.posted(request.form)
    try:
        filed = asked.receipt(receipt_of(_checked(answers, asked), uploads("attachments"), language.current()))
        received = engine().complaints.receive(actor(), filed, idempotency=token)
    except (Refused, TooLarge, UnsupportedContent) as refusal:
        return _again(answers, asked, refusal, token)
    session[_RECEIPT] = {"reference": received.reference, "code": received.tracking_code}
    return redirect(url_for("cases.entered"), 303)


@blueprint.get("/cases/new/receipt")
@needs(Permission.COMPLAINT_CREATE)
def entered() -> ResponseReturnValue:
    """Reference and code of the complaint that was entered last, to be read out, handed over or printed."""
    found = session.get(_RECEIPT)
    if not isinstance(found, dict):
        return redirect(url_for("cases.enter"))
    return render_template("cases/entered.html", receipt=found, may_read=holds(actor(), Permission.COMPLAINT_READ))


@blueprint.post("/cases/new/receipt")
@needs(Permission.COMPLAINT_CREATE)
def handed_over() -> ResponseReturnValue:
    """Forget the code: from now on only the complainant has it."""
    session.pop(_RECEIPT, None)
    return redirect(url_for("cases.search" if holds(actor(), Permission.COMPLAINT_READ) else "cases.enter"), 303)


def _checked(answers: dict[str, Json], asked: intake.Intake) -> dict[str, Json]:
    """The answers of the form, found right; what is wrong beside the form is told at the same time."""
    try:
        checked = engine().forms.check(FORM, answers, language=language.current())
    except FormInvalid as refusal:
        raise Refused(refusal.message, findings=[*asked.findings(), *refusal.findings]) from refusal
    return {**checked.variables, **checked.register}


def _again(answers: dict[str, Json], asked: intake.Intake, refusal: AmendsError, token: str) -> ResponseReturnValue:
    view = _view(answers)
    errors = forms.errors_of(map(in_form_terms, refusal.findings), view)
    if not errors:
        errors = (forms.Error(key="", text=word(ERROR, refusal.code)),)
    return _page(asked.before(forms.build(view, errors)), token), problem_of(refusal).status


def _page(form: forms.Form, token: str) -> str:
    had_files = any(file.filename for file in request.files.getlist("attachments"))
    return render_template("cases/enter.html", form=form, token=token, had_files=had_files)
