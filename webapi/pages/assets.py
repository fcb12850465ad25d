"""Files of the browser bundle: which ones a page needs, and how they are sent.

Vite writes `manifest.json`; every other file has a hash of its content in its name, so that a browser may keep it
for a year. Text was compressed when it was built and is sent as it is to whoever takes gzip.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import Response, request, send_from_directory, url_for
from markupsafe import Markup

from engine.errors import ConfigurationInvalid

DIST = Path(__file__).resolve().parents[1] / "static" / "dist"
YEAR = 31_536_000
_COMPRESSED = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def manifest() -> Mapping[str, Mapping[str, Any]]:
    """Vite's manifest. Raises `ConfigurationInvalid` where the bundle was never built."""
    path = DIST / "manifest.json"
    if not path.is_file():
        raise ConfigurationInvalid("The browser bundle is missing: install the package, or run `make setup`.")
    return cast("Mapping[str, Mapping[str, Any]]", json.loads(path.read_text("utf-8")))


def tags(entry: str) -> Markup:
    """The `<link>` and `<script>` elements of the entry `entry` (`site` or `viewer`)."""
    key = f"src/{entry}.js"
    chunks = list(_chunks(key, set()))
    styles = dict.fromkeys(style for chunk in chunks for style in chunk.get("css", ()))
    lines = [Markup('<link rel="stylesheet" href="{}">').format(_address(style)) for style in styles]
    lines += [Markup('<link rel="modulepreload" href="{}">').format(_address(c["file"])) for c in chunks[1:]]
    lines.append(Markup('<script type="module" src="{}"></script>').format(_address(chunks[0]["file"])))
    return Markup("\n").join(lines)


def _chunks(key: str, seen: set[str]) -> Iterator[Mapping[str, Any]]:
    if key in seen:
        return
    seen.add(key)
    chunk = manifest()[key]
    yield chunk
    for imported in chunk.get("imports", ()):
        yield from _chunks(imported, seen)


def _address(file: str) -> str:
    return url_for("pages.asset", name=file)


def send(name: str) -> Response:
    """The file `name` of the bundle, compressed where the browser takes it; 404 where there is none."""
    kind = _COMPRESSED.get(Path(name).suffix)
    packed = kind is not None and "gzip" in request.accept_encodings.values() and (DIST / f"{name}.gz").is_file()
    answer = send_from_directory(DIST, f"{name}.gz" if packed else name, mimetype=kind, max_age=YEAR)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.cache_control.public = True
    answer.cache_control.immutable = True
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    return answer
