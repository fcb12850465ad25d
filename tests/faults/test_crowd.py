"""A crowd of waiting timers costs nothing, and a broken process delays nobody else's timers."""

from __future__ import annotations

from datetime import timedelta

from engine.bootstrap import Engine, make_engine
from engine.clock import SettableClock
from engine.settings import Settings
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import reminded
from tests.faults.crowd import break_all, due_later, fire, gather

HOUR = timedelta(hours=1)


def test_the_cost_of_a_sweep_follows_what_is_due(engine: Engine, clock: SettableClock) -> None:
    costs = []
    for waiting in (0, 50_000):
        due_later(engine, 20, lambda _: HOUR)  # at the same instant
        if waiting:
            gather(engine, waiting)
        clock.pin(clock.now() + 2 * HOUR)
        costs.append(fire(engine, waiting))
    few, many = costs
    assert (few.fired, many.fired) == (20, 20)
    assert many.index == "ix_timer_due"
    assert many.blocks <= few.blocks + 10  # a level or two more of the trees; the tables have thousands


def test_a_broken_process_delays_nobody(engine: Engine, settings: Settings, clock: SettableClock) -> None:
    due_later(engine, 100, lambda _: HOUR, reminded("broken"))
    good = due_later(engine, 10, lambda _: HOUR + timedelta(seconds=1))
    break_all(engine, "broken")
    clock.pin(clock.now() + 2 * HOUR)
    fresh = make_engine(settings, engine.units.session_factory, clock)
    fresh.timers.fire_due(20)  # one tick would take the broken ones alone, if they went first
    fired = fresh.audit.search(SYSTEM, SearchRequest(filter={"action": "timer.fired"}, limit=50))
    assert {entry.process_instance_key for entry in fired.items} == set(good)
