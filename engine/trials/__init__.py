"""Process tests: scenarios beside a diagram, run in memory on the engine's own code (docs/process-tests.md).

No database: diagrams, decision tables, forms, FEEL, business calendars and the register's operations are the real ones,
over a unit of work that keeps its rows in memory (docs/decisions/0308).
"""

from __future__ import annotations

from engine.trials.advancing import MemoryUnits
from engine.trials.case import Case, Workbench
from engine.trials.coverage import Coverage
from engine.trials.errors import ProcessTestsInvalid
from engine.trials.gate import Gate, Required
from engine.trials.register import MemoryEscalation
from engine.trials.running import How, Outcome, Report, Trials
from engine.trials.scenario import Given
from engine.trials.shelf import Contents, Deployed, Shelf

__all__ = [
    "Case",
    "Contents",
    "Coverage",
    "Deployed",
    "Gate",
    "Given",
    "How",
    "MemoryEscalation",
    "MemoryUnits",
    "Outcome",
    "ProcessTestsInvalid",
    "Report",
    "Required",
    "Shelf",
    "Trials",
    "Workbench",
]
