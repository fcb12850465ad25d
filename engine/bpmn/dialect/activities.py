"""Tasks, sub-processes and call activities."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.bpmn import timers
from engine.bpmn.dialect.document import definitions, extension, is_true, local, nodes
from engine.bpmn.dialect.happenings import read_definitions, read_receive
from engine.bpmn.dialect.reading import Reading
from engine.bpmn.expressions import Text, whole_number
from engine.bpmn.model import Element
from engine.bpmn.specs.call_activity import CallActivity
from engine.bpmn.specs.decision import Decision
from engine.bpmn.specs.job import Job
from engine.bpmn.specs.node import Node
from engine.bpmn.specs.process import ProcessSpec
from engine.bpmn.specs.script import Script
from engine.bpmn.specs.sub_process import EventSubProcess, SubProcess
from engine.bpmn.specs.user_task import Assignment, UserTask


def read_activity(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    """The spec of an activity, without its repetition."""
    kind = local(node)
    if kind == "scriptTask" and extension(node, "script") is not None:
        return _script(reading, process, node, element)
    if kind == "businessRuleTask" and extension(node, "calledDecision") is not None:
        return _decision(reading, process, node, element)
    return _READERS.get(kind, read_job)(reading, process, node, element)


def _user_task(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    def said(holder: str, attribute: str) -> Text | None:
        found = extension(node, holder)
        return None if found is None else reading.text(node, found.get(attribute), attribute)

    task = UserTask(process, element.id, element)
    task.assignment = Assignment(
        assignee=said("assignmentDefinition", "assignee"),
        candidate_groups=said("assignmentDefinition", "candidateGroups"),
        candidate_users=said("assignmentDefinition", "candidateUsers"),
        due_date=said("taskSchedule", "dueDate"),
        follow_up_date=said("taskSchedule", "followUpDate"),
        priority=said("priorityDefinition", "priority"),
        form_id=said("formDefinition", "formId"),
    )
    _check_literals(reading, node, task.assignment)
    task.form_binding = reading.binding(node, extension(node, "formDefinition"))
    reading.refer("form", task.assignment.form_id, element.id, task.form_binding)
    groups = task.assignment.candidate_groups
    literal = (groups.literal or "").split(",") if groups is not None else ()
    for group in element.lane_groups if task.assignment.by_lane else literal:
        reading.refer("candidate-group", Text(literal=group.strip()), element.id)
    return task


def _check_literals(reading: Reading, node: etree._Element, said: Assignment) -> None:
    """What is written out can be judged now."""
    priority = None if said.priority is None else said.priority.literal
    number = 0 if priority is None else whole_number(priority)
    if number is None or number > 100:
        reading.refuse("task-priority", node, f"the priority is {priority!r}", "Write a whole number from 0 to 100.")
    for date in (said.due_date, said.follow_up_date):
        try:
            if date is not None and date.literal is not None:
                timers.parse_instant(date.literal)
        except ValueError as error:
            reading.refuse("task-schedule", node, f"the task has a wrong date: {error}", "Write it as ISO 8601 says.")


def _call(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    said = extension(node, "calledElement")
    called = reading.text(node, None if said is None else said.get("processId"), "the called process")
    if called is None or said is None:
        cure = "Set the process id of the called element."
        reading.refuse("called-element", node, "the call activity names no process", cure)
        return CallActivity(process, element.id, element, Text(literal=""))
    call = CallActivity(process, element.id, element, called)
    call.binding = reading.binding(node, said)
    reading.refer("process", called, element.id, call.binding)
    call.pass_all = is_true(said, "propagateAllParentVariables", default=True)
    call.return_all = is_true(said, "propagateAllChildVariables", default=True)
    return call


def _script(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    said = extension(node, "script")
    assert said is not None  # noqa: S101  # looked for by the caller
    script = reading.expression(node, said.get("expression"), "the script")
    return Script(process, element.id, element, script, _result(reading, node, said))


def _decision(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    said = extension(node, "calledDecision")
    assert said is not None  # noqa: S101  # looked for by the caller
    decision = reading.text(node, said.get("decisionId"), "the decision id")
    if decision is None:
        reading.refuse("called-decision", node, "the business rule task names no decision", "Set its decision id.")
        decision = Text(literal="")
    rule = Decision(process, element.id, element, decision, _result(reading, node, said))
    rule.binding = reading.binding(node, said)
    reading.refer("decision", decision, element.id, rule.binding)
    return rule


def _result(reading: Reading, node: etree._Element, said: etree._Element) -> str:
    name = (said.get("resultVariable") or "").strip()
    if not name:
        reading.refuse("result-variable", node, "the result goes nowhere", "Set the result variable.")
    return name


def read_job(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    """An activity or throwing message event that is done by an operation or a worker.

    At an event, modelers write the job at the event or at its definition.
    """
    job = Job(process, element.id, element)
    places = [extension(place, "taskDefinition") for place in (node, *definitions(node))]
    said = next((place for place in places if place is not None), None)
    job_type = reading.text(node, None if said is None else said.get("type"), "the job type")
    if said is None or job_type is None:
        cure = "Set the job type (zeebe:taskDefinition)."
        reading.refuse("job-type", node, "nothing says who does this: the job type is missing", cure)
        return job
    job.job_type = job_type
    reading.refer("job-type", job_type, element.id)
    job.retries = reading.text(node, said.get("retries"), "retries") or job.retries
    if job.retries.literal is not None and whole_number(job.retries.literal) is None:
        reading.refuse("job-retries", node, f"retries is {job.retries.literal!r}", "Write a whole number.")
    return job


def _sub_process(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:
    if not is_true(node, "triggeredByEvent"):
        sub = SubProcess(process, element.id, element)
        sub.transaction = local(node) == "transaction"
        return sub
    event = EventSubProcess(process, element.id, element)
    start = next((n for n in nodes(node) if local(n) == "startEvent"), None)
    if start is None or not definitions(start):
        cure = "Give it one start event with a trigger such as a message."
        reading.refuse("event-sub-process-start", node, "the event sub-process has no start event with a trigger", cure)
        return event
    event.start_event = start.get("id", "")
    event.definitions = read_definitions(reading, start)
    event.parallel = is_true(start, "parallelMultiple")
    event.interrupting = is_true(start, "isInterrupting", default=True)
    return event


def _plain(reading: Reading, process: ProcessSpec, node: etree._Element, element: Element) -> Node:  # noqa: ARG001  # one of the readers
    """Done as soon as a token comes: the engine has no part in it (BPMN 2.0, 10.3.3; Camunda 8 does the same)."""
    return Node(process, element.id, element)


_READERS: dict[str, Callable[[Reading, ProcessSpec, etree._Element, Element], Node]] = {
    "task": _plain,
    "manualTask": _plain,
    "userTask": _user_task,
    "receiveTask": read_receive,
    "callActivity": _call,
    "subProcess": _sub_process,
    "transaction": _sub_process,
    "adHocSubProcess": _sub_process,
}
