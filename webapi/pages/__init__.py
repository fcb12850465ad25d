"""What all pages share: layout, language, words for codes, browser assets."""

from __future__ import annotations

from flask import Flask

from webapi.context import settings
from webapi.pages import configured, language, present
from webapi.pages.routes import blueprint

__all__ = ["blueprint", "register"]


def register(app: Flask) -> None:
    """Give the templates of `app` their language, filters and assets."""
    with app.app_context():
        configured.register(app, settings())
    language.register(app)
    present.register(app)
