"""`amends migrate-db`."""

from __future__ import annotations

import click

from webapi.cli.common import out, settings
from webapi.runtime import Runtime


@click.command("migrate-db")
@click.option("--contract", is_flag=True, help="Also take away what only older releases used; refused while one runs.")
def migrate_db(contract: bool) -> None:  # noqa: FBT001 - an option
    """Bring the tables of the database up to date. `serve` and `worker` do so by themselves.

    Tables are only expanded, so that processes of the release before go on beside this one. Run it with --contract
    once all processes run this release (`amends doctor` shows them).
    """
    with Runtime.open(settings(), pool_size=1) as runtime:
        done = runtime.migrate(contract=contract)
    state = f"The database is up to date: revision {done.after}"
    out().print(f"{state}." if done.before == done.after else f"{state}, before {done.before or 'empty'}.")
    if done.waiting:
        waiting = ", ".join(done.waiting)
        out().print(f"To be done once no older process runs, with `amends migrate-db --contract`: {waiting}.")
