"""One case: everything about it on one page, and what staff may add to it."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import AmendsError, NotFound, Refused
from engine.permissions import Permission
from engine.types import SYSTEM
from webapi.access import actor, holds, needs
from webapi.cases.base import blueprint
from webapi.cases.diagram import diagrams_of
from webapi.cases.view import by_reference, dossier
from webapi.context import engine
from webapi.errors import problem_of
from webapi.pages.files import download, uploads
from webapi.pages.i18n import gettext
from webapi.pages.words import ERROR, word


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


def _page(reference: str, problem: AmendsError | None = None, entered: str = "") -> ResponseReturnValue:
    who = actor()
    found = dossier(who, reference)
    answer = render_template(
        "cases/case.html",
        case=found,
        diagrams=diagrams_of(found.complaint.process_instance_key),
        may_write=holds(who, Permission.COMPLAINT_UPDATE),
        problem=word(ERROR, problem.code) if problem else None,
        entered=entered,
    )
    return answer, problem_of(problem).status if problem else 200
