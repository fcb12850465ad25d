"""Several processes behind one socket: children that are started, watched, and never outlive their parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger("amends.serve")
_SOON_SECONDS = 5.0
_TRIES = 3
GRACE_SECONDS = 15.0


@dataclass(kw_only=True)
class Child:
    """One child: how it is started, its process, and how often it ended right after its start."""

    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0


@dataclass(kw_only=True)
class Family:
    """The children of one service. They hold the read end of a pipe; when the parent dies, however, it closes."""

    environment: dict[str, str]
    listener: socket.socket
    children: list[Child] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._read, self._write = os.pipe()

    def add(self, *arguments: str) -> None:
        """Start a child: `amends` with `arguments`."""
        child = Child(arguments=arguments)
        self.children.append(child)
        self._start(child)

    def _start(self, child: Child) -> None:
        # The write end must stay with the parent alone, or the pipe would never close.
        kept = (self._read, self.listener.fileno())
        command = [sys.executable, "-m", "webapi.cli", *child.arguments, "--watch-parent", str(self._read)]
        child.process = subprocess.Popen(command, pass_fds=kept, env=self.environment)  # noqa: S603 - our own command
        child.started = time.monotonic()

    def watch(self) -> int:
        """Start again what ends by itself, until told to end; gives the exit status."""
        while not self.ending.wait(0.5):
            for child in self.children:
                if child.process is not None and child.process.poll() is not None and not self._again(child):
                    self.stop()
                    return 1
        self.stop()
        return 0

    def _again(self, child: Child) -> bool:
        soon = time.monotonic() - child.started < _SOON_SECONDS
        child.failures = child.failures + 1 if soon else 1
        status = child.process.returncode if child.process else None
        log.error("child ended", command=child.arguments[0], status=status, failures=child.failures)
        if child.failures >= _TRIES:
            return False
        self._start(child)
        return True

    def stop(self) -> None:
        """Ask every child to end, wait for what they are doing, and end by force whoever does not."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def end_with_parent(pipe: int) -> None:
    """End this process (as by SIGTERM) when the other end of `pipe` is closed, which the parent's death does."""

    def watch() -> None:
        os.read(pipe, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
