"""Small diagrams and forms for tests, with just the elements that a test looks at."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import pairwise

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="http://amends.example/test">'
)


def process(process_id: str, *middle: str, before: str = "") -> bytes:
    """A process start -> the elements of `middle` in a row -> end. Each element has `{flows}` where its flows go."""
    names = ["start", *(f"step-{i}" for i in range(1, len(middle) + 1)), "end"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="flow-{i}" sourceRef="{a}" targetRef="{b}"/>'
        for i, (a, b) in enumerate(pairwise(names))
    )
    inside = "".join(
        text.format(
            id=f"step-{i}",
            flows=f"<bpmn:incoming>flow-{i - 1}</bpmn:incoming><bpmn:outgoing>flow-{i}</bpmn:outgoing>",
        )
        for i, text in enumerate(middle, 1)
    )
    last = len(middle)
    return (
        f'{HEAD}{before}<bpmn:process id="{process_id}" name="{process_id}" isExecutable="true">'
        f'<bpmn:startEvent id="start"><bpmn:outgoing>flow-0</bpmn:outgoing></bpmn:startEvent>{inside}'
        f'<bpmn:endEvent id="end"><bpmn:incoming>flow-{last}</bpmn:incoming></bpmn:endEvent>{flows}'
        "</bpmn:process></bpmn:definitions>"
    ).encode()


def user_task(group: str = "front-office", form: str | None = None) -> str:
    """A user task for a group."""
    definition = f'<zeebe:formDefinition formId="{form}"/>' if form else ""
    return (
        '<bpmn:userTask id="{id}" name="Look at it"><bpmn:extensionElements><zeebe:userTask/>'
        f'{definition}<zeebe:assignmentDefinition candidateGroups="{group}"/>'
        "</bpmn:extensionElements>{flows}</bpmn:userTask>"
    )


def service_task(job_type: str, retries: int = 3) -> str:
    """A service task for a worker."""
    return (
        '<bpmn:serviceTask id="{id}"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{job_type}" retries="{retries}"/>'
        '<zeebe:taskHeaders><zeebe:header key="paper" value="A4"/></zeebe:taskHeaders>'
        "</bpmn:extensionElements>{flows}</bpmn:serviceTask>"
    )


def message_catch() -> str:
    """A catch event of the message `paid` (see `PAID`), correlated by the variable `order`."""
    return (
        '<bpmn:intermediateCatchEvent id="{id}">{flows}'
        '<bpmn:messageEventDefinition id="{id}-definition" messageRef="message-paid"/></bpmn:intermediateCatchEvent>'
    )


PAID = (
    '<bpmn:message id="message-paid" name="paid"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=order"/></bpmn:extensionElements></bpmn:message>'
)


def form(form_id: str) -> bytes:
    """A form with a required number from 1 to 10."""
    return json.dumps(
        {
            "id": form_id,
            "type": "default",
            "schemaVersion": 16,
            "components": [
                {
                    "type": "number",
                    "id": "field-mark",
                    "key": "mark",
                    "label": "Mark",
                    "validate": {"required": True, "min": 1, "max": 10},
                }
            ],
        }
    ).encode()


def upload(**files: bytes) -> dict[str, object]:
    """Options of a multipart request: `upload(order_bpmn=...)` sends a file `order.bpmn`."""
    parts = [(BytesIO(content), name.replace("_", ".")) for name, content in files.items()]
    return {"data": {"resources": parts}, "content_type": "multipart/form-data"}
