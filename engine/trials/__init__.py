"""Process tests: scenarios beside a diagram, run in memory on the engine's own code (docs/process-tests.md)."""

from __future__ import annotations
