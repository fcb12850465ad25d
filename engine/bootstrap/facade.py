"""What the web, the worker and the command line see of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.clock import Clock
from engine.complaints import Complaints
from engine.processes import (
    ActivatedJob,
    Advance,
    ClockService,
    DeploymentService,
    HistoryService,
    Housekeeping,
    IncidentService,
    InstanceService,
    JobService,
    MessageService,
    MigrationService,
    ModificationService,
    SignalService,
    Starts,
    SuspensionService,
    TimerService,
)
from engine.records import AbsenceService, AuditService, NodeService, PeopleService
from engine.settings import Settings
from engine.store.migrations import require_current
from engine.store.unit_of_work import UnitsOfWork
from engine.tasks import Tasks
from engine.tasks.forms import Forms
from engine.types import Actor, Json

Handler = Callable[[ActivatedJob], Mapping[str, Json] | None]
"""Does a job and gives its result variables. Called outside of any transaction; must bear a repeat."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The services over one database and one clock. Every public method of a service is one transaction."""

    settings: Settings
    clock: Clock
    units: UnitsOfWork
    advance: Advance
    people: PeopleService
    absences: AbsenceService
    deployments: DeploymentService
    instances: InstanceService
    history: HistoryService
    modifications: ModificationService
    migrations: MigrationService
    suspensions: SuspensionService
    messages: MessageService
    signals: SignalService
    starts: Starts
    jobs: JobService
    incidents: IncidentService
    timers: TimerService
    tasks: Tasks
    forms: Forms
    complaints: Complaints
    audit: AuditService
    nodes: NodeService
    clocks: ClockService
    housekeeping: Housekeeping
    handlers: Mapping[str, Handler]
    """What the worker does with built-in jobs, by their type."""

    def set_clock(self, actor: Actor, instant: datetime) -> None:
        """Pin the clock for all processes of this installation; see `ClockService.pin`."""
        self.clocks.pin(actor, instant)

    def reset_clock(self, actor: Actor) -> None:
        """Let the clock follow the machine again."""
        self.clocks.reset(actor)

    def check(self) -> None:
        """Go on only if the database answers and this release can work with its tables.

        Raises `SchemaOutdated` or `Unavailable`. The web and the worker ask before they begin.
        """
        with self.units() as uow:
            require_current(uow.session.connection())
