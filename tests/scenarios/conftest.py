"""Fixtures over the files of the process library, read as they are shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.types import Json

ROOT = Path(__file__).parents[2]
MAPS = ("complaint_handling", "investigation")


@pytest.fixture(scope="session")
def library() -> Path:
    """Folder of the shipped process."""
    return ROOT / "workflows" / "complaint_handling"


@pytest.fixture(scope="session")
def forms() -> Path:
    """Folder of the shipped forms."""
    return ROOT / "forms"


@pytest.fixture(scope="session")
def config() -> Path:
    """Folder of the shipped configuration."""
    return ROOT / "config"


@pytest.fixture(scope="session")
def groups(config: Path) -> Mapping[str, Any]:
    """Groups of `config/roles.toml` by id."""
    found: Mapping[str, Any] = tomllib.loads((config / "roles.toml").read_text("utf-8"))["groups"]
    return found


@pytest.fixture(scope="session", params=MAPS)
def process_map(request: pytest.FixtureRequest, library: Path) -> etree._Element:
    """Root of one shipped map after the other."""
    return etree.parse(library / f"{request.param}.bpmn").getroot()


@pytest.fixture(scope="session")
def limits(config: Path) -> Mapping[str, Mapping[str, Json]]:
    """What each group may grant alone, by remedy (`config/taxonomies/remedies.toml`)."""
    entries = tomllib.loads((config / "taxonomies" / "remedies.toml").read_text("utf-8"))["entries"]
    return {entry["id"]: entry["limits"] for entry in entries}
