"""The engine and the settings of the application that serves the present request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from engine.bootstrap import Engine
    from engine.settings import Settings

ENGINE = "amends.engine"
SETTINGS = "amends.settings"


def engine() -> Engine:
    """The engine behind this application."""
    return cast("Engine", current_app.extensions[ENGINE])


def settings() -> Settings:
    """The settings that this application was made with."""
    return cast("Settings", current_app.extensions[SETTINGS])
