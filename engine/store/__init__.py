"""Tables, the unit of work with the only commit, and the migrations. One noun a file.

`tables()` imports every table of this room; migrations and tests start from its metadata.
"""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

from engine.store.base import Base

_NOT_TABLES = {"migrations", "embedded", "connection", "search", "schema", "outcome", "era"}


def tables() -> MetaData:
    """The metadata of all tables, those of the register included."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in _NOT_TABLES:
            importlib.import_module(f"{__name__}.{module.name}")
    return Base.metadata


def migrate(url: str) -> None:
    """Bring the tables at `url` up to date; see `engine.store.migrations`."""
    from engine.store.migrations import upgrade  # noqa: PLC0415 - who only works with tables needs no Alembic

    upgrade(url)
