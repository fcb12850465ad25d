"""The end of a replay in figures: one value, shown as a table for people or as JSON for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.table import Table

from webapi.cli.replay.reader import BrokenLine

MOST_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Work per second of real time, counted over the whole run; `seconds` is how long it took."""

    seconds: float
    complaints: float
    tasks: float
    requests: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """The figures of a replay and everything that does not add up.

    `outcomes`, `waiting` and `escalations` are counts by name; `differences` are sentences, each naming the complaint.
    """

    received: int
    found_again: int
    acknowledged: int
    closed: int
    outcomes: Mapping[str, int]
    waiting: Mapping[str, int]
    escalations: Mapping[str, int]
    deadlines_kept: Mapping[str, int]
    deadlines_missed: Mapping[str, int]
    open_incidents: int
    tasks_completed: int
    requests: int
    repeated_requests: int
    simulated_days: int
    speed: Speed
    broken_lines: tuple[BrokenLine, ...] = ()
    refused: tuple[str, ...] = ()
    differences: tuple[str, ...] = field(default=())

    @property
    def clean(self) -> bool:
        """Whether every line was used and the books balance."""
        return not (self.broken_lines or self.refused or self.differences)

    def to_json(self) -> dict[str, object]:
        """The figures as JSON values, with `clean` beside them."""
        lines = [{"line": broken.line, "reason": broken.reason} for broken in self.broken_lines]
        return asdict(self) | {"broken_lines": lines, "clean": self.clean}


def show(report: Report, console: Console) -> None:
    """Print the table, and below it each broken line, refusal and difference."""
    table = Table(title="Replay", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, value in _figures(report):
        table.add_row(name, value)
    console.print(table)
    for broken in report.broken_lines:
        console.print(f"line {broken.line} skipped: {broken.reason}", style="yellow", highlight=False, markup=False)
    _list(console, "refused", report.refused)
    _list(console, "difference", report.differences)


def _list(console: Console, word: str, sentences: Sequence[str]) -> None:
    for sentence in sentences[:MOST_SHOWN]:
        console.print(f"{word}: {sentence}", style="red", highlight=False, markup=False)
    if len(sentences) > MOST_SHOWN:
        console.print(f"and {len(sentences) - MOST_SHOWN} more; --json has them all", style="red", highlight=False)


def _figures(report: Report) -> list[tuple[str, str]]:
    rows = [
        ("received", f"{report.received:,}"),
        ("  of these found from an earlier run", f"{report.found_again:,}"),
        ("acknowledged", f"{report.acknowledged:,}"),
        ("closed", f"{report.closed:,}"),
    ]
    rows += [(f"  {name}", f"{count:,}") for name, count in sorted(report.outcomes.items())]
    rows += [(f"waiting: {name}", f"{count:,}") for name, count in sorted(report.waiting.items())]
    rows += [(f"escalated to {name}", f"{count:,}") for name, count in sorted(report.escalations.items())]
    # Clocks that are nobody's promise (levels, the complainant's reply) are never met: they have no line.
    for kind in sorted({*report.deadlines_kept, *report.deadlines_missed}):
        kept, missed = report.deadlines_kept.get(kind, 0), report.deadlines_missed.get(kind, 0)
        if kept or missed:
            rows.append((f"deadline {kind}: kept / missed", f"{kept:,} / {missed:,}"))
    speed = report.speed
    return [
        *rows,
        ("open incidents", f"{report.open_incidents:,}"),
        ("user tasks completed", f"{report.tasks_completed:,}"),
        ("requests (sent again)", f"{report.requests:,} ({report.repeated_requests:,})"),
        ("simulated days", f"{report.simulated_days:,}"),
        ("seconds", f"{speed.seconds:,.1f}"),
        ("complaints a second", f"{speed.complaints:,.1f}"),
        ("tasks a second", f"{speed.tasks:,.1f}"),
        ("requests a second", f"{speed.requests:,.1f}"),
        ("books", "balance" if not report.differences else f"{len(report.differences)} differences"),
    ]
