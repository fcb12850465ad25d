"""Service and send tasks, and throwing message events: an operation of ours at once, or a job for a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.errors import StepFailed
from engine.bpmn.events import JobCreated
from engine.bpmn.expressions import Text, shorten, whole_number
from engine.bpmn.model import Element
from engine.bpmn.services import ServiceCall
from engine.bpmn.specs.node import Node
from engine.bpmn.storable import storable_all
from engine.bpmn.variables import visible
from engine.errors import AmendsError

if TYPE_CHECKING:
    from engine.bpmn.specs.process import ProcessSpec
    from engine.bpmn.tree import Token


class Job(Node):
    """`zeebe:taskDefinition`. The token waits only where the operation is not one of ours."""

    calls_out = True

    def __init__(self, process: ProcessSpec, name: str, element: Element) -> None:
        super().__init__(process, name, element)
        self.job_type = Text(literal=name)
        self.retries = Text(literal="3")
        self.outside: Element = element

    def _run_hook(self, token: Token) -> bool | None:
        if "result" not in token.internal_data and not self._operate(token):
            return None
        return super()._run_hook(token)

    def _operate(self, token: Token) -> bool:
        """Whether it was done at once."""
        services = token.execution.services
        seen = visible(token)
        call = ServiceCall(
            job_type=self.job_type.text(seen, services.now(), "the job type"),
            element=self.outside,
            element_instance_key=token.id,
            inputs=seen,
            headers=self.outside.headers,
        )
        try:
            result = services.operate(call)
        except AmendsError as error:
            raise StepFailed("OPERATION_FAILED", f"{call.job_type}: {error.message}") from error
        if result is None:
            self.create(token)
            token.open()
            return False
        try:
            token.remember("result", storable_all(result))
        except ValueError as error:
            raise StepFailed("OPERATION_FAILED", f"{call.job_type}: {error}") from error
        return True

    def create(self, token: Token) -> None:
        """Tell that a worker is wanted."""
        seen, now = visible(token), token.execution.services.now()
        event = JobCreated(
            key=token.id,
            element=self.outside,
            definition_key=token.definition_key,
            job_type=self.job_type.text(seen, now, "the job type"),
            retries=self._retries(token),
            headers=self.outside.headers,
        )
        token.execution.emit(event)

    def _retries(self, token: Token) -> int:
        value = self.retries.value(visible(token), token.execution.services.now())
        number = whole_number(shorten(value))
        if number is None:
            raise StepFailed("EXTRACT_VALUE_ERROR", f"job retries: {shorten(value)} is no whole number")
        return number

    def retry(self, token: Token) -> None:
        """Offer the job again after an error that nobody caught."""
        super().retry(token)
        if token.state == TaskState.STARTED:
            self.create(token)
