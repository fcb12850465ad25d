"""Business calendars and clocks: pure functions from a start and a limit to an instant, with the steps in between.

Nothing here reads a clock, a file or a database. Instants are aware and in UTC; a calendar's zone decides what a
day is. ISO 10002 clauses 4.15 (timeliness) and 7.3 (tracking) are served by dates that explain themselves.
"""

from __future__ import annotations

from engine.deadlines.calendar import BusinessCalendar, Shift
from engine.deadlines.configuration import calendar_from
from engine.deadlines.feel_functions import calendar_functions
from engine.deadlines.limits import Due, Ends, Limit, Step, Unit, due
from engine.deadlines.running import Extension, Pause, Running, over, used

__all__ = [
    "BusinessCalendar",
    "Due",
    "Ends",
    "Extension",
    "Limit",
    "Pause",
    "Running",
    "Shift",
    "Step",
    "Unit",
    "calendar_from",
    "calendar_functions",
    "due",
    "over",
    "used",
]
