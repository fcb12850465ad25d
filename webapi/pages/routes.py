"""Addresses that serve all pages: browser assets and the choice of language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapi.access import public
from webapi.pages import assets, language

blueprint = Blueprint("pages", __name__)


@blueprint.get("/assets/<path:name>")
@public
def asset(name: str) -> Response:
    """A file of the browser bundle, or our mark."""
    return assets.send(name)


@blueprint.post("/language")
@public
def choose_language() -> AnyResponse:
    """Read on in another language, on the page one came from."""
    language.choose(request.form.get("language", ""))
    return redirect(here(request.form.get("next")))


def here(address: str | None, otherwise: str = "portal.home") -> str:
    """`address` if it leads to a page of this site, else the page `otherwise`: nobody is sent elsewhere."""
    parts = urlsplit(address or "")
    local = bool(parts.path) and not parts.scheme and not parts.netloc and parts.path.startswith("/")
    if not local or parts.path.startswith("//") or "\\" in (address or ""):
        return url_for(otherwise)
    return str(address)
