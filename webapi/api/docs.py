"""The contract, for machines (`openapi.json`) and for people (`docs`)."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, current_app, render_template
from markupsafe import Markup, escape

from webapi import openapi
from webapi.access import public
from webapi.api.contract import declare
from webapi.errors import PROBLEMS

blueprint = Blueprint("docs", __name__, template_folder="templates")
_CACHE = "amends.openapi"


@blueprint.app_template_filter("coded")
def coded(text: str) -> Markup:
    """`text` with what stands in backticks set as code."""
    parts = [
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


def _document() -> dict[str, Any]:
    # The routes do not change while the application runs.
    if _CACHE not in current_app.extensions:
        current_app.extensions[_CACHE] = openapi.document(current_app._get_current_object())  # type: ignore[attr-defined]
    found: dict[str, Any] = current_app.extensions[_CACHE]
    return found


@blueprint.get("/openapi.json")
@public
def machine() -> Response:
    """The OpenAPI document of this service."""
    return current_app.response_class(current_app.json.dumps(_document()), mimetype="application/json")


declare(machine)


@blueprint.get("/docs")
@public
def browse() -> str:
    """The contract as a page."""
    found = _document()
    calls = [
        {"path": path, "method": method.upper(), **call}
        for path, methods in found["paths"].items()
        for method, call in methods.items()
    ]
    calls.sort(key=lambda call: (call["tags"][0], call["path"]))
    groups = [(tag, list(inside)) for tag, inside in groupby(calls, key=lambda call: call["tags"][0])]
    return render_template("api_docs.html", document=found, groups=groups, problems=PROBLEMS)
