"""Deployment and versions, instances, the one way in which they move, messages, timers, jobs, incidents.

Knows no complaint: a register plugs in through `Hooks`.
"""

from __future__ import annotations

from engine.processes.advance import Advance, Start
from engine.processes.cache import LiveCache
from engine.processes.catalogue import Catalogue
from engine.processes.clock import ClockService
from engine.processes.definition_views import Deployment
from engine.processes.deployments import DeploymentService
from engine.processes.drafts import Resource
from engine.processes.history import HistoryService
from engine.processes.hooks import (
    ContextProvider,
    ElementListener,
    FormFacts,
    FormText,
    Hooks,
    InstanceRef,
    Operation,
    OperationCall,
)
from engine.processes.housekeeping import Housekeeping
from engine.processes.idempotency import Repeatable, digest, idempotent
from engine.processes.incidents import IncidentService
from engine.processes.instances import InstanceService, StartedInstance, StartInstance
from engine.processes.job_queue import ActivatedJob
from engine.processes.jobs import JobService, enqueue
from engine.processes.messages import MessageService, NewMessage
from engine.processes.migration import InstanceMigration, MigrationPlan, MigrationService
from engine.processes.modification import ModificationService, Restart
from engine.processes.opened import Opened, Step
from engine.processes.signals import SignalService
from engine.processes.starts import Evaluated, Starts
from engine.processes.suspension import Clocks, SuspensionService
from engine.processes.texts import ElementTexts
from engine.processes.timers import TimerService
from engine.processes.trying_out import InForce, TryOut, is_tests

__all__ = [
    "ActivatedJob",
    "Advance",
    "Catalogue",
    "ClockService",
    "Clocks",
    "ContextProvider",
    "Deployment",
    "DeploymentService",
    "ElementListener",
    "ElementTexts",
    "Evaluated",
    "FormFacts",
    "FormText",
    "HistoryService",
    "Hooks",
    "Housekeeping",
    "InForce",
    "IncidentService",
    "InstanceMigration",
    "InstanceRef",
    "InstanceService",
    "JobService",
    "LiveCache",
    "MessageService",
    "MigrationPlan",
    "MigrationService",
    "ModificationService",
    "NewMessage",
    "Opened",
    "Operation",
    "OperationCall",
    "Repeatable",
    "Resource",
    "Restart",
    "SignalService",
    "Start",
    "StartInstance",
    "StartedInstance",
    "Starts",
    "Step",
    "SuspensionService",
    "TimerService",
    "TryOut",
    "digest",
    "enqueue",
    "idempotent",
    "is_tests",
]
