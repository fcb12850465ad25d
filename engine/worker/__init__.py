"""The worker: fires timers and does built-in jobs, in a process of its own or inside `serve`.

Any number of workers may run over one database. The only room that imports APScheduler, which wakes the sweep and
knows nothing: the tables are the truth (design decision 7).
"""

from __future__ import annotations

from engine.worker.worker import Worker

__all__ = ["Worker"]
