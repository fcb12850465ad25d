"""What all commands share: the engine over the installation's database, tables, and how refusals are told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from engine.errors import AmendsError, Finding
from webapi import logs

if TYPE_CHECKING:
    from engine.bootstrap import Engine
    from engine.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def out() -> Console:
    """Where answers go."""
    return Console(soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """Where remarks go."""
    return Console(stderr=True, soft_wrap=True)


def as_json(command: Command) -> Command:
    """Add `--json` to a command."""
    return click.option("--json", "machine", is_flag=True, help="JSON for machines.")(command)


def settings() -> Settings:
    """The settings of the environment, with logging set up by them."""
    from engine.settings import Settings  # noqa: PLC0415 - `amends --help` needs none of the engine

    found = Settings.from_environment()
    logs.configure(level=found.log_level, form=found.log_format)
    return found


@contextmanager
def open_engine() -> Iterator[Engine]:
    """The engine over the installation's database, brought up to date first; closed at the end."""
    from webapi.runtime import Runtime  # noqa: PLC0415 - `amends --help` needs none of the engine

    with Runtime.open(settings(), pool_size=2) as runtime:
        runtime.migrate()
        yield runtime.engine


class Refusal(click.ClickException):
    """A refusal of the engine, told on the terminal."""

    def __init__(self, error: AmendsError) -> None:
        super().__init__(error.message)
        self.findings = error.findings

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - click's signature
        """The sentence, and a line for each finding."""
        console = err()
        console.print(f"Error: {self.message}", style="red", markup=False, highlight=False)
        for finding in self.findings:
            console.print(f"  {finding_line(finding)}", markup=False, highlight=False)


def finding_line(finding: Finding) -> str:
    """`file:line element [rule] message Cure.`"""
    place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part is not None)
    where = " ".join(part for part in (place, finding.element_id) if part)
    return " ".join(part for part in (where, f"[{finding.rule}]", finding.message, finding.cure) if part)


def print_json(value: object) -> None:
    """`value` as JSON on standard output, dataclasses as objects."""
    click.echo(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def print_rows(rows: Iterable[Any], columns: Mapping[str, str], *, machine: bool, empty: str) -> None:
    """Views as a table (`columns`: heading -> attribute), as JSON for machines, or the sentence `empty`."""
    found = list(rows)
    if machine:
        print_json(found)
        return
    if not found:
        out().print(empty)
        return
    table = Table(*columns, box=None, header_style="bold")
    for row in found:
        table.add_row(*(_cell(getattr(row, attribute, None)) for attribute in columns.values()))
    out().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)


def read_variables(text: str | None) -> dict[str, Any]:
    """The JSON object that stands in `text` or, after an `@`, in a file. Raises a usage error."""
    if text is None:
        return {}
    try:
        raw = click.open_file(text[1:], encoding="utf-8").read() if text.startswith("@") else text
        value = json.loads(raw)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--variables: {error}") from error
    if not isinstance(value, dict):
        raise click.UsageError("--variables: a JSON object is needed.")
    return value
