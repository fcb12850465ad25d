"""The long form: `python -m tests.faults` (or `make faults`). Prints tables; ends with 1 where something is wrong."""

from __future__ import annotations

import argparse
import logging
import sys

from rich.console import Console
from rich.table import Table

from tests.faults.storm import Plan, Report, Storm


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--long", action="store_true", help="20,000 timers instead of a few hundred")
    parser.add_argument("--timers", type=int, help="timers due in the storm")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for noisy in ("httpx", "mail.log", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    plan = Plan(seed=given.seed, timers=given.timers or 300)
    if given.long:
        plan = Plan(seed=given.seed, timers=given.timers or 20_000, horizon=180, every=8, patience=600)
    return show(plan, Storm(plan).run())


def show(plan: Plan, report: Report) -> int:
    """Print the report; 1 where something is wrong."""
    console, table = Console(), Table("checked", "expected", "found", "wrong", box=None)
    for line in report.lines:
        mark = "" if line.good else "  <-- wrong"
        table.add_row(line.what, f"{line.expected:,}", f"{line.found:,}", f"{line.wrong:,}{mark}")
    faults, calls = report.faults, report.journal.calls
    console.print(
        f"{plan.servers} servers, {plan.workers} workers, {plan.clients} clients, {report.seconds:.0f} s: "
        f"{faults.kills} killed with -9, {faults.cuts} connections cut, {faults.crashes} crash of PostgreSQL"
    )
    console.print(table)
    console.print("calls: " + ", ".join(f"{kind} {count:,}" for kind, count in calls.most_common()))
    console.print(f"mails: {report.mails:,} different, {report.deliveries:,} received")
    console.print(f"lateness of timers: median {report.lateness[0]:.2f} s, 99 % within {report.lateness[1]:.2f} s")
    return 0 if all(line.good for line in report.lines) else 1


if __name__ == "__main__":
    sys.exit(main())
