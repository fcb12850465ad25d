"""One case: everything about it on one page, and what staff may add to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.complaints import Postponement, Standstill
from engine.complaints.pausing import REASONS
from engine.errors import AmendsError, Conflict, NotFound, Refused
from engine.permissions import Permission
from engine.types import SYSTEM
from webapi.access import actor, holds, needs
from webapi.cases.base import blueprint
from webapi.cases.diagram import diagrams_of
from webapi.cases.view import by_reference, dossier, stopped_by_staff
from webapi.context import engine
from webapi.errors import problem_of
from webapi.pages.files import download, uploads
from webapi.pages.i18n import gettext
from webapi.pages.words import ERROR, POSTPONING, STANDSTILL, Words, word


@blueprint.get("/cases/<reference>")
@needs(Permission.COMPLAINT_READ)
def case(reference: str) -> ResponseReturnValue:
    """The case; that it was read is logged by the engine (clause 4.10)."""
    return _page(reference)


@blueprint.post("/cases/<reference>/messages")
@needs(Permission.COMPLAINT_UPDATE)
def write(reference: str) -> ResponseReturnValue:
    """Write to the complainant."""
    text = request.form.get("text", "").strip()
    try:
        engine().complaints.write(actor(), reference, text)
    except Refused as refusal:
        return _page(reference, refusal, text)
    flash(gettext("Your message has been sent."), "good")
    return redirect(url_for("cases.case", reference=reference, _anchor="letters"), 303)


@blueprint.post("/cases/<reference>/extension")
@needs(Permission.COMPLAINT_UPDATE)
def extend(reference: str) -> ResponseReturnValue:
    """Give the answer a later date; the complainant is told why."""
    reason = request.form.get("reason", "").strip()
    try:
        until = date.fromisoformat(request.form.get("until", ""))
        asked = Postponement(until=until, reason=reason, consent=request.form.get("consent") == "yes")
        engine().complaints.extend(actor(), reference, asked)
    except ValueError:
        return _page(reference, Refused(gettext("Enter the new date.")), told=gettext("Enter the new date."))
    except (Refused, Conflict) as refusal:
        return _page(reference, refusal, told=_why(refusal))
    flash(gettext("The date has been put off, and the complainant has been told."), "good")
    return redirect(url_for("cases.case", reference=reference, _anchor="clocks"), 303)


@blueprint.post("/cases/<reference>/clock-suspension")
@needs(Permission.COMPLAINT_UPDATE)
def pause(reference: str) -> ResponseReturnValue:
    """Let the clocks of ours stand still."""
    try:
        until = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        until = date.min  # refused with the others that will not do
    asked = Standstill(reason=request.form.get("reason", ""), until=until)
    told = gettext("The clocks stand still.")
    return _clocks(reference, lambda: engine().complaints.pause(actor(), reference, asked), told)


@blueprint.post("/cases/<reference>/clock-resumption")
@needs(Permission.COMPLAINT_UPDATE)
def resume(reference: str) -> ResponseReturnValue:
    """Let them go on."""
    told = gettext("The clocks go on.")
    return _clocks(reference, lambda: engine().complaints.resume(actor(), reference), told)


@blueprint.post("/cases/<reference>/file-completion")
@needs(Permission.COMPLAINT_UPDATE)
def complete_file(reference: str) -> ResponseReturnValue:
    """Everything needed has come: clocks that waited for it start."""
    told = gettext("The clocks that waited for the file have started.")
    return _clocks(reference, lambda: engine().complaints.complete_file(actor(), reference), told)


def _clocks(reference: str, act: Callable[[], object], told: str) -> ResponseReturnValue:
    try:
        act()
    except (Refused, Conflict) as refusal:
        return _page(reference, refusal, told=_why(refusal, STANDSTILL))
    flash(told, "good")
    return redirect(url_for("cases.case", reference=reference, _anchor="clocks"), 303)


@blueprint.post("/cases/<reference>/attachments")
@needs(Permission.COMPLAINT_UPDATE)
def attach(reference: str) -> ResponseReturnValue:
    """Add files to the case."""
    try:
        for file in uploads("files"):
            engine().complaints.attach(actor(), reference, file)
    except AmendsError as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _page(reference, refusal)
    flash(gettext("Your files have been added."), "good")
    return redirect(url_for("cases.case", reference=reference, _anchor="files"), 303)


@blueprint.get("/cases/<reference>/attachments/<key:attachment_key>")
@needs(Permission.COMPLAINT_READ)
def attachment(reference: str, attachment_key: int) -> Response:
    """A file of the case, as a download: nothing in it is run by the browser."""
    view, content = engine().complaints.content(actor(), reference, attachment_key)
    return download(view.name, view.content_type, content)


@blueprint.get("/cases/<reference>/diagrams/<key:definition_key>.bpmn")
@needs(Permission.COMPLAINT_READ)
def diagram(reference: str, definition_key: int) -> Response:
    """The diagram that the case runs on. Whoever may read the case may see where it stands in its process."""
    found = engine().complaints.search(actor(), by_reference(reference))
    if not found.items:
        raise NotFound
    return current_app.response_class(engine().deployments.xml(SYSTEM, definition_key), mimetype="application/xml")


def _why(refusal: Refused | Conflict, words: Words = POSTPONING) -> str:
    """What is wrong with a date, in words."""
    found = refusal.findings[0].rule if isinstance(refusal, Refused) and refusal.findings else refusal.code
    return word(words, found) if found in words else word(ERROR, refusal.code)


def _page(
    reference: str, problem: AmendsError | None = None, entered: str = "", told: str | None = None
) -> ResponseReturnValue:
    who = actor()
    found = dossier(who, reference)
    answer = render_template(
        "cases/case.html",
        case=found,
        diagrams=diagrams_of(found.complaint.process_instance_key),
        may_write=holds(who, Permission.COMPLAINT_UPDATE),
        pause_reasons=REASONS,
        paused=stopped_by_staff(found.complaint, engine().clock.now()),
        problem=told or (word(ERROR, problem.code) if problem else None),
        entered=entered,
    )
    return answer, problem_of(problem).status if problem else 200
