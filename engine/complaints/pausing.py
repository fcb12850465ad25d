"""Our clocks stand still while the complainant has to answer a question, and go on when the case does (clause 7.6)."""

from __future__ import annotations

from datetime import datetime

from engine.complaints.cases import happened
from engine.complaints.clocks import Clocks, shifted
from engine.complaints.events import Event
from engine.complaints.regimes import Regimes
from engine.store.complaint import Complaint
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor

WAITING = "waiting-for-you"
"""Status of a case that waits for the complainant; the clocks go on when it leaves this status."""


def pause_clocks(uow: UnitOfWork, case: Complaint, regimes: Regimes, actor: Actor, until: datetime) -> None:
    """Let the clocks of ours stand still for a question, at the latest until `until`. Those of the law run on."""
    if Clocks(uow, case, regimes.get(case.regime)).pause("question", until):
        happened(uow, case, Event.CLOCKS_PAUSED, actor, {"reason": "question", "until": until.isoformat()})


def resume_clocks(uow: UnitOfWork, case: Complaint, regimes: Regimes, actor: Actor) -> None:
    """Let the clocks go on, if they stood still; the timeline says which dates moved."""
    clocks = Clocks(uow, case, regimes.get(case.regime))
    if clocks.paused:
        happened(uow, case, Event.CLOCKS_RESUMED, actor, {"deadlines": shifted(clocks.resume())})
