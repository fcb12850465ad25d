"""Every element that a diagram may contain: what it does, a diagram that shows it, and what comes of it.

The table in docs/bpmn.md is written from this (`python -m tests.engine.bpmn.elements.page`), and test_elements.py plays
every row: kept in memory, and saved and loaded at each wait.
"""

from __future__ import annotations

from itertools import groupby

from tests.engine.bpmn.elements import boundaries, events, flow, scopes, tasks
from tests.engine.bpmn.elements.row import Row

ROWS = [*events.ROWS, *boundaries.ROWS, *flow.ROWS, *tasks.ROWS, *scopes.ROWS]


def page() -> str:
    """The tables in Markdown."""
    lines: list[str] = []
    for group, rows in groupby(ROWS, key=lambda row: row.group):
        lines += [f"## {group}", "", "| element | what happens |", "|---|---|"]
        lines += [f"| {row.name} | {_told(row)} |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def _told(row: Row) -> str:
    return f"refused (`{row.refused}`): {row.does}" if row.refused else row.does


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  # this is what it is for
