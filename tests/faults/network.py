"""Two machines as far as the network goes: namespaces of Linux with addresses of their own, and links that can be cut.

Needs the right to make namespaces (root) and the tool `ip`; `why_not` says what is missing.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_NAMESPACES = Path("/run/netns")
_NETWORK = 0x40000000
"""CLONE_NEWNET."""
_IP = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def why_not() -> str | None:
    """What keeps this machine from having namespaces; None where nothing does."""
    if _IP is None:
        return "the tool ip is missing"
    if os.geteuid() != 0 or shutil.which("runuser") is None:
        return "namespaces need root, and the tool runuser"
    name = f"amends-try-{os.getpid()}"
    tried = subprocess.run([_IP, "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"no namespaces here: {tried.stderr.strip()}"
    subprocess.run([_IP, "netns", "del", name], check=True)
    return None


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One namespace. `link` is the hub's end of its cable, with the address `gateway`; `address` is its own."""

    name: str
    hub: str
    link: str
    gateway: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What makes a command run there."""
        return within(self.name)

    def cut(self) -> None:
        """Unplug it: nothing comes through any more, and nobody is told."""
        _ip("-n", self.hub, "link", "set", self.link, "down")

    def join(self) -> None:
        """Plug it in again."""
        _ip("-n", self.hub, "link", "set", self.link, "up")


def within(namespace: str) -> tuple[str, ...]:
    """What makes a command run in a namespace."""
    return (str(_IP), "netns", "exec", namespace)


@contextmanager
def machines(count: int) -> Iterator[tuple[str, list[Machine]]]:
    """A hub and so many machines around it, gone at the end. The hub is a namespace: ours may have a firewall."""
    tag = os.getpid() % 100_000
    hub, made = f"hub{tag}", list[str]()
    try:
        _namespace(hub, made)
        yield hub, [_machine(hub, f"{tag}{number}", f"10.213.{number + 1}", made) for number in range(count)]
    finally:
        for name in made:
            subprocess.run([str(_IP), "netns", "del", name], check=False)


def _machine(hub: str, tag: str, network: str, made: list[str]) -> Machine:
    machine = Machine(name=f"am{tag}", hub=hub, link=f"ah{tag}", gateway=f"{network}.1", address=f"{network}.2")
    _namespace(machine.name, made)
    far_end = f"an{tag}"
    _ip("-n", hub, "link", "add", machine.link, "type", "veth", "peer", "name", far_end, "netns", machine.name)
    for namespace, link, address in ((hub, machine.link, machine.gateway), (machine.name, far_end, machine.address)):
        _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", link)
        _ip("-n", namespace, "link", "set", link, "up")
    return machine


def _namespace(name: str, made: list[str]) -> None:
    _ip("netns", "add", name)
    made.append(name)
    _ip("-n", name, "link", "set", "lo", "up")


def listen_in(namespace: str | None) -> socket.socket:
    """A socket that listens on all addresses of a namespace (None: on ours, this machine alone)."""
    if namespace is None:
        return socket.create_server(("127.0.0.1", 0))
    made: list[socket.socket] = []

    def make() -> None:
        # Only this thread goes there; the socket stays there, whoever uses it.
        with (_NAMESPACES / namespace).open("rb") as file:
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _NETWORK):
                raise OSError(ctypes.get_errno(), "setns")
        made.append(socket.create_server(("0.0.0.0", 0)))  # noqa: S104 - nobody else is there

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


def _ip(*arguments: str) -> None:
    subprocess.run([str(_IP), *arguments], check=True, capture_output=True)
