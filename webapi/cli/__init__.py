"""The command line: `amends ...`. Each command is loaded when it is called, so that `--help` is quick."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from webapi.release import release

# Where a command is, and what it does: told here as well, so that a list of all needs none of them.
_COMMANDS = {
    "decide": ("webapi.cli.evaluate:decide", "Evaluate a decision of a DMN file."),
    "demo": ("webapi.cli.demo:demo", "Make demo people of every role and show how to log in."),
    "deploy": ("webapi.cli.deploy:deploy", "Deploy diagrams, tables and forms together."),
    "doctor": ("webapi.cli.doctor:doctor", "Look at this installation and say what is wrong with it."),
    "feel": ("webapi.cli.evaluate:feel", "Evaluate a FEEL expression."),
    "incidents": ("webapi.cli.look:incidents", "Show open incidents; try one again."),
    "lint": ("webapi.cli.deploy:lint", "Check diagrams, tables and forms, and store nothing."),
    "migrate": ("webapi.cli.migrate:migrate", "Let running instances go on with another version of their process."),
    "migrate-db": ("webapi.cli.database:migrate_db", "Bring the tables of the database up to date."),
    "replay": ("webapi.cli.replay:replay", "Run real complaints through a running service."),
    "serve": ("webapi.cli.serve:serve", "Serve pages and API."),
    "tasks": ("webapi.cli.look:tasks", "Show open user tasks."),
    "test": ("webapi.cli.process_tests:run_tests", "Run the process tests beside diagrams."),
    "timers": ("webapi.cli.look:timers", "Show armed timers."),
    "token": ("webapi.cli.people:token", "Bearer tokens for integrations."),
    "try": ("webapi.cli.trying:try_out", "Run one instance of a diagram in memory."),
    "user": ("webapi.cli.people:user", "Accounts of staff and integrations."),
    "version": ("webapi.cli.versions:version", "Say which release this is."),
    "worker": ("webapi.cli.work:worker", "Fire timers and do built-in jobs in a process of its own."),
}


class Commands(click.Group):
    """A group that imports a command when somebody asks for it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in order."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command called `cmd_name`, if there is one."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(module), attribute)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The list of all, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(_COMMANDS.items())])

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
