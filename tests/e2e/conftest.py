"""A real server and a real browser. Skipped only where no browser can be found and nobody asked for one."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.processes import Resource, StartInstance
from engine.records import NewPerson
from engine.settings import Settings, library
from engine.store import tables
from engine.types import SYSTEM
from tests.conftest import MONDAY
from webapi.app import create_app
from webapi.sessions import Sessions

ROOT = Path(__file__).parents[2]
PASSWORD = "a good pass phrase"
PEOPLE = {
    "frida": "front-office",
    "carl": "case-handlers",
    "rita": "reviewers",
    "mona": "managers",
    "olga": "process-owners",
}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def live(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Engine]]:
    """Address of the running service, and its engine: the library is deployed, one person of each role exists."""
    _compile_texts()
    data = tmp_path_factory.mktemp("e2e")
    settings = Settings(data=data, database_url=database_url, clock="settable", rate_limits=False)
    sessions = Sessions(database_url, pool_size=6)
    with sessions.pool.begin() as connection:
        for table in reversed(tables().sorted_tables):
            connection.execute(table.delete())
    engine = make_engine(settings, sessions, SettableClock(MONDAY))
    files = [*sorted(library("workflows").rglob("*.*mn")), *sorted(library("forms").glob("*.form"))]
    engine.deployments.deploy(SYSTEM, [Resource(name=f.name, content=f.read_bytes()) for f in files])
    _hold_one_up(engine, files)
    for name, group in PEOPLE.items():
        engine.people.create(SYSTEM, NewPerson(username=name, name=name.title(), password=PASSWORD, groups=(group,)))
    server = create_server(create_app(engine, settings, sessions), host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}", engine
    server.close()
    thread.join(timeout=10)
    sessions.close()


def _hold_one_up(engine: Engine, files: list[Path]) -> None:
    """An instance that no complaint belongs to cannot go on; a newer version is in force for all others."""
    engine.instances.start(SYSTEM, StartInstance(process_id="complaint-handling", variables={"reference": "none"}))
    main = next(file for file in files if file.name == "complaint_handling.bpmn")
    newer = Resource(name=main.name, content=main.read_bytes() + b"<!-- once more -->")
    engine.deployments.deploy(SYSTEM, [newer])


def _compile_texts() -> None:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "webapi" / "ui" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    hook.compile_catalogues(ROOT / "webapi" / "translations")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None and not os.environ.get("CI"):
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, live: tuple[str, Engine]) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser of its own: `visit()`, `visit(color_scheme="dark", locale="nl")`, ...

    What the browser complains about (a violated content policy, an error of a script) fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(base_url=live[0], **{"locale": "en-GB", **options})  # type: ignore[arg-type]  # Playwright's own options
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note(complaints, message.type, message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _note(complaints: list[str], kind: str, text: str) -> None:
    # A form that is refused answers 422, and the browser reports every such status; that is no defect.
    if kind in {"error", "warning"} and "status of 4" not in text:
        complaints.append(text)


@pytest.fixture
def log_in(visit: Callable[..., Page]) -> Callable[..., Page]:
    """A page of somebody who is logged in: `log_in("frida")`."""

    def made(username: str, **options: object) -> Page:
        page = visit(**options)
        page.goto("/log-in")
        page.get_by_label("Name", exact=True).or_(page.get_by_label("Naam", exact=True)).fill(username)
        page.locator("#password").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url("**/tasks")
        return page

    return made
