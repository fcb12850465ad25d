"""The engine and the settings of the application that serves the present request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from engine.bootstrap import Engine
    from engine.settings import Settings
    from webapi.waiting import Waiting

ENGINE = "amends.engine"
SETTINGS = "amends.settings"
WAITING = "amends.waiting"


def engine() -> Engine:
    """The engine behind this application."""
    return cast("Engine", current_app.extensions[ENGINE])


def settings() -> Settings:
    """The settings that this application was made with."""
    return cast("Settings", current_app.extensions[SETTINGS])


def waiting() -> Waiting:
    """What waits on behalf of callers."""
    return cast("Waiting", current_app.extensions[WAITING])
