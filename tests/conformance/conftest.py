"""A service that runs as in an installation: `amends serve` with its own process, and HTTP with a token."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from engine.store import embedded
from engine.store.connection import connect

PATIENCE = 60
RUN = "AMENDS_TEST_RUN"


class Client:
    """Somebody with a token who calls the API; an answer that is no success raises."""

    def __init__(self, address: str, token: str) -> None:
        self.http = httpx.Client(
            base_url=f"{address}/v2", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
        )

    def post(self, path: str, body: object = None) -> Any:
        answer = self.http.post(path, json={} if body is None else body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def put(self, path: str, body: object) -> None:
        answer = self.http.put(path, json=body)
        assert answer.is_success, answer.text

    def deploy(self, path: Path, query: str = "") -> httpx.Response:
        return self.http.post(f"/deployments{query}", files={"resources": (path.name, path.read_bytes())})

    def found(self, things: str, **where: object) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.post(f"/{things}/search", {"filter": where, "page": {"limit": 1000}})[
            "items"
        ]
        return items

    def set_clock(self, instant: datetime) -> None:
        self.put("/clock", {"timestamp": round(instant.timestamp() * 1000)})


@contextmanager
def serving(data: Path, name: str, **settings: str) -> Iterator[Client]:
    """A service over a database of its own, with a settable clock; ended after the block."""
    url = embedded.start(Path(os.environ[RUN]), name)
    database = connect(url)
    with database.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    database.dispose()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AMENDS_")} | {
        "AMENDS_DATABASE_URL": url,
        "AMENDS_DATA": str(data),
        "AMENDS_CLOCK": "settable",
        "AMENDS_RATE_LIMITS": "off",
        "AMENDS_LOG_LEVEL": "warning",
        **settings,
    }
    amends = [sys.executable, "-m", "webapi.cli"]
    with (data / "log").open("w") as log:
        service = subprocess.Popen(
            [*amends, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )
        try:
            assert service.stdout is not None
            address = service.stdout.readline().rsplit(" ", 1)[-1].strip()
            create = [*amends, "token", "create", "--user", "admin"]
            token = subprocess.run(
                create, capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False
            )
            assert token.returncode == 0, token.stderr
            client = Client(address, token.stdout.strip())
            with client.http:
                client.set_clock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
                yield client
        finally:
            service.kill()
            service.wait()
            if service.stdout:
                service.stdout.close()


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """A service, with the settings of the parameter."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with serving(tmp_path, f"conformance_{request.param}_{worker}", **SETTINGS[request.param]) as client:
        yield client


SETTINGS: dict[str, dict[str, str]] = {"live": {}, "reloaded": {"AMENDS_LIVE_INSTANCES": "0"}}
"""With instances kept in memory, and with every one saved and loaded at each wait."""
