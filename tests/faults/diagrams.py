"""The processes of the load: many timers, a task, a job."""

from __future__ import annotations

from engine.processes import Resource
from tests.engine.processes.diagrams import END, START, diagram, flows, one_job, one_user_task, user_task

TIMERS = 10
"""Of each instance of `timed`; the variable `waits` holds their durations."""


def timed(process_id: str = "timed", timers: int = TIMERS) -> Resource:
    """A task that stays open, with timers that each fire once and end at an event of their own."""
    parts, joins = [START, user_task("work"), END, flows("start", "work", "end")], []
    for number in range(1, timers + 1):
        parts.append(
            f'<bpmn:boundaryEvent id="t{number}" attachedToRef="work" cancelActivity="false">'
            f'<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">=waits[{number}]'
            "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
            f'<bpmn:endEvent id="e{number}"/>'
        )
        joins.append(flows(f"t{number}", f"e{number}"))
    return diagram(process_id, "".join(parts + joins))


def load() -> list[Resource]:
    """All of them."""
    return [timed(), one_job("robot"), one_user_task("case")]
