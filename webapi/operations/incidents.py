"""What is stuck: the incidents of all processes, each with its cause, to be tried again one by one or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import AmendsError, NotFound
from engine.permissions import Permission
from engine.processes.incidents import IncidentView
from engine.types import Actor, SearchRequest
from webapi.access import actor, needs
from webapi.context import engine
from webapi.operations import view
from webapi.operations.base import READERS, blueprint
from webapi.operations.words import INCIDENT
from webapi.pages.i18n import gettext, ngettext

PAGE = 50


@blueprint.get("/incidents")
@needs(*READERS)
def incidents() -> str:
    """What is stuck, the newest first."""
    who, asked = actor(), _asked()
    wanted = SearchRequest(
        filter=_filter(asked), sort=(("creation_time", "desc"),), limit=PAGE, after=request.args.get("after") or None
    )
    page = engine().incidents.search(who, wanted)
    return render_template(
        "operations/incidents.html",
        page=page,
        more=page.end_cursor if len(page.items) == PAGE else None,
        asked=asked,
        kinds=INCIDENT,
        processes={one.latest.process_definition_id: one.name for one in view.processes(who)},
        names=names_of(page.items),
    )


@blueprint.post("/incidents/retry")
@needs(Permission.INCIDENT_RESOLVE)
def retry() -> ResponseReturnValue:
    """Ask whether the cause is gone; then try again."""
    who = actor()
    chosen = list(_chosen(who))
    if not chosen:
        flash(gettext("Choose at least one incident that is still open."), "warn")
        return redirect(_back(), 303)
    if request.form.get("sure") != "yes":
        return render_template("operations/retry.html", incidents=chosen, names=names_of(chosen), back=_back())
    flash(*_told(who, chosen))
    return redirect(_back(), 303)


def _asked() -> dict[str, str]:
    return {
        "kind": request.args.get("kind", "") if request.args.get("kind", "") in INCIDENT else "",
        "process": request.args.get("process", "")[:255],
        "q": request.args.get("q", "").strip()[:100],
    }


def _filter(asked: Mapping[str, str]) -> dict[str, object]:
    wanted: dict[str, object] = {"state": "ACTIVE"}
    if asked["kind"]:
        wanted["error_type"] = asked["kind"]
    if asked["process"]:
        wanted["process_definition_id"] = asked["process"]
    text = asked["q"].replace("*", "").replace("?", "")
    if text:
        wanted["business_id"] = {"$like": f"*{text.upper()}*"}
    return wanted


def _chosen(who: Actor) -> Iterable[IncidentView]:
    """The open incidents that were ticked."""
    for text in request.form.getlist("incident")[:PAGE]:
        if text.isascii() and text.isdigit() and len(text) <= 19:
            try:
                found = engine().incidents.get(who, int(text))
            except NotFound:
                continue
            if found.state == "ACTIVE":
                yield found


def _told(who: Actor, chosen: Sequence[IncidentView]) -> tuple[str, str]:
    """Try each again; says how it went, and in which tone."""
    failed = sum(not _goes_on(who, incident) for incident in chosen)
    if failed:
        return gettext(
            "%(failed)s of %(all)s could not go on: a new incident says why.", failed=failed, all=len(chosen)
        ), "warn"
    return ngettext("%(num)s incident was tried again.", "%(num)s incidents were tried again.", len(chosen)), "good"


def _goes_on(who: Actor, incident: IncidentView) -> bool:
    try:
        engine().incidents.resolve(who, incident.incident_key)
    except AmendsError:
        return False
    if incident.element_instance_key is None:
        return True
    wanted = {"element_instance_key": incident.element_instance_key, "state": "ACTIVE"}
    return not engine().incidents.search(who, SearchRequest(filter=wanted, limit=1)).items


def names_of(incidents: Iterable[IncidentView]) -> Mapping[str, str]:
    """The names of the elements where these stand."""
    found: dict[str, str] = {}
    for key in {incident.process_definition_key for incident in incidents}:
        if key is not None:
            found |= view.steps(key)
    return found


def _back() -> str:
    """The page that it was asked from: of an instance, or the list."""
    key = request.form.get("instance", "")
    if key.isascii() and key.isdigit() and len(key) <= 19:
        return url_for("operations.instance", key=int(key))
    return url_for("operations.incidents")
