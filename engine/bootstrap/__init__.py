"""The composition root: the one place that knows what is made of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.bootstrap.expressions import functions
from engine.clock import Clock
from engine.permissions import load_roles
from engine.processes import (
    ActivatedJob,
    Advance,
    Catalogue,
    ClockService,
    DeploymentService,
    Hooks,
    IncidentService,
    InstanceService,
    JobService,
    MessageService,
    SignalService,
    TimerService,
)
from engine.processes.signals import JOB_TYPE as SIGNAL_JOB
from engine.records import AuditService, PeopleService
from engine.settings import Settings
from engine.store.migrations import require_current
from engine.store.unit_of_work import SessionFactory, UnitsOfWork
from engine.types import Actor, Json

Handler = Callable[[ActivatedJob], Mapping[str, Json] | None]
"""Does a job and gives its result variables. Called outside of any transaction; must bear a repeat."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The engine's services, as the web, the worker and the command line see them."""

    settings: Settings
    clock: Clock
    units: UnitsOfWork
    advance: Advance
    people: PeopleService
    deployments: DeploymentService
    instances: InstanceService
    messages: MessageService
    signals: SignalService
    jobs: JobService
    incidents: IncidentService
    timers: TimerService
    audit: AuditService
    clocks: ClockService
    handlers: Mapping[str, Handler]
    """What the worker does with built-in jobs, by their type."""

    def set_clock(self, actor: Actor, instant: datetime) -> None:
        """Pin the clock for all processes of this installation; see `ClockService.pin`."""
        self.clocks.pin(actor, instant)

    def reset_clock(self, actor: Actor) -> None:
        """Let the clock follow the machine again."""
        self.clocks.reset(actor)

    def check(self) -> None:
        """Go on only if the database answers and its tables are those of this version.

        Raises `SchemaOutdated`, or what the driver raises. The web and the worker ask before they begin.
        """
        with self.units() as uow:
            require_current(uow.session.connection())


def make_engine(settings: Settings, session_factory: SessionFactory, clock: Clock) -> Engine:
    """Wire up all services over one database and one clock. Nothing is read from the database yet."""
    units = UnitsOfWork(session_factory, clock)
    roles = load_roles(settings.config_file("roles.toml"))
    hooks = Hooks(groups=frozenset(roles.groups))
    advance = Advance(Catalogue(functions(settings)), hooks)
    timers, signals = TimerService(units, advance), SignalService(units, advance)
    return Engine(
        settings=settings,
        clock=clock,
        units=units,
        advance=advance,
        people=PeopleService(units, roles),
        deployments=DeploymentService(units, advance.catalogue, hooks),
        instances=InstanceService(units, advance),
        messages=MessageService(units, advance),
        signals=signals,
        jobs=JobService(units, advance),
        incidents=IncidentService(units, advance),
        timers=timers,
        audit=AuditService(units),
        clocks=ClockService(units, clock, timers),
        handlers={SIGNAL_JOB: lambda job: signals.deliver(job.job_key)},
    )
