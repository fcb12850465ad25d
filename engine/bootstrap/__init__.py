"""The composition root: one place knows which part is made of which."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import Clock
from engine.settings import Settings
from engine.store.unit_of_work import SessionFactory, UnitsOfWork


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The engine's services, as the web, the worker and the command line see them."""

    settings: Settings
    clock: Clock
    units: UnitsOfWork


def make_engine(settings: Settings, session_factory: SessionFactory, clock: Clock) -> Engine:
    """Wire up all services over one database and one clock."""
    return Engine(settings=settings, clock=clock, units=UnitsOfWork(session_factory, clock))
