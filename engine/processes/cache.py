"""Live instances that were used a moment ago, so that the next command need not load them from their bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict

from engine.processes.opened import Live
from engine.store.era import era
from engine.types import Key

SIZE = 2_000
"""Where nothing else is said (`AMENDS_LIVE_INSTANCES`). A live instance takes some ten kilobytes."""


class LiveCache:
    """Takes and gives live instances by key and revision; at most `size`, the least recently used go first;
    none where `size` is 0.

    What is taken is gone: no second thread can get it. Another process may have moved the instance on, which the
    revision of the locked row tells.
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size, self._lock, self._era = size, threading.Lock(), era()
        self._kept: OrderedDict[Key, tuple[int, Live]] = OrderedDict()

    def revision(self, key: Key) -> int | None:
        """The revision that is kept of an instance."""
        with self._lock:
            self._forget_other_era()
            kept = self._kept.get(key)
            return None if kept is None else kept[0]

    def take(self, key: Key, revision: int) -> Live | None:
        """The live instance if that revision of it is kept; an older one is dropped."""
        with self._lock:
            self._forget_other_era()
            kept = self._kept.pop(key, None)
        return kept[1] if kept is not None and kept[0] == revision else None

    def drop(self, key: Key) -> None:
        """Keep nothing of an instance."""
        with self._lock:
            self._kept.pop(key, None)

    def put(self, key: Key, revision: int, live: Live) -> None:
        """Keep a live instance as of `revision`, unless a newer one is there."""
        if self._size == 0:
            return
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept[0] < revision:
                self._kept[key] = (revision, live)
                self._kept.move_to_end(key)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def _forget_other_era(self) -> None:
        # A database that took over may have lost a revision, and reached the same number by another way since.
        if self._era != era():
            self._era = era()
            self._kept.clear()
