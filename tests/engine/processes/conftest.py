"""What the tests of the process side share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.bootstrap import Engine
from engine.processes import Resource, StartInstance, Step
from engine.store.user_task import UserTask
from engine.types import SYSTEM, Json

Start = Callable[..., int]


@pytest.fixture
def start(engine: Engine) -> Start:
    """Deploy a diagram and start an instance of it; gives the instance's key."""

    def begin(resource: Resource, business_id: str | None = None, **variables: Json) -> int:
        engine.deployments.deploy(SYSTEM, [resource])
        process_id = resource.name.removesuffix(".bpmn")
        command = StartInstance(process_id=process_id, variables=variables, business_id=business_id)
        return engine.instances.start(SYSTEM, command).process_instance_key

    return begin


@pytest.fixture
def open_tasks(engine: Engine) -> Callable[[int], list[str]]:
    """Element ids of the open user tasks of an instance."""

    def find(key: int) -> list[str]:
        with engine.units() as uow:
            open_ones = select(UserTask.element_id).where(UserTask.instance_key == key, UserTask.state == "CREATED")
            return list(uow.session.scalars(open_ones.order_by(UserTask.key)))

    return find


@pytest.fixture
def complete(engine: Engine) -> Callable[..., None]:
    """Complete an open user task by its element id, past the rules of the task list."""

    def do(key: int, element_id: str, **variables: Json) -> None:
        with engine.units() as uow:
            of = (UserTask.instance_key == key, UserTask.element_id == element_id, UserTask.state == "CREATED")
            waiting = uow.session.scalars(select(UserTask.element_instance_key).where(*of)).one()
            step = Step(command=lambda instance: instance.complete(waiting, variables), completes=waiting)
            engine.advance.run(uow, SYSTEM, key, step)

    return do
