"""Processes that are deployed for a test."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.bootstrap import Engine
from engine.processes import Resource
from engine.types import SYSTEM
from tests.webapi import diagrams


@pytest.fixture
def deployed(engine: Engine) -> Callable[..., None]:
    """Deploys a process: `deployed("order", user_task())`."""

    def deploy(process_id: str, *middle: str, before: str = "", form: str | None = None) -> None:
        resources = [Resource(name=f"{process_id}.bpmn", content=diagrams.process(process_id, *middle, before=before))]
        if form is not None:
            resources.append(Resource(name=f"{form}.form", content=diagrams.form(form)))
        engine.deployments.deploy(SYSTEM, resources)

    return deploy
