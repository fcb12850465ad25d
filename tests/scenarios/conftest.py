"""Fixtures over the files of the process library, read as they are shipped."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine.bootstrap import Engine
from engine.permissions import load_roles
from engine.processes.drafts import Resource
from engine.types import SYSTEM, Actor, Json
from tests.scenarios.case import Case

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


@pytest.fixture(scope="session")
def people(config: Path) -> Mapping[str, Actor]:
    """Everybody of the demonstration, with the permissions of their groups, by user name."""
    roles = load_roles(config / "roles.toml")
    rows = tomllib.loads((config / "demo" / "people.toml").read_text("utf-8"))["people"]
    return {
        row["username"]: Actor(
            username=row["username"], groups=frozenset(row["groups"]), permissions=roles.permissions_of(row["groups"])
        )
        for row in rows
    }


@pytest.fixture(scope="session")
def resources(library: Path, forms: Path) -> Sequence[Resource]:
    """The shipped library as it is deployed."""
    files = [*library.glob("*.bpmn"), *library.glob("*.dmn"), *forms.glob("*.form")]
    return [Resource(name=path.name, content=path.read_bytes()) for path in files]


@pytest.fixture
def case(engine: Engine, resources: Sequence[Resource], people: Mapping[str, Actor]) -> Case:
    """A complaint that was just received, on an engine with the shipped library."""
    engine.deployments.deploy(SYSTEM, resources)
    return Case(engine, people)
