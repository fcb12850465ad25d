"""Process tests that are sent with a deployment: what runs them asks here what is in force besides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Protocol

from engine.bpmn import ProcessModel
from engine.dmn import Model
from engine.errors import Finding
from engine.processes.catalogue import Catalogue
from engine.processes.drafts import Resource
from engine.store.unit_of_work import UnitsOfWork

_NAMES = ("tests.yaml", "tests.yml")


def is_tests(name: str) -> bool:
    """Whether a file holds process tests: `tests.yaml`, or a name of its own before that, as `order.tests.yaml`."""
    last = PurePath(name).name.lower()
    return last in _NAMES or last.endswith(tuple(f".{one}" for one in _NAMES))


class InForce:
    """The latest versions that are deployed. Each question is a transaction of its own and raises `NotFound`."""

    def __init__(self, units: UnitsOfWork, catalogue: Catalogue) -> None:
        self._units, self._catalogue = units, catalogue

    def process(self, process_id: str) -> ProcessModel:
        """A process."""
        with self._units() as uow:
            return self._catalogue.latest_process(uow, process_id)

    def decision(self, decision_id: str) -> Model:
        """The model that holds a decision."""
        with self._units() as uow:
            return self._catalogue.decision(uow, decision_id)[1]

    def form(self, form_id: str) -> Resource:
        """A form."""
        with self._units() as uow:
            found = self._catalogue.form(uow, form_id)
            return Resource(name=found.resource_name, content=self._catalogue.content(uow, found.resource_key))


class TryOut(Protocol):
    """Runs the scenarios `tests` on `files`, and on what is in force besides; tells what is wrong."""

    def __call__(self, files: Sequence[Resource], tests: Sequence[Resource], in_force: InForce, /) -> list[Finding]: ...
