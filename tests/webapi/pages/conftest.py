"""Fixtures of the pages: the shipped library in force, compiled texts, people with browsers."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

from engine.bootstrap import Engine
from engine.processes import Resource
from engine.records import NewPerson
from engine.settings import library
from engine.types import SYSTEM
from tests.webapi.callers import PASSWORD
from tests.webapi.pages.visitor import Visitor

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def build_hook() -> ModuleType:
    """The build hook as a module: it lies beside its sources and is no part of a package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "webapi" / "ui" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session", autouse=True)
def compiled_texts(build_hook: ModuleType) -> None:
    """Catalogues as an installation has them."""
    build_hook.compile_catalogues(ROOT / "webapi" / "translations")


@pytest.fixture
def in_force(engine: Engine) -> Engine:
    """The engine with the process library deployed."""
    files = [*sorted(library("workflows").rglob("*.*mn")), *sorted(library("forms").glob("*.form"))]
    engine.deployments.deploy(SYSTEM, [Resource(name=f.name, content=f.read_bytes()) for f in files])
    return engine


@pytest.fixture
def visitor(app: Flask, in_force: Engine) -> Visitor:
    """Somebody with a complaint."""
    return Visitor(client=app.test_client())


@pytest.fixture
def staff(app: Flask, in_force: Engine) -> Callable[..., Visitor]:
    """Makes people and logs them in: `staff("anna", "front-office")`."""

    def make(username: str, *groups: str) -> Visitor:
        person = NewPerson(username=username, name=username.title(), password=PASSWORD, groups=groups)
        in_force.people.create(SYSTEM, person)
        someone = Visitor(client=app.test_client())
        someone.open("/log-in").send("/log-in", {"username": username, "password": PASSWORD})
        assert someone.status == 200, someone.text
        return someone

    return make


@pytest.fixture
def file_complaint(visitor: Visitor) -> Callable[..., tuple[str, str]]:
    """Files a complaint on the portal; gives reference and code."""

    def file(**answers: str) -> tuple[str, str]:
        data = {"description": "It broke after one day of use.", "name": "Jo Vermeer", **answers}
        visitor.open("/complain").send("/complain", data)
        assert visitor.status == 200, visitor.text
        return visitor.one("//*[@data-reference]").text, visitor.one("//*[@data-code]").text

    return file
