"""A worker that is cut off: the other one does its work, and the outside can tell a repeat by its key."""

from __future__ import annotations

import pytest

from tests.faults.network import why_not
from tests.faults.partition import LETTERS, TIMERS, Partition


def test_a_worker_that_is_cut_off_is_replaced_when_its_lock_expires() -> None:
    reason = why_not()
    if reason is not None:
        pytest.skip(f"two machines cannot be had: {reason}")
    outcome = Partition(whole=False).run()
    assert (outcome.different, outcome.jobs_done, outcome.told_twice) == (LETTERS, LETTERS, 0)
    assert outcome.from_cut_off == 1
    assert outcome.deliveries == LETTERS + 1  # the one in the middle of which it was cut off, under the same Message-ID
    assert (outcome.timers_fired, outcome.fired_twice) == (TIMERS, 0)
