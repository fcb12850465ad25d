"""Making an engine: configuration is read, the register is plugged into the process side, services are wired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.bootstrap.expressions import DEFAULT_CALENDAR, calendar, functions
from engine.bootstrap.facade import Engine, Handler
from engine.bootstrap.plugging import register_hooks
from engine.bootstrap.trying import lazy_gate
from engine.bpmn import Rulebook, load_rulebook
from engine.clock import Clock
from engine.communication import SEND_MAIL
from engine.complaints import Register, make_register
from engine.feel import Functions
from engine.permissions import load_roles
from engine.processes import (
    Advance,
    Catalogue,
    ClockService,
    DeploymentService,
    HistoryService,
    Housekeeping,
    IncidentService,
    InstanceService,
    JobService,
    LiveCache,
    MessageService,
    MigrationService,
    ModificationService,
    SignalService,
    Starts,
    SuspensionService,
    TimerService,
)
from engine.processes.signals import JOB_TYPE as SIGNAL
from engine.records import AbsenceService, AuditService, NodeService, PeopleService
from engine.settings import Settings, library
from engine.store.unit_of_work import SessionFactory, UnitsOfWork
from engine.tasks import Tasks
from engine.tasks.forms import Forms, load_translations


def make_engine(settings: Settings, session_factory: SessionFactory, clock: Clock) -> Engine:
    """Wire up all services over one database and one clock. Nothing is read from the database yet.

    Raises `ConfigurationInvalid`, naming the file, for configuration that cannot be used.
    """
    units = UnitsOfWork(session_factory, clock)
    roles = load_roles(settings.config_file("roles.toml"))
    register, known = make_register(settings, units), functions(settings)
    hooks = replace(register_hooks(register, roles, known), rulebooks=_rulebooks(settings))
    advance = Advance(Catalogue(known), hooks, LiveCache(settings.live_instances))
    starts = Starts(units, advance)
    instances, timers = InstanceService(units, advance), TimerService(units, advance, starts)
    signals, forms = SignalService(units, advance, starts), _forms(settings, units, register, known)
    zone = calendar(settings, DEFAULT_CALENDAR).zone
    return Engine(
        settings=settings,
        clock=clock,
        units=units,
        advance=advance,
        people=PeopleService(units, roles),
        absences=AbsenceService(units, roles, zone),
        deployments=DeploymentService(units, advance.catalogue, hooks, lazy_gate(settings)),
        instances=instances,
        history=HistoryService(units),
        modifications=ModificationService(units, advance),
        migrations=MigrationService(units, advance),
        suspensions=SuspensionService(units, advance),
        messages=MessageService(units, advance, starts),
        signals=signals,
        starts=starts,
        jobs=JobService(units, advance),
        incidents=IncidentService(units, advance),
        timers=timers,
        tasks=Tasks(units, advance, forms, register.notes, zone),
        forms=forms,
        complaints=register.complaints(units, instances, forms),
        audit=AuditService(units),
        nodes=NodeService(units),
        clocks=ClockService(units, clock, timers),
        housekeeping=Housekeeping(units),
        handlers=_handlers(register, signals),
    )


def _rulebooks(settings: Settings) -> tuple[Rulebook, ...]:
    files = settings.config_files("lint")
    return tuple(load_rulebook(name, path.read_text("utf-8")) for name, path in files.items())


def _forms(settings: Settings, units: UnitsOfWork, register: Register, known: Functions) -> Forms:
    folders = [library("forms"), *([settings.config / "forms"] if settings.config else [])]
    return Forms(units, register.catalogues, load_translations(folders), known)


def _handlers(register: Register, signals: SignalService) -> Mapping[str, Handler]:
    return {
        SEND_MAIL: lambda job: register.send_mail(job.variables),
        SIGNAL: lambda job: signals.deliver(job.job_key),
    }
