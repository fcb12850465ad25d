"""Pages on which staff read cases: the complaint, its clocks, what happened, what was written. ISO 10002 clause 7.3."""

from __future__ import annotations

from webapi.cases import case, entering, search
from webapi.cases.base import blueprint

__all__ = ["blueprint", "case", "entering", "search"]
