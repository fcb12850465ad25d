"""`amends replay`: real complaints through a running service, from receipt to closure, with the books checked."""

from __future__ import annotations

from webapi.cli.replay.command import replay

__all__ = ["replay"]
