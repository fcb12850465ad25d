"""Two machines as far as the network goes: namespaces of Linux with addresses of their own, and links that can be cut.

Needs the right to make namespaces (root) and the tool `ip`; `why_not` says what is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_IP = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def why_not() -> str | None:
    """What keeps this machine from having namespaces; None where nothing does."""
    if _IP is None:
        return "the tool ip is missing"
    if os.geteuid() != 0:
        return "namespaces need root"
    name = f"amends-try-{os.getpid()}"
    tried = subprocess.run([_IP, "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no namespaces here: {tried.stderr.strip()}"
    subprocess.run([_IP, "netns", "del", name], check=True)
    return None


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One namespace, linked to us. `gateway` is our end's address, `address` its own."""

    name: str
    link: str
    gateway: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What makes a command run there."""
        return (str(_IP), "netns", "exec", self.name)

    def cut(self) -> None:
        """Unplug it: nothing comes through any more, and nobody is told."""
        _ip("link", "set", self.link, "down")

    def join(self) -> None:
        """Plug it in again."""
        _ip("link", "set", self.link, "up")


@contextmanager
def machines(count: int) -> Iterator[list[Machine]]:
    """So many machines, gone at the end."""
    made: list[Machine] = []
    try:
        for number in range(count):
            tag = f"{os.getpid() % 10_000}{number}"
            network = f"10.213.{number + 1}"
            machine = Machine(name=f"am{tag}", link=f"ah{tag}", gateway=f"{network}.1", address=f"{network}.2")
            _make(machine, f"an{tag}", made)
        yield made
    finally:
        for machine in made:
            subprocess.run([str(_IP), "netns", "del", machine.name], check=False)
            subprocess.run([str(_IP), "link", "del", machine.link], check=False, capture_output=True)


def _make(machine: Machine, far_end: str, made: list[Machine]) -> None:
    _ip("netns", "add", machine.name)
    made.append(machine)
    _ip("link", "add", machine.link, "type", "veth", "peer", "name", far_end, "netns", machine.name)
    _ip("addr", "add", f"{machine.gateway}/24", "dev", machine.link)
    _ip("link", "set", machine.link, "up")
    _ip("-n", machine.name, "addr", "add", f"{machine.address}/24", "dev", far_end)
    _ip("-n", machine.name, "link", "set", far_end, "up")
    _ip("-n", machine.name, "link", "set", "lo", "up")


def _ip(*arguments: str) -> None:
    subprocess.run([str(_IP), *arguments], check=True, capture_output=True)
