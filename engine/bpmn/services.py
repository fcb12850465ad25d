"""What a running instance needs from outside. `engine.processes` implements it; tests use a small one in memory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.bpmn.model import LATEST, Binding, Element, ProcessModel
from engine.types import Json, Key


@dataclass(frozen=True, kw_only=True)
class ServiceCall:
    """A service task (or a throwing message event) asks for its operation.

    `inputs` are the variables it sees after its input mappings, read lazily; `headers` its task headers.
    """

    job_type: str
    element: Element
    element_instance_key: Key
    inputs: Mapping[str, object]
    headers: Mapping[str, str]


class Services(Protocol):
    """The outside of one process instance, for the length of one command."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    def new_key(self) -> Key:
        """A key that no other row has; used as the identity of an element instance."""
        ...

    def process(self, process_id: str, binding: Binding = LATEST, caller: Key = 0) -> ProcessModel:
        """The version of a called process that is bound to, with its definition key. Raises `NotFound`.

        `caller` is the definition key of the process that calls.
        """
        ...

    def form(self, form_id: str, binding: Binding, caller: Key) -> Key:
        """The version of a form that is bound to. Raises `NotFound`."""
        ...

    def decide(
        self, decision_id: str, variables: Mapping[str, object], binding: Binding = LATEST, caller: Key = 0
    ) -> tuple[object, Json]:
        """The result (a FEEL or JSON value) of a decision and the trace of how it came about.

        Raises `AmendsError` where it cannot be evaluated, or `BpmnError`.
        """
        ...

    def context(self) -> Mapping[str, object]:
        """Names that expressions may read besides variables, such as `complaint`."""
        ...

    def operate(self, call: ServiceCall) -> Mapping[str, Json] | None:
        """Run an operation of ours now and give its result variables; None: not ours, so it becomes a job.

        May raise `BpmnError` (caught by an error event) or `AmendsError` (an incident). Anything else passes through
        and fails the whole command.
        """
        ...

    def atomic(self) -> AbstractContextManager[None]:
        """A savepoint around one element's step: what is done inside is undone when it raises."""
        ...
