"""The composition root: the one place that knows what is made of what."""

from __future__ import annotations

from engine.bootstrap.assembly import make_engine
from engine.bootstrap.facade import Engine, Handler
from engine.bootstrap.trying import make_trials

__all__ = ["Engine", "Handler", "make_engine", "make_trials"]
