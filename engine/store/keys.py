"""Keys: 64-bit numbers that are unique over all tables and all processes.

One sequence hands out blocks of a thousand, so that a command asks the database for keys once in a thousand times.
A process that dies loses the rest of its block; gaps mean nothing.
"""

from __future__ import annotations

import threading

from sqlalchemy import Sequence
from sqlalchemy.orm import Session

from engine.store.base import Base
from engine.store.era import era

BLOCK = 1_000
BLOCKS = Sequence("key_block", start=1, metadata=Base.metadata)


class Keys:
    """Hands out keys to all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = self._end = 0
        self._era = era()

    def new(self, session: Session) -> int:
        """A key that nobody else has; asks the database over `session` when a block is used up.

        A server that took over may not know of the block, and give it to somebody else: another one is taken then.
        """
        with self._lock:
            if self._next == self._end or self._era != era():
                self._era = era()
                self._next = int(session.execute(BLOCKS.next_value()).scalar_one()) * BLOCK
                self._end = self._next + BLOCK
            self._next += 1
            return self._next - 1
