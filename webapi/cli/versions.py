"""`amends version`."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed

import click

from webapi.cli.common import as_json, print_json
from webapi.release import release

_PARTS = ("SpiffWorkflow", "SQLAlchemy", "Flask", "psycopg")


@click.command()
@as_json
def version(machine: bool) -> None:  # noqa: FBT001 - an option of the command line
    """Say which release this is; --json adds what it runs on."""
    if machine:
        parts = {name: installed(name) for name in _PARTS}
        print_json({"amends": release(), "python": platform.python_version(), **parts})
    else:
        click.echo(f"amends {release()}")
