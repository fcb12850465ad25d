"""The short form of the storm; `make faults` has the long one."""

from __future__ import annotations

from tests.faults.storm import Plan, Storm

SHORT = Plan(timers=160, clients=4, servers=2, workers=2, horizon=6, every=1.5, pause=1.0)


def test_nothing_is_lost_and_nothing_happens_twice() -> None:
    report = Storm(SHORT).run()
    assert [line for line in report.lines if not line.good] == []
    assert report.faults.kills
    assert report.faults.cuts
    assert report.faults.crashes == 1
