"""A service of its own for a replay: a process that can be killed, over a database that outlives it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from engine.store import embedded

AMENDS = Path(sys.executable).with_name("amends")
STARTS_WITHIN = 60


class LiveService:
    """`amends serve` on a free port, with a settable clock."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when it is ready."""
        command = [AMENDS, "serve", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
            while self._process.poll() is None:
                try:
                    if client.get(f"{self.url}/health/ready", timeout=STARTS_WITHIN).is_success:
                        return
                except httpx.TransportError:
                    continue
        raise AssertionError(f"The service did not start:\n{self._log.read_text('utf-8')[-3000:]}")

    def kill(self) -> None:
        """End it at once, with all its processes, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def replay(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a replay against it, with its figures as JSON on standard output."""
        command = [AMENDS, "replay", *arguments, "--url", self.url, "--json"]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


@pytest.fixture
def live(tmp_path: Path, worker_id: str) -> Iterator[LiveService]:
    """A running service over a database of its own."""
    if not AMENDS.exists():
        pytest.fail("The command `amends` is not installed beside Python: run `make setup`.")
    url = embedded.start(Path(os.environ["AMENDS_TEST_RUN"]), f"replay_{worker_id}_{tmp_path.name[-20:].lower()}")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")}
    own = {
        "AMENDS_DATA": str(tmp_path),
        "AMENDS_DATABASE_URL": url,
        "AMENDS_CLOCK": "settable",
        "AMENDS_RATE_LIMITS": "off",
    }
    service = LiveService(kept | own, tmp_path / "service.log")
    service.start()
    yield service
    service.kill()
