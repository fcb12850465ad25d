"""The composition root: the one place that knows what is made of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from engine.bootstrap.expressions import functions
from engine.clock import Clock
from engine.permissions import load_roles
from engine.processes import (
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
from engine.records import AuditService, PeopleService
from engine.settings import Settings
from engine.store.unit_of_work import SessionFactory, UnitsOfWork
from engine.types import Actor


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

    def set_clock(self, actor: Actor, instant: datetime) -> None:
        """Pin the clock for all processes of this installation; see `ClockService.pin`."""
        self.clocks.pin(actor, instant)

    def reset_clock(self, actor: Actor) -> None:
        """Let the clock follow the machine again."""
        self.clocks.reset(actor)

    def check(self) -> None:
        """Whether the database answers; raises what the driver raises."""
        with self.units() as uow:
            uow.session.execute(text("SELECT 1"))


def make_engine(settings: Settings, session_factory: SessionFactory, clock: Clock) -> Engine:
    """Wire up all services over one database and one clock. Nothing is read from the database yet."""
    units = UnitsOfWork(session_factory, clock)
    roles = load_roles(settings.config_file("roles.toml"))
    hooks = Hooks(groups=frozenset(roles.groups))
    advance = Advance(Catalogue(functions(settings)), hooks)
    timers = TimerService(units, advance)
    return Engine(
        settings=settings,
        clock=clock,
        units=units,
        advance=advance,
        people=PeopleService(units, roles),
        deployments=DeploymentService(units, advance.catalogue, hooks),
        instances=InstanceService(units, advance),
        messages=MessageService(units, advance),
        signals=SignalService(units, advance),
        jobs=JobService(units, advance),
        incidents=IncidentService(units, advance),
        timers=timers,
        audit=AuditService(units),
        clocks=ClockService(units, clock, timers),
    )
