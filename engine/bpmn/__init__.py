"""BPMN 2.0 in Camunda 8's dialect: parse a diagram, run an instance of it, save and load its state.

The only room that imports SpiffWorkflow, whose task tree carries the tokens (docs/decisions/0101). No I/O: everything
outside comes through `Services`, everything that happened is told in `Instance.take_events()`.
"""

from __future__ import annotations

from engine.bpmn.dialect import parse_diagram
from engine.bpmn.errors import BpmnError, StepFailed
from engine.bpmn.events import (
    DecisionEvaluated,
    ElementActivated,
    ElementCompleted,
    ElementTerminated,
    Event,
    FlowTaken,
    IncidentRaised,
    IncidentResolved,
    InstanceEnded,
    JobCreated,
    MessageAwaited,
    SignalAwaited,
    SignalThrown,
    State,
    TimerArmed,
    TimerDisarmed,
    UserTaskCreated,
    VariableSet,
    WaitEnded,
)
from engine.bpmn.inspection import inspect_diagram
from engine.bpmn.instance import Instance
from engine.bpmn.lint.obligations import Rulebook, load_rulebook
from engine.bpmn.migrate import Change, Migrated
from engine.bpmn.model import LATEST, Binding, Diagram, Element, ProcessModel, Reference, StartTrigger
from engine.bpmn.modify import Activate, Modification, Move, Terminate, Variables
from engine.bpmn.renewing import Renewal
from engine.bpmn.services import ServiceCall, Services
from engine.bpmn.timers import Schedule

__all__ = [
    "LATEST",
    "Activate",
    "Binding",
    "BpmnError",
    "Change",
    "DecisionEvaluated",
    "Diagram",
    "Element",
    "ElementActivated",
    "ElementCompleted",
    "ElementTerminated",
    "Event",
    "FlowTaken",
    "IncidentRaised",
    "IncidentResolved",
    "Instance",
    "InstanceEnded",
    "JobCreated",
    "MessageAwaited",
    "Migrated",
    "Modification",
    "Move",
    "ProcessModel",
    "Reference",
    "Renewal",
    "Rulebook",
    "Schedule",
    "ServiceCall",
    "Services",
    "SignalAwaited",
    "SignalThrown",
    "StartTrigger",
    "State",
    "StepFailed",
    "Terminate",
    "TimerArmed",
    "TimerDisarmed",
    "UserTaskCreated",
    "VariableSet",
    "Variables",
    "WaitEnded",
    "inspect_diagram",
    "load_rulebook",
    "parse_diagram",
]
