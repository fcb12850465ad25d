"""What a process forgets when another database server takes over."""

from __future__ import annotations

from engine.processes import LiveCache
from engine.processes.opened import Live
from engine.store import era


def test_live_instances_are_forgotten_after_a_fail_over() -> None:
    cache, live = LiveCache(), Live(instance=None, models={})  # type: ignore[arg-type]  # nobody looks into it
    era.saw("one timeline")
    cache.put(1, 7, live)
    assert cache.revision(1) in {7, None}
    cache.revision(1)
    cache.put(1, 7, live)
    era.saw("one timeline")
    assert cache.revision(1) == 7
    era.saw("another timeline")
    assert (cache.revision(1), cache.take(1, 7)) == (None, None)
