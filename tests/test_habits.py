"""The habits of this code base that no linter knows: sizes, single places, and what never enters the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
WALL_CLOCK = re.compile(r"\b(datetime\.(now|utcnow|today)|time\.time\(\)|date\.today)\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home|Users)/[\w.-]+/")


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Files of the working tree that match the git patterns and are not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(path for name in listing.stdout.splitlines() if (path := ROOT / name).is_file())


def sources() -> tuple[Path, ...]:
    """Our Python modules without generated migrations."""
    return tuple(p for p in tracked("engine/*.py", "webapi/*.py", "tests/*.py") if "versions" not in p.parts)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in sources()}
    assert {file: n for file, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long[f"{name(path)}:{node.name}"] = length
    assert long == {}


def test_one_place_commits() -> None:
    places = [
        name(p)
        for p in tracked("engine/*.py", "webapi/*.py")
        if "migrations" not in p.parts and ".commit()" in p.read_text(encoding="utf-8")
    ]
    assert places == ["engine/store/unit_of_work.py"]


def test_one_place_reads_the_wall_clock() -> None:
    places = [
        name(p) for p in tracked("engine/*.py", "webapi/*.py") if WALL_CLOCK.search(p.read_text(encoding="utf-8"))
    ]
    assert places == ["engine/clock.py"]


@pytest.mark.parametrize("pattern", ["requirements*.txt", "webapi/ui/package-lock.json"])
def test_pins_name_no_download_host(pattern: str) -> None:
    for path in tracked(pattern):
        text = path.read_text(encoding="utf-8")
        assert "--index-url" not in text
        assert '"resolved"' not in text


def test_no_path_of_a_machine_is_written_down() -> None:
    found = []
    for path in tracked():
        if path.suffix in {".png", ".ico", ".gz", ".bin"} or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name(path)}: {hit.group()}" for hit in MACHINE_PATH.finditer(text)]
    assert found == []
