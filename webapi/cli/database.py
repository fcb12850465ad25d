"""`amends migrate-db`."""

from __future__ import annotations

import click

from webapi.cli.common import out, settings
from webapi.runtime import Runtime


@click.command("migrate-db")
def migrate_db() -> None:
    """Bring the tables of the database up to date. `serve` does so by itself."""
    with Runtime.open(settings(), pool_size=1) as runtime:
        runtime.migrate()
    out().print("The database is up to date.")
