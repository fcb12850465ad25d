"""Filing a complaint: the form, and the receipt that follows (ISO 10002 clauses 7.2 and 7.4)."""

from __future__ import annotations

import re
import secrets

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import AmendsError, Malformed, Refused, TooLarge, UnsupportedContent
from engine.tasks.forms.model import FormView
from engine.types import COMPLAINANT, Json
from webapi import forms
from webapi.access import public
from webapi.context import engine
from webapi.errors import problem_of
from webapi.limits import limit_filing
from webapi.pages import language
from webapi.pages.files import uploads
from webapi.pages.words import ERROR, word
from webapi.portal.base import blueprint, keep_receipt
from webapi.portal.base import receipt as kept_receipt
from webapi.portal.following import case
from webapi.portal.receipt import in_form_terms, receipt_of

FORM = "file-complaint"
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def _view(answers: dict[str, Json] | None = None) -> FormView:
    return engine().forms.view(FORM, language=language.current(), answers=answers or {})


@blueprint.get("/complain")
@public
def file() -> ResponseReturnValue:
    """The empty form, with a token that makes sending it twice the same as sending it once."""
    return _page(forms.build(_view()), secrets.token_urlsafe(24))


@blueprint.post("/complain/fields")
@public
def file_fields() -> ResponseReturnValue:
    """The fields anew, after an answer that shows or hides others; nothing is judged yet."""
    view = _view(forms.read(_view(), request.form))
    return render_template("forms/fragment.html", form=forms.build(view), refresh=url_for("portal.file_fields"))


@blueprint.post("/complain")
@public
@limit_filing
def take() -> ResponseReturnValue:
    """Take the complaint: the receipt, or the form again with what is wrong with it."""
    token = request.form.get("form-token", "")
    if not TOKEN.fullmatch(token) or request.form.get("website"):
        raise Malformed
    answers = forms.read(_view(), request.form)
    try:
        checked = engine().forms.check(FORM, answers, language=language.current())
        filed = receipt_of({**checked.variables, **checked.register}, uploads("attachments"), language.current())
        received = engine().complaints.receive(COMPLAINANT, filed, idempotency=token)
    except (Refused, TooLarge, UnsupportedContent) as refusal:
        return _again(answers, refusal, token)
    keep_receipt(received.reference, received.tracking_code)
    return redirect(url_for("portal.receipt"), 303)


@blueprint.get("/complain/receipt")
@public
def receipt() -> ResponseReturnValue:
    """Reference and code to keep; it can be read again until the code is forgotten."""
    found = kept_receipt()
    if found is None:
        return redirect(url_for("portal.enter_code"))
    return render_template("portal/receipt.html", receipt=found, case=case())


def _again(answers: dict[str, Json], refusal: AmendsError, token: str) -> ResponseReturnValue:
    view = _view(answers)
    errors = forms.errors_of(map(in_form_terms, refusal.findings), view)
    if not errors:
        errors = (forms.Error(key="", text=word(ERROR, refusal.code)),)
    return _page(forms.build(view, errors), token), problem_of(refusal).status


def _page(form: forms.Form, token: str) -> str:
    had_files = any(file.filename for file in request.files.getlist("attachments"))
    return render_template("portal/file.html", form=form, token=token, had_files=had_files)
