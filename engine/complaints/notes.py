"""Where forms leave what belongs to the case: free text and personal data, one row a field."""

from __future__ import annotations

from collections.abc import Mapping

from engine.complaints.cases import find_case, get_case
from engine.complaints.letters import latest_notes
from engine.processes.hooks import InstanceRef
from engine.store.case_note import CaseNote
from engine.store.unit_of_work import UnitOfWork
from engine.store.user_task import UserTask
from engine.types import Json


class CaseNotes:
    """Implements `engine.tasks.CaseRegister`."""

    def keep(self, uow: UnitOfWork, instance: InstanceRef, task: UserTask, fields: Mapping[str, Json]) -> None:
        """One row for each field that was answered. Raises NotFound where the instance belongs to no complaint."""
        answered = {name: value for name, value in fields.items() if value is not None}
        if not answered:
            return
        case = get_case(uow, instance.business_id)
        uow.session.add_all(
            CaseNote(
                key=uow.new_key(),
                complaint_key=case.key,
                task_key=task.key,
                element_id=task.element_id,
                field=name,
                value=value,
                at=uow.now(),
                actor=instance.actor.username,
            )
            for name, value in answered.items()
        )

    def notes(self, uow: UnitOfWork, business_id: str | None, element_id: str) -> Mapping[str, Json]:
        """What was entered at this element before, to start its form with."""
        case = find_case(uow, business_id)
        return {} if case is None else latest_notes(uow, case, element_id)
