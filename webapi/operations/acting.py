"""Doing something with an instance: a page says what it means and asks, and only then it is done."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import orjson
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import AmendsError, Conflict, Malformed, NotFound, Refused
from engine.permissions import Permission
from webapi.access import actor, needs
from webapi.context import engine
from webapi.errors import problem_of
from webapi.operations import view
from webapi.operations.base import blueprint
from webapi.operations.deeds import DEEDS, SET_VARIABLE, Deed
from webapi.pages.i18n import gettext
from webapi.pages.words import ERROR, word


@blueprint.get("/instances/<key:key>/do/<code>")
@needs(Permission.PROCESS_OPERATE)
def ask(key: int, code: str) -> ResponseReturnValue:
    """What it would do, with what there is to choose."""
    answers = {"form-token": secrets.token_urlsafe(24), **_present(key), **request.args.to_dict()}
    return _page(key, _deed(code), answers)


@blueprint.post("/instances/<key:key>/do/<code>")
@needs(Permission.PROCESS_OPERATE)
def act(key: int, code: str) -> ResponseReturnValue:
    """Do it, or show once more what was chosen; where it cannot be done, the page says why."""
    deed, answers = _deed(code), request.form.to_dict()
    sure = answers.pop("sure", "") == "yes"
    if deed.chosen and not sure:
        return _page(key, deed, answers, asked=True)
    try:
        went = deed.run(actor(), key, answers)
    except (Refused, Conflict, Malformed, NotFound) as refusal:
        return _page(key, deed, answers, refusal)
    flash(str(deed.done), "good")
    return redirect(url_for("operations.instance", key=went if isinstance(went, int) else key), 303)


def _deed(code: str) -> Deed:
    found = SET_VARIABLE if code == SET_VARIABLE.code else DEEDS.get(code)
    if found is None:
        raise NotFound
    return found


def _present(key: int) -> dict[str, str]:
    """The variable that is to be changed, as it stands."""
    chosen = request.args.get("variable", "")
    if not (chosen.isascii() and chosen.isdigit()):
        return {}
    found = engine().history.variable(actor(), int(chosen))
    if found.process_instance_key != key:
        raise NotFound
    return {"name": found.name, "value": orjson.dumps(found.value).decode(), "scope": str(found.scope_key)}


def _page(
    key: int, deed: Deed, answers: Mapping[str, str], refusal: AmendsError | None = None, *, asked: bool = False
) -> ResponseReturnValue:
    who = actor()
    instance = engine().instances.get(who, key)
    active, names = view.active(who, key), view.visited(who, key)
    answer = render_template(
        "operations/act.html",
        deed=deed,
        instance=instance,
        process=view.process_of(who, instance.process_definition_key),
        possible=instance.state in deed.states,
        answers=answers,
        asked=asked,
        active={str(one.element_instance_key): names.get(one.element_id, one.element_id) for one in active},
        visited=names,
        steps=view.steps(instance.process_definition_key),
        problem=_why(refusal),
        details=[finding.message for finding in refusal.findings] if refusal else [],
    )
    return answer, problem_of(refusal).status if refusal else 200


def _why(refusal: AmendsError | None) -> str | None:
    if refusal is None:
        return None
    if isinstance(refusal, Malformed):
        if refusal.message == "json":
            return gettext('The value is no JSON: a text stands in quotes, as in "red".')
        return gettext("Something is missing: choose what and where.")
    return word(ERROR, refusal.code)
