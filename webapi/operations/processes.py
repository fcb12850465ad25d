"""All processes; and one version of a process with its picture and its instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from flask import Response, current_app, render_template, request

from engine.permissions import Permission
from engine.processes.definition_views import ElementStatistics
from engine.types import SearchRequest
from webapi.access import actor, holds, needs
from webapi.context import engine
from webapi.operations import view
from webapi.operations.base import READERS, blueprint
from webapi.operations.words import STATE
from webapi.pages.i18n import Lazy
from webapi.pages.i18n import lazy as _l

PAGE = 25
SORTS: Mapping[str, tuple[Lazy, tuple[tuple[str, Literal["asc", "desc"]], ...]]] = {
    "newest": (_l("Newest first"), (("start_date", "desc"),)),
    "oldest": (_l("Oldest first"), (("start_date", "asc"),)),
}
OPEN = "open"


@blueprint.get("/processes")
@needs(*READERS)
def processes() -> str:
    """What is deployed, what runs, what is stuck."""
    return render_template("operations/processes.html", processes=view.processes(actor()))


@blueprint.get("/processes/<key:key>")
@needs(*READERS)
def definition(key: int) -> str:
    """One version: where its instances stand, and a list of them."""
    who = actor()
    process, asked, steps = view.process_of(who, key), _asked(), view.steps(key)
    page = engine().instances.search(who, _search(key, asked))
    return render_template(
        "operations/definition.html",
        process=process,
        version=process.version(key),
        steps=steps,
        tokens=[token for one in engine().history.counts(who, key, present=True) if (token := _token(one))],
        asked=asked,
        sorts=SORTS,
        page=page,
        more=page.end_cursor if len(page.items) == PAGE else None,
        may_operate=holds(who, Permission.PROCESS_OPERATE),
    )


@blueprint.get("/processes/<key:key>/diagram.bpmn")
@needs(*READERS)
def diagram(key: int) -> Response:
    """The diagram as it was deployed."""
    return current_app.response_class(engine().deployments.xml(actor(), key), mimetype="application/xml")


def _asked() -> dict[str, str]:
    state, sort = request.args.get("state", OPEN), request.args.get("sort", "")
    return {
        "q": request.args.get("q", "").strip()[:100],
        "state": state if state in {"", OPEN, *STATE} else OPEN,
        "element": request.args.get("element", "")[:255],
        "stuck": "yes" if request.args.get("stuck") == "yes" else "",
        "sort": sort if sort in SORTS else "newest",
    }


def _search(key: int, asked: Mapping[str, str]) -> SearchRequest:
    wanted: dict[str, object] = {"process_definition_key": key}
    if asked["state"]:
        wanted["state"] = {"$in": ["ACTIVE", "SUSPENDED"]} if asked["state"] == OPEN else asked["state"]
    text = asked["q"].replace("*", "").replace("?", "")
    if text.isascii() and text.isdigit() and len(text) > 9:
        wanted["process_instance_key"] = text[:19]
    elif text:
        wanted["business_id"] = {"$like": f"*{text.upper()}*"}
    if asked["element"]:
        wanted["visited"] = {"element_id": asked["element"], "state": "ACTIVE"}
    if asked["stuck"]:
        wanted["has_incident"] = True
    after = request.args.get("after") or None
    return SearchRequest(filter=wanted, sort=SORTS[asked["sort"]][1], limit=PAGE, after=after)


def _token(counted: ElementStatistics) -> dict[str, object] | None:
    if not counted.active:
        return None
    state = "incident" if counted.incidents else "active"
    return {"elementId": counted.element_id, "state": state, "count": counted.active}
