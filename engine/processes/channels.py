"""Names of the PostgreSQL channels on which processes tell each other that something has happened."""

from __future__ import annotations

JOBS = "amends_jobs"
"""A job can be activated; the payload is its type."""
TIMERS = "amends_timers"
"""A timer is due soon; the payload is the instant, ISO 8601."""
CLOCK = "amends_clock"
"""The clock was pinned or reset; the payload is the instant, or empty."""
INSTANCES = "amends_instances"
"""An instance has ended; the payload is its key."""
