"""A PostgreSQL of the rig's own: it listens on addresses, can be stopped the hard way, and can have a replica."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from engine.store import embedded


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server((address, 0)) as taken:
        return int(taken.getsockname()[1])


class Postgres:
    """One server over a directory of its own, reached over TCP."""

    def __init__(self, *, addresses: str = "127.0.0.1", within: tuple[str, ...] = ()) -> None:
        wheel = embedded._wheel()
        self.folder = Path(tempfile.mkdtemp(prefix="amends-pg-"))
        self.data = self.folder / "pg"
        self.data.mkdir()
        self.addresses, self.port, self._within = addresses, free_port(), within
        self._server: Any = wheel.PostgresServer(self.data, cleanup_mode=None)

    def make(self) -> None:
        """Make an empty database cluster."""
        self._server.ensure_pgdata_inited()
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 0.0.0.0/0 trust\nhost replication all 0.0.0.0/0 trust\n")

    def follow(self, primary: Postgres) -> None:
        """Become a replica of `primary`."""
        self._server.ensure_pgdata_inited()  # for the owner of the directory; its content is replaced
        shutil.rmtree(self.data)
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.data, self._server.system_user)
        target = f"host=127.0.0.1 port={primary.port} user=postgres application_name=replica"
        self._run("pg_basebackup", "-d", target, "-D", str(self.data), "-R", "-X", "stream", "-c", "fast")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f'-h "{self.addresses}" -p {self.port} -k "{self.data}" -c max_connections=200'
        self._run(
            "pg_ctl", "-w", "-t", "60", "-o", options, "-l", str(self.data / "log"), "-D", str(self.data), "start"
        )

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is a crash: it recovers at the next start."""
        self._run("pg_ctl", "-w", "-D", str(self.data), "-m", mode, "stop")

    def promote(self) -> None:
        """A replica takes over."""
        self._run("pg_ctl", "-w", "-D", str(self.data), "promote")

    @property
    def socket_url(self) -> str:
        """Its address by the Unix socket, which needs no network."""
        return f"postgresql://postgres@/postgres?host={self.data}&port={self.port}"

    def url(self, host: str = "127.0.0.1", database: str = "postgres") -> str:
        """Its address."""
        return f"postgresql://postgres@{host}:{self.port}/{database}?sslmode=disable&gssencmode=disable"

    def remove(self) -> None:
        """Stop it if it runs, and delete everything."""
        if (self.data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._server.bin_path / program), *arguments]
        quiet = subprocess.DEVNULL  # the server inherits it, so no pipe
        user = self._server.system_user
        options = {"user": user} if user and not self._within else {}
        if self._within and user:  # into the namespace as root, then become the server's user
            command = [*self._within, "runuser", "-u", user, "--", *command]
        subprocess.run(command, check=True, stdin=quiet, stdout=quiet, stderr=quiet, cwd="/", **options)
