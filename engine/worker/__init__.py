"""The worker: fires timers and does built-in jobs, in a process of its own or inside `serve`.

Any number of workers may run over one database. The only room that imports APScheduler, which wakes the sweep and
knows nothing: the tables are the truth (design decision 7). `Presence` lets a process be seen by the others.
"""

from __future__ import annotations

from engine.worker.presence import Presence
from engine.worker.worker import Duties, Worker

__all__ = ["Duties", "Presence", "Worker"]
