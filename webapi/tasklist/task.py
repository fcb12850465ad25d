"""One task: what is to be done, the form, the case beside it; claim, release, complete, and on to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.complaints.views import ComplaintView
from engine.errors import AmendsError, Conflict, Forbidden, FormInvalid, NotFound, Refused
from engine.permissions import Permission
from engine.tasks.forms.model import FormView
from engine.tasks.views import UserTaskView
from engine.types import Actor, Json, SearchRequest
from webapi import forms
from webapi.access import actor, holds, needs
from webapi.cases.process import elements
from webapi.context import engine
from webapi.errors import problem_of
from webapi.pages import language
from webapi.pages.i18n import gettext
from webapi.pages.text import markdown
from webapi.pages.words import ERROR, word
from webapi.tasklist.base import blueprint

WORK = (Permission.TASK_WORK, Permission.TASK_READ_ALL)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the task page draws."""

    task: UserTaskView
    form: forms.Form | None
    case: ComplaintView | None
    instruction: str
    mine: bool
    absent: bool
    """A colleague has it whom the person stands in for."""
    open: bool
    may_assign: bool


@blueprint.get("/tasks/<key:key>")
@needs(*WORK)
def task(key: int) -> ResponseReturnValue:
    """The task with its form; who has not claimed it can read it."""
    return render_template("tasklist/task.html", desk=_desk(actor(), key))


@blueprint.post("/tasks/<key:key>/fields")
@needs(*WORK)
def fields(key: int) -> ResponseReturnValue:
    """The fields anew, after an answer that shows or hides others; nothing is judged yet."""
    view = _answered(actor(), key)
    return render_template("forms/fragment.html", form=forms.build(view), refresh=url_for("tasklist.fields", key=key))


@blueprint.post("/tasks/<key:key>/claim")
@needs(Permission.TASK_WORK)
def claim(key: int) -> ResponseReturnValue:
    """Take the task; if a colleague was faster, say so."""
    return _acted(key, lambda who: engine().tasks.claim(who, key), gettext("The task is yours."))


@blueprint.post("/tasks/<key:key>/release")
@needs(Permission.TASK_WORK)
def release(key: int) -> ResponseReturnValue:
    """Give the task back to its group."""
    return _acted(key, lambda who: engine().tasks.release(who, key), gettext("The task is back with its group."))


@blueprint.post("/tasks/<key:key>/assign")
@needs(Permission.TASK_ASSIGN)
def assign(key: int) -> ResponseReturnValue:
    """Give the task to a colleague, whoever has it now."""
    name = request.form.get("assignee", "").strip()
    told = gettext("%(name)s has the task now.", name=name)
    return _acted(key, lambda who: engine().tasks.assign(who, key, name), told)


@blueprint.post("/tasks/<key:key>/complete")
@needs(Permission.TASK_WORK)
def complete(key: int) -> ResponseReturnValue:
    """Complete the task with the answers of its form, then on to the next one or back to the list."""
    who = actor()
    done = engine().tasks.get(who, key)
    view = engine().tasks.form(who, key, language=language.current()) if done.form_id else None
    answers = forms.read(view, request.form) if view else {}
    try:
        engine().tasks.complete(who, key, answers)
    except FormInvalid as refusal:
        return _again(who, key, answers, refusal)
    except (Conflict, Forbidden) as refusal:
        return _refused(key, refusal)
    flash(gettext("Done: %(task)s.", task=done.texts.name_in(language.current()) or done.element_id), "good")
    return redirect(_next(who) if request.form.get("after") == "next" else url_for("tasklist.inbox"), 303)


def _acted(key: int, act: Callable[[Actor], object], told: str) -> ResponseReturnValue:
    try:
        act(actor())
    except (Conflict, Forbidden, Refused) as refusal:
        return _refused(key, refusal)
    flash(told, "good")
    return redirect(url_for("tasklist.task", key=key), 303)


def _again(who: Actor, key: int, answers: dict[str, Json], refusal: FormInvalid) -> ResponseReturnValue:
    """The form with what is wrong with it, and everything that was entered."""
    view = engine().tasks.form(who, key, language=language.current(), answers=answers)
    desk = _desk(who, key, forms.build(view, forms.errors_of(refusal.findings, view)))
    return render_template("tasklist/task.html", desk=desk), HTTPStatus.UNPROCESSABLE_ENTITY


def _refused(key: int, refusal: AmendsError) -> ResponseReturnValue:
    """The task as it stands now, with the reason why it could not be done, under the status that programs expect."""
    desk, told = _desk(actor(), key), word(ERROR, refusal.code)
    return render_template("tasklist/task.html", desk=desk, problem=told), problem_of(refusal).status


def _answered(who: Actor, key: int) -> FormView:
    view = engine().tasks.form(who, key, language=language.current())
    answers = forms.read(view, request.form)
    return engine().tasks.form(who, key, language=language.current(), answers=answers)


def _desk(who: Actor, key: int, form: forms.Form | None = None) -> Desk:
    found = engine().tasks.get(who, key)
    if form is None and found.form_id:
        form = forms.build(engine().tasks.form(who, key, language=language.current()))
    return Desk(
        task=found,
        form=form,
        case=_case(who, found.business_id),
        instruction=_instruction(found),
        mine=found.assignee == who.username,
        absent=_stands_in(who, found),
        open=found.state == "CREATED",
        may_assign=holds(who, Permission.TASK_ASSIGN),
    )


def _stands_in(who: Actor, task: UserTaskView) -> bool:
    if task.assignee in (None, who.username):
        return False
    return task.assignee in {absent.username for absent in engine().absences.stood_in_for(who)}


def _instruction(task: UserTaskView) -> str:
    described = elements(task.process_definition_key).get(task.element_id)
    return markdown(described.instruction) if described else ""


def _case(who: Actor, reference: str | None) -> ComplaintView | None:
    """The complaint that the task is about, where the person may read it."""
    if reference is None:
        return None
    try:
        return engine().complaints.get(who, reference)
    except (NotFound, Forbidden):
        return None


def _next(who: Actor) -> str:
    """The most urgent task that is already one's own, else the list."""
    wanted = SearchRequest(filter={"inbox": "mine"}, sort=(("due_date", "asc"),), limit=1)
    found = engine().tasks.search(who, wanted).items
    return url_for("tasklist.task", key=found[0].user_task_key) if found else url_for("tasklist.inbox")
