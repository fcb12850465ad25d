"""The command line: `amends ...`. Each command is loaded when it is called, so that `--help` is quick."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from webapi.release import release

_COMMANDS = {
    "decide": "webapi.cli.evaluate:decide",
    "demo": "webapi.cli.demo:demo",
    "deploy": "webapi.cli.deploy:deploy",
    "doctor": "webapi.cli.doctor:doctor",
    "feel": "webapi.cli.evaluate:feel",
    "incidents": "webapi.cli.look:incidents",
    "lint": "webapi.cli.deploy:lint",
    "migrate-db": "webapi.cli.database:migrate_db",
    "replay": "webapi.cli.replay:replay",
    "serve": "webapi.cli.serve:serve",
    "tasks": "webapi.cli.look:tasks",
    "timers": "webapi.cli.look:timers",
    "token": "webapi.cli.people:token",
    "user": "webapi.cli.people:user",
    "version": "webapi.cli.versions:version",
    "worker": "webapi.cli.work:worker",
}


class Commands(click.Group):
    """A group that imports a command when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in order."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command called `cmd_name`, if there is one."""
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the engine refuses is told as one sentence with its findings, and ends with 1."""
        from engine.errors import AmendsError  # noqa: PLC0415 - `amends --help` needs none of the engine
        from webapi.cli.common import Refusal  # noqa: PLC0415

        try:
            return super().invoke(ctx)
        except AmendsError as error:
            raise Refusal(error) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(release(), prog_name="amends", message="%(prog)s %(version)s")
def cli() -> None:
    """Complaint handling after ISO 10002: the service and its tools.

    Settings come from the environment (AMENDS_...). Exit status: 0 done, 1 refused or failed, 2 wrong usage.
    """


def main() -> None:
    """Entry of the command `amends`: no failure shows a stack trace; with AMENDS_LOG_LEVEL=debug the log has it."""
    try:
        cli()
    except BrokenPipeError:
        _quit_quietly()
    except Exception as error:  # noqa: BLE001 - whatever it is, a person shall read one sentence
        _unexpected(error)
        sys.exit(1)


def _quit_quietly() -> None:
    # Whoever read our output has gone, as in `amends tasks | head`: nothing is left to say.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception) -> None:
    import structlog  # noqa: PLC0415 - only for a failure

    structlog.get_logger("amends.cli").debug("unexpected failure", exc_info=error)
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    click.echo(f"Error: {first} ({type(error).__name__})", err=True)
