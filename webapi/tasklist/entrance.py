"""Logging in and out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import Unauthenticated
from webapi import auth
from webapi.access import caller, public
from webapi.limits import limit_log_in
from webapi.pages.i18n import gettext
from webapi.pages.routes import here
from webapi.tasklist.base import blueprint


@blueprint.get("/log-in")
@public
def log_in() -> ResponseReturnValue:
    """Ask for name and password; who is logged in already goes on."""
    if caller() is not None:
        return redirect(here(request.args.get("next"), "tasklist.inbox"))
    return render_template("tasklist/log_in.html", next=request.args.get("next", ""))


@blueprint.post("/log-in")
@public
@limit_log_in
def take_credentials() -> ResponseReturnValue:
    """Log in. A wrong name and a wrong password get the same answer."""
    wanted, username = request.form.get("next", ""), request.form.get("username", "").strip()
    try:
        auth.log_in(username, request.form.get("password", ""))
    except Unauthenticated:
        return render_template("tasklist/log_in.html", next=wanted, username=username, wrong=True), 422
    return redirect(here(wanted, "tasklist.inbox"), 303)


@blueprint.post("/log-out")
@public
def log_out() -> ResponseReturnValue:
    """End the session."""
    auth.log_out()
    flash(gettext("You have logged out."), "good")
    return redirect(url_for("tasklist.log_in"), 303)
