"""Finding cases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from flask import render_template, request

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, holds, needs
from webapi.cases.base import blueprint
from webapi.context import engine
from webapi.pages.i18n import Lazy
from webapi.pages.i18n import lazy as _l
from webapi.pages.words import SEVERITY, STATUS

PAGE = 25
LONGEST = 100
_REFERENCE = re.compile(r"(?i:c?-?\d{4}-\d{0,9}|c?-?\d{1,9})")
"""A reference or a part of one: finding it says nothing about what is in the case."""
SORTS: Mapping[str, tuple[Lazy, tuple[tuple[str, Literal["asc", "desc"]], ...]]] = {
    "newest": (_l("Newest first"), (("received_at", "desc"),)),
    "oldest": (_l("Oldest first"), (("received_at", "asc"),)),
}


def _asked(name: str, allowed: Mapping[str, object]) -> str:
    value = request.args.get(name, "")
    return value if value in allowed else ""


def _filter(text: str, status: str, severity: str) -> dict[str, object]:
    found: dict[str, object] = {}
    if _REFERENCE.fullmatch(text):
        found["reference"] = {"$like": f"*{text.upper()}*"}
    elif text:
        found["words"] = text
    if status == "open":
        found["status"] = {"$neq": "closed"}
    elif status:
        found["status"] = status
    if severity:
        found["severity"] = severity
    return found


@blueprint.get("/cases")
@needs(Permission.COMPLAINT_READ)
def search() -> str:
    """The cases that the reader may see, by reference or words, status and severity."""
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    status, severity = _asked("status", {"open": 1, **STATUS}), _asked("severity", SEVERITY)
    sort = _asked("sort", SORTS) or "newest"
    wanted = SearchRequest(
        filter=_filter(text, status, severity),
        sort=SORTS[sort][1],
        limit=PAGE,
        after=request.args.get("after") or None,
    )
    page = engine().complaints.search(actor(), wanted)
    more = page.end_cursor if len(page.items) == PAGE else None
    asked = {"q": text, "status": status, "severity": severity, "sort": sort}
    may_enter = holds(actor(), Permission.COMPLAINT_CREATE)
    return render_template("cases/search.html", page=page, more=more, asked=asked, sorts=SORTS, may_enter=may_enter)
