"""The browser bundle: built once per state of its sources, served compressed, kept by browsers."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from werkzeug.datastructures import Headers

from webapi.pages import assets

UI = Path(__file__).parents[3] / "webapi" / "ui"
NEEDS_BUNDLE = pytest.mark.skipif(
    not (assets.DIST / "manifest.json").exists(), reason="the browser bundle is not built"
)


def test_versions_are_exact_and_the_lock_names_no_download_host() -> None:
    package = json.loads((UI / "package.json").read_text("utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    lock = json.loads((UI / "package-lock.json").read_text("utf-8"))
    assert all("resolved" not in entry for entry in lock["packages"].values())


def test_a_bundle_of_the_same_sources_is_not_built_again(build_hook: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / ".sources").write_text(build_hook.digest_of(build_hook.bundle_sources(UI)))
    assert build_hook.build_bundle(UI, tmp_path) is False


def test_another_source_is_another_digest(build_hook: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("1")
    before = build_hook.digest_of([file])
    file.write_text("2")
    assert build_hook.digest_of([file]) != before


@NEEDS_BUNDLE
def test_assets_are_compressed_and_kept(app: Flask) -> None:
    name = assets.manifest()["src/site.js"]["file"]
    packed, headers = fetched(app, name, "gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in headers["Cache-Control"]
    plain, headers = fetched(app, name, "identity")
    assert "Content-Encoding" not in headers
    assert gzip.decompress(packed) == plain


def fetched(app: Flask, name: str, encoding: str) -> tuple[bytes, Headers]:
    answer = app.test_client().get(f"/assets/{name}", headers={"Accept-Encoding": encoding})
    body = answer.get_data()
    answer.close()
    return body, answer.headers


@NEEDS_BUNDLE
@pytest.mark.parametrize("name", ["no-such.js", "../../app.py", "%2e%2e/%2e%2e/app.py", ".sources/.."])
def test_nothing_else_is_served(app: Flask, name: str) -> None:
    assert app.test_client().get(f"/assets/{name}").status_code == 404


@NEEDS_BUNDLE
def test_the_notices_name_every_bundled_package() -> None:
    notices = (assets.DIST / "licenses.md").read_text("utf-8")
    for package in json.loads((UI / "package.json").read_text("utf-8"))["dependencies"]:
        assert package in notices
