"""Operations of a register inside a command: those that fail leave nothing, all else of the command stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from engine.bootstrap import Engine
from engine.errors import Refused
from engine.processes.hooks import OperationCall
from engine.processes.jobs import enqueue
from engine.records import About, Action, audit
from engine.store.party import Party
from engine.types import SYSTEM, SearchRequest
from tests.engine.processes.diagrams import END, START, diagram, flows, service_task

TWO = diagram(
    "two",
    START + service_task("writes", "op-writes") + service_task("fails", "op-fails") + END
    + flows("start", "writes", "fails", "end"),
)  # fmt: skip


def write(call: OperationCall) -> None:
    """One row in each way that a register writes."""
    of = call.call.element.id
    audit(call.uow, SYSTEM, Action.COMPLAINT_DECIDED, About(subject=of))
    enqueue(call.uow, f"after-{of}", {})


def fail(call: OperationCall) -> None:
    write(call)
    call.uow.session.add(Party(key=call.uow.new_key(), complaint_key=1, role="complainant", name=None))
    raise Refused("not today")


def test_an_operation_that_fails_takes_back_what_it_left_to_be_written(
    engine: Engine, start: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = cast("dict[str, Any]", engine.advance.hooks.operations)
    monkeypatch.setitem(operations, "op-writes", write)
    monkeypatch.setitem(operations, "op-fails", fail)
    key = start(TWO)
    (incident,) = engine.incidents.search(SYSTEM, SearchRequest(filter={"state": "ACTIVE"})).items
    assert (incident.element_id, incident.process_instance_key) == ("fails", key)
    decided = engine.audit.search(SYSTEM, SearchRequest(filter={"action": Action.COMPLAINT_DECIDED.value}))
    assert [entry.entity_key for entry in decided.items] == ["writes"]
    jobs = engine.jobs.search(SYSTEM, SearchRequest())
    assert [job.type for job in jobs.items] == ["after-writes"]
