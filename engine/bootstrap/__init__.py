"""The composition root: the one place that knows what is made of what."""

from __future__ import annotations

from engine.bootstrap.assembly import make_engine
from engine.bootstrap.facade import Engine, Handler

__all__ = ["Engine", "Handler", "make_engine"]
