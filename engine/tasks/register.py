"""The register behind the forms: where answers go that are no process variables. Bootstrap plugs it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engine.processes.hooks import InstanceRef
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask
from engine.types import Json


class CaseRegister(Protocol):
    """Keeps the fields of forms that are marked as the case's own (custom property `register`)."""

    def keep(self, uow: UnitOfWork, instance: InstanceRef, task: UserTask, fields: Mapping[str, Json]) -> None:
        """Keep the fields as answers of this task, within the command that completes it."""
        ...

    def notes(self, uow: UnitOfWork, business_id: str | None, element_id: str) -> Mapping[str, Json]:
        """The latest value of each field that was entered at this element before, to start the form with."""
        ...
