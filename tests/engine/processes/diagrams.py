"""Small diagrams for these tests, written as what they hold."""

from __future__ import annotations

from itertools import pairwise

from engine.processes import Resource

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="urn:test" id="definitions">'
)


def flows(*ids: str) -> str:
    """Sequence flows from each element to the next."""
    return "".join(f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(ids))


def diagram(process_id: str, content: str, *, extra: str = "") -> Resource:
    """A deployable diagram with one process."""
    xml = (
        f"{_HEAD}{extra}"
        f'<bpmn:process id="{process_id}" name="{process_id.title()}" isExecutable="true">{content}</bpmn:process>'
        "</bpmn:definitions>"
    )
    return Resource(name=f"{process_id}.bpmn", content=xml.encode())


def user_task(task_id: str, *, groups: str = "case-handlers", form: str | None = None) -> str:
    """A user task for some groups."""
    form_part = "" if form is None else f'<zeebe:formDefinition formId="{form}"/>'
    return (
        f'<bpmn:userTask id="{task_id}" name="{task_id.title()}"><bpmn:extensionElements><zeebe:userTask/>{form_part}'
        f'<zeebe:assignmentDefinition candidateGroups="{groups}"/></bpmn:extensionElements></bpmn:userTask>'
    )


def service_task(task_id: str, job_type: str, *, retries: int = 3) -> str:
    """A service task with a job type."""
    return (
        f'<bpmn:serviceTask id="{task_id}"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{job_type}" retries="{retries}"/></bpmn:extensionElements></bpmn:serviceTask>'
    )


START, END = '<bpmn:startEvent id="start"/>', '<bpmn:endEvent id="end"/>'


def one_user_task(process_id: str = "case") -> Resource:
    """Start, user task `work`, end."""
    return diagram(process_id, START + user_task("work") + END + flows("start", "work", "end"))


def one_job(process_id: str = "robot", retries: int = 3) -> Resource:
    """Start, service task `work` of type `paint`, end."""
    work = service_task("work", "paint", retries=retries)
    return diagram(process_id, START + work + END + flows("start", "work", "end"))


def reminded(process_id: str = "reminded", duration: str = "=deadline") -> Resource:
    """User task `work` with a non-interrupting timer `late` that leads to a user task `remind`."""
    timer = (
        '<bpmn:boundaryEvent id="late" attachedToRef="work" cancelActivity="false"><bpmn:timerEventDefinition>'
        f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{duration}</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    content = START + user_task("work") + timer + user_task("remind") + END
    return diagram(process_id, content + flows("start", "work", "end") + flows("late", "remind", "end"))


def waiting(process_id: str = "waiting") -> Resource:
    """User task `before`, then a message `answer` correlated on `=reference`, then user task `after`."""
    message = (
        '<bpmn:message id="m" name="answer"><bpmn:extensionElements>'
        '<zeebe:subscription correlationKey="=reference"/></bpmn:extensionElements></bpmn:message>'
    )
    catch = (
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="m"/>'
        "</bpmn:intermediateCatchEvent>"
    )
    content = START + user_task("before") + catch + user_task("after") + END
    return diagram(process_id, content + flows("start", "before", "wait", "after", "end"), extra=message)
