"""A way to PostgreSQL that can be cut at a chosen point: a proxy that knows what a COMMIT looks like."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import make_url

Cut = Literal["before", "after"]
_COMMIT = b"COMMIT\0"


class Way:
    """Listens on `url`, an address of the same database as `target`, and hands everything on.

    `cut` says what becomes of the next COMMIT: it never arrives (`before`), or its answer does not (`after`).
    """

    def __init__(self, target: str) -> None:
        found = make_url(target)
        folder = found.query.get("host") or found.host
        self._target = str(Path(str(folder)) / f".s.PGSQL.{found.port or 5432}")
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        local = found.set(host="127.0.0.1", port=port).update_query_dict(
            {"sslmode": "disable", "gssencmode": "disable"}
        )
        self.url = local.difference_update_query(["host"]).render_as_string(hide_password=False)
        self.cut: Cut | None = None
        self.cuts = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def drop(self) -> None:
        """Cut everybody off who is on the way now; others may come."""
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody through any more."""
        with suppress(OSError):  # closed already
            self._listener.shutdown(socket.SHUT_RDWR)  # a thread waits in it: closing alone would not wake it
        self._listener.close()
        for end in self._open:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._target)
                self._open += [client, server]
                threading.Thread(target=self._carry, args=(client, server), daemon=True).start()
                threading.Thread(target=self._bring_back, args=(server, client), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65_536):
                cut = self.cut if _COMMIT in data else None
                if cut is None:
                    server.sendall(data)
                    continue
                self.cut, self.cuts = None, self.cuts + 1
                client.shutdown(socket.SHUT_RDWR)  # nothing comes back from here on
                if cut == "after":
                    server.sendall(data)
                break
            server.shutdown(socket.SHUT_WR)

    def _bring_back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65_536):
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
