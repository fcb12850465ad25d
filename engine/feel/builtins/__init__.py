"""The built-in functions of DMN 1.5 (10.3.4), by kind; `STANDARD` holds them all."""

from __future__ import annotations

from engine.feel.builtins import aggregates, contexts, conversion, lists, numbers, ranges, temporal, text
from engine.feel.functions import Builtin, Functions

_MODULES = (conversion, text, lists, aggregates, numbers, temporal, contexts, ranges)

STANDARD = Functions(
    {name: Builtin(name, found) for module in _MODULES for name, found in module.LIBRARY.overloads.items()}
)
"""What every expression may call."""
