"""The service as a process: it starts over an empty database, stops when told to, and leaves no child behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

Start = Callable[..., "Service"]
PATIENCE = 60


class Service:
    """A running `amends serve`."""

    def __init__(self, log: Path, *options: str) -> None:
        self._log = log.open("w")
        command = [sys.executable, "-m", "webapi.cli", "serve", "--port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        first = self.process.stdout.readline() if self.process.stdout else ""
        self.address = first.rsplit(" ", 1)[-1].strip()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", timeout=PATIENCE)

    def until_gone(self) -> bool:
        """Whether nobody listens any more, once every process that held the socket has ended."""
        host, port = self.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            try:
                return connection.recv(1) == b""
            except ConnectionResetError:
                return True

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self._log.close()


@pytest.fixture
def serve(environment: Path) -> Iterator[Start]:
    """Starts services and ends them after the test."""
    started: list[Service] = []

    def start(*options: str) -> Service:
        started.append(Service(environment / "log", *options))
        return started[-1]

    yield start
    for service in started:
        service.close()


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
def test_it_serves_over_an_empty_database_and_stops_when_told_to(serve: Start, options: tuple[str, ...]) -> None:
    service = serve(*options)
    assert service.get("/health/ready").json() == {"status": "UP"}
    assert service.get("/v2/status").status_code == 204
    assert service.get("/v2/topology").status_code == 401
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(PATIENCE) == 0


def test_children_do_not_outlive_their_parent(serve: Start) -> None:
    service = serve("--workers", "2", "--no-worker")
    assert service.get("/health/live").status_code == 200
    service.process.kill()
    assert service.until_gone()


def test_a_port_that_is_taken_is_told_at_once(environment: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "webapi.cli", "serve", "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=os.environ, check=False)
    assert ended.returncode == 1
    assert port in ended.stderr
    assert "Traceback" not in ended.stderr
