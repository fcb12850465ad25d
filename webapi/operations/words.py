"""Words for the codes that the engine speaks in, as process owners read them."""

from __future__ import annotations

from collections.abc import Mapping

from webapi.pages.i18n import lazy as _l
from webapi.pages.words import Words

STATE: Words = {
    "ACTIVE": _l("Running"),
    "SUSPENDED": _l("Suspended"),
    "COMPLETED": _l("Completed"),
    "TERMINATED": _l("Cancelled"),
}
STATE_TONE: Mapping[str, str] = {"ACTIVE": "accent", "SUSPENDED": "warn", "COMPLETED": "good", "TERMINATED": ""}
VISIT: Words = {"ACTIVE": _l("now"), "COMPLETED": _l("done"), "TERMINATED": _l("cut short")}
JOB: Words = {
    "CREATED": _l("waits for a worker"),
    "SUSPENDED": _l("rests"),
    "COMPLETED": _l("done"),
    "ERROR_THROWN": _l("ended with an error"),
    "CANCELED": _l("Cancelled"),
}
INCIDENT: Words = {
    "JOB_NO_RETRIES": _l("A worker has failed, and no tries are left"),
    "IO_MAPPING_ERROR": _l("An input or output cannot be worked out"),
    "CONDITION_ERROR": _l("No way on: a condition cannot be decided"),
    "EXTRACT_VALUE_ERROR": _l("An expression gives no usable value"),
    "UNHANDLED_ERROR_EVENT": _l("An error that nothing in the diagram catches"),
    "CALLED_ELEMENT_ERROR": _l("The called process cannot be started"),
    "DECISION_EVALUATION_ERROR": _l("A decision cannot be taken"),
    "CALLED_DECISION_ERROR": _l("A decision cannot be taken"),
    "STEP_BUDGET_EXCEEDED": _l("The process runs in circles"),
    "DEADLOCK": _l("Nothing can go on"),
    "OPERATION_FAILED": _l("An operation of the register has failed"),
}
CHANGE: Words = {
    "STAYS": _l("stays"),
    "MOVES": _l("becomes"),
    "RENEWED": _l("takes"),
    "WAIT_KEPT": _l("keeps waiting"),
    "WAIT_ADDED": _l("begins to wait"),
    "WAIT_REMOVED": _l("waits no more"),
}
RENEWED: Words = {
    "form_id": _l("the form"),
    "candidate_groups": _l("the groups"),
    "candidate_users": _l("the people asked"),
    "assignee": _l("the person"),
    "priority": _l("the priority"),
    "job_type": _l("the kind of job"),
    "headers": _l("the settings of the job"),
}
OUTCOME: Words = {"MIGRATED": _l("has gone over"), "POSSIBLE": _l("can go over"), "REFUSED": _l("stays")}
OUTCOME_TONE: Mapping[str, str] = {"MIGRATED": "good", "POSSIBLE": "accent", "REFUSED": "bad"}
REASON: Words = {
    "element-missing": _l("It stands at a step that the other version does not have: say which step takes its place."),
    "scope-changed": _l("The step where it stands is in another sub-process there."),
    "type-changed": _l("The step where it stands is of another kind there."),
    "event-changed": _l("It waits for something else there."),
    "repetition-changed": _l("The step is being repeated, and is repeated in another way there."),
    "flow-missing": _l("It waits at a join for a flow that the other version does not have."),
    "compensation": _l("Something has been done that could not be undone there."),
    "wait-fails": _l("Something that would begin to wait there cannot: its date or message cannot be worked out."),
    "task-fails": _l("For whom its task would be there cannot be worked out."),
    "done-at-once": _l("It waits for a worker, and the other version does this at once."),
    "nothing-to-do": _l("It is on this version already."),
    "unknown-source": _l("There is no such step in its version."),
    "unknown-target": _l("There is no such step in the other version."),
}
