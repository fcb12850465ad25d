"""Processes of the service that can be killed and started again, and a mail server that counts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0


_MAIN = """
import faulthandler, signal, sys
faulthandler.register(signal.SIGUSR1)
from webapi.cli import main
main()
"""
"""As `amends`, and says on SIGUSR1 what its threads are at."""


class Process:
    """One process of the service: `amends` with some arguments, its output in a file."""

    def __init__(self, name: str, arguments: Sequence[str], environment: dict[str, str], folder: Path) -> None:
        self.name, self.arguments, self._log = name, tuple(arguments), folder / f"{name}.log"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AMENDS_")}
        self._environment = inherited | environment
        self._prefix: tuple[str, ...] = ()
        self.process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def within(self, *prefix: str) -> Process:
        """Start it by another command (`ip netns exec ...`)."""
        self._prefix = prefix
        return self

    def start(self) -> None:
        """Start it."""
        command = [*self._prefix, sys.executable, "-c", _MAIN, *self.arguments]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """Kill it with -9, at whatever it is doing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.kills += 1

    def end(self) -> int | None:
        """Ask it to end, and wait; gives its exit status."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def revive(self) -> bool:
        """Start it again if it has ended by itself (as when the database was away at its start)."""
        if self.process is not None and self.process.poll() is not None:
            self.start()
            return True
        return False

    def tell(self) -> str:
        """The end of what it has said, with what each of its threads is at."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGUSR1)
            threading.Event().wait(1)
        return f"--- {self.name}\n{self.log[-9_000:]}"

    @property
    def log(self) -> str:
        """What it has said."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def wait_for(self, words: str) -> None:
        """Until it has said so."""
        pause = threading.Event()
        for _ in range(int(PATIENCE / 0.1)):
            if words in self.log:
                return
            assert self.process is None or self.process.poll() is None, self.log
            pause.wait(0.1)
        raise AssertionError(f"{self.name} never said {words!r}: {self.log}")


def wait_for_ready(addresses: Iterable[str], processes: Sequence[Process] = ()) -> None:
    """Until each of them answers that it is ready; not if one of the processes has ended."""
    pause = threading.Event()
    for address in addresses:
        for _ in range(int(PATIENCE / 0.2)):
            try:
                if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            ended = [one.name for one in processes if one.process is not None and one.process.poll() is not None]
            assert not ended, f"{ended} could not start"
            pause.wait(0.2)
        else:
            raise AssertionError(f"{address} is not ready")


class MailServer:
    """Takes every mail and counts it by its Message-ID; `listener` is where it listens."""

    def __init__(self, listener: socket.socket | None = None) -> None:
        self.received: Counter[str] = Counter()
        self.senders: Counter[str] = Counter()
        """Mails by the address of the machine that brought them."""
        self.hold_from: str | None = None
        """Mails from this address are taken in, and answered only once `hold_from` is None again."""
        self.holding = threading.Event()
        self._listener = listener or socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mail-server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        made = self._loop.create_server(lambda: SMTP(self, loop=self._loop), sock=self._listener)
        server = self._loop.run_until_complete(made)
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """One mail."""
        self.received[message_from_bytes(envelope.content)["Message-ID"]] += 1
        self.senders[session.peer[0]] += 1
        while session.peer[0] == self.hold_from:
            self.holding.set()
            await asyncio.sleep(0.05)
        return "250 taken"
