"""How often the database under this process has been replaced by another one: a fail-over counts, a restart does not.

A replica that takes over may lack the last commits of the lost server (asynchronous replication). What a process
remembers of them, revisions and blocks of keys, may mean something else from then on, so it is forgotten.
"""

from __future__ import annotations

import threading

_lock = threading.Lock()
_timeline: str | None = None
_era = 0


def era() -> int:
    """A number that grows with each fail-over that this process has noticed; noticed before the first statement."""
    return _era


def saw(timeline: str | None) -> None:
    """A connection was opened to a server on this timeline (PostgreSQL's name for it; None where it tells none)."""
    global _timeline, _era  # noqa: PLW0603 - one process, one database
    with _lock:
        if timeline is not None and _timeline not in {None, timeline}:
            _era += 1
        _timeline = timeline or _timeline
