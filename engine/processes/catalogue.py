"""The definitions that are deployed, parsed once and kept: processes, decisions, forms.

A definition never changes under its key, so what is parsed stays valid. Which one is the latest may change at any
deployment, also of another process; the number of the last deployment tells, asked once per command that needs it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.bpmn import Binding, ProcessModel, parse_diagram
from engine.dmn import Model, load_models, needed_files, read_header
from engine.errors import NotFound
from engine.feel import STANDARD, Functions
from engine.processes.bindings import BoundKind, find_bound
from engine.store.deployment import DecisionDefinition, Deployment, FormDefinition, ProcessDefinition, Resource
from engine.store.unit_of_work import UnitOfWork
from engine.types import Key

T = TypeVar("T")

_LAST = select(func.max(Deployment.number))
LAST_DEPLOYMENT = func.coalesce(_LAST.scalar_subquery(), 0).label("last_deployment")
"""A column for statements that a command sends anyway; what it gives goes to `Catalogue.note_last`."""
_NOTED = "last deployment"
_MOST_BINDINGS = 10_000


@dataclass(frozen=True, kw_only=True)
class Definition:
    """Where one version of a process, decision or form stands."""

    key: Key
    definition_id: str
    version: int
    name: str | None
    resource_key: Key
    resource_name: str
    digest: bytes
    deployment_key: Key
    version_tag: str | None = None


@dataclass(frozen=True, kw_only=True)
class Latest:
    """The latest version of everything, by id, as of deployment `number`."""

    number: int = 0
    processes: Mapping[str, Definition] = field(default_factory=dict)
    decisions: Mapping[str, Definition] = field(default_factory=dict)
    forms: Mapping[str, Definition] = field(default_factory=dict)


class Catalogue:
    """Definitions for all threads of a process."""

    def __init__(self, functions: Functions = STANDARD) -> None:
        self.functions = functions
        self._lock = threading.Lock()
        self._latest = Latest()
        self._processes: dict[Key, ProcessModel] = {}
        self._models: dict[Key, Model] = {}
        self._bindings: dict[tuple[BoundKind, str, Binding, int], Key] = {}

    def latest(self, uow: UnitOfWork) -> Latest:
        """What is deployed as seen by this command."""
        known = uow.scratch.get(Latest)
        if known is None:
            number = uow.scratch.get(_NOTED)
            if number is None:
                number = uow.session.scalar(_LAST) or 0
            known = self._latest
            if known.number != number:
                known = self._latest = _read_latest(uow.session, number)
            uow.scratch[Latest] = known
        return known

    def note_last(self, uow: UnitOfWork, number: int) -> None:
        """Spare this command the question for the last deployment."""
        uow.scratch[_NOTED] = number

    def forget_latest(self, uow: UnitOfWork) -> None:
        """This command has deployed something: ask again."""
        uow.scratch.pop(Latest, None)
        uow.scratch.pop(_NOTED, None)

    def latest_process(self, uow: UnitOfWork, process_id: str) -> ProcessModel:
        """The latest version of a process; raises `NotFound`."""
        found = self.latest(uow).processes.get(process_id)
        if found is None:
            raise NotFound(f"There is no process {process_id!r}.", process_id=process_id)
        return self.process(uow, found.key)

    def version(self, uow: UnitOfWork, process_id: str, version: int | None) -> Definition:
        """One version of a process, or its latest; raises `NotFound`."""
        if version is None:
            self.latest_process(uow, process_id)
            return self.latest(uow).processes[process_id]
        of_version = (ProcessDefinition.process_id == process_id, ProcessDefinition.version == version)
        row = uow.session.scalar(select(ProcessDefinition).where(*of_version))
        if row is None:
            raise NotFound(f"There is no version {version} of process {process_id!r}.")
        return _process(row)

    def definition(self, uow: UnitOfWork, key: Key) -> Definition:
        """One process version by its key; raises `NotFound`."""
        row = uow.session.get(ProcessDefinition, key)
        if row is None:
            raise NotFound(f"There is no process definition {key}.")
        return _process(row)

    def process(self, uow: UnitOfWork, key: Key) -> ProcessModel:
        """The process with this definition key; raises `NotFound`."""
        model = self._processes.get(key)
        return self._read_process(uow.session, key) if model is None else model

    def _read_process(self, session: Session, key: Key) -> ProcessModel:
        row = session.execute(
            select(ProcessDefinition.process_id, Resource.key, Resource.name, Resource.content)
            .join(Resource, Resource.key == ProcessDefinition.resource_key)
            .where(ProcessDefinition.key == key)
        ).first()
        if row is None:
            raise NotFound(f"There is no process definition {key}.")
        process_id, _, name, content = row
        diagram = parse_diagram(name, content, functions=self.functions)
        model = next(p for p in diagram.processes if p.process_id == process_id).at(key)
        with self._lock:
            return self._processes.setdefault(key, model)

    def decision(self, uow: UnitOfWork, decision_id: str) -> tuple[Definition, Model]:
        """The latest version of a decision and the model that holds it; raises `NotFound`."""
        found = self.latest(uow).decisions.get(decision_id)
        if found is None:
            raise NotFound(f"There is no decision {decision_id!r}.", decision_id=decision_id)
        return found, self.model(uow, found.resource_key)

    def bound_process(self, uow: UnitOfWork, process_id: str, binding: Binding, caller: Key) -> ProcessModel:
        """The version of a process that the process `caller` is bound to; raises `NotFound`."""
        return self.process(uow, self._bound(uow, "process", process_id, binding, caller))

    def bound_decision(
        self, uow: UnitOfWork, decision_id: str, binding: Binding, caller: Key
    ) -> tuple[Definition, Model]:
        """The version of a decision that the process `caller` is bound to; raises `NotFound`."""
        return self.decision_by_key(uow, self._bound(uow, "decision", decision_id, binding, caller))

    def bound_form(self, uow: UnitOfWork, form_id: str, binding: Binding, caller: Key) -> Key:
        """The version of a form that the process `caller` is bound to; raises `NotFound`."""
        return self._bound(uow, "form", form_id, binding, caller)

    def _bound(self, uow: UnitOfWork, kind: BoundKind, name: str, binding: Binding, caller: Key) -> Key:
        # With a tag a later deployment may bring another version; what was deployed together stays together.
        as_of = self.latest(uow).number if binding.kind == "versionTag" else caller
        asked = (kind, name, binding, as_of)
        key = self._bindings.get(asked)
        if key is None:
            key = find_bound(uow, kind, name, binding, caller)
            with self._lock:
                if len(self._bindings) > _MOST_BINDINGS:
                    self._bindings.clear()
                self._bindings[asked] = key
        return key

    def decision_by_key(self, uow: UnitOfWork, key: Key) -> tuple[Definition, Model]:
        """One version of a decision and the model that holds it; raises `NotFound`."""
        row = uow.session.get(DecisionDefinition, key)
        if row is None:
            raise NotFound(f"There is no decision definition {key}.")
        return _decision(row), self.model(uow, row.resource_key)

    def model(self, uow: UnitOfWork, resource_key: Key) -> Model:
        """The decision model in a deployed resource."""
        model = self._models.get(resource_key)
        if model is None:
            resource = uow.session.get_one(Resource, resource_key)
            model = self._load(uow, resource)
            with self._lock:
                model = self._models.setdefault(resource_key, model)
        return model

    def _load(self, uow: UnitOfWork, resource: Resource) -> Model:
        files = {resource.name: resource.content}
        if read_header(resource.name, resource.content).imports:
            earlier = self.decision_files(uow, resource.deployment_key)
            files = needed_files(resource.name, {**files, **earlier, **files})
        return load_models(files, functions=self.functions)[resource.name]

    def decision_files(self, uow: UnitOfWork, deployment_key: Key | None = None) -> Mapping[str, bytes]:
        """The DMN files in force, by name, the newest first; or those in force with an earlier deployment."""
        wanted = select(Resource.name, Resource.content).join(Deployment, Deployment.key == Resource.deployment_key)
        wanted = wanted.where(Resource.kind == "dmn").order_by(Deployment.number.desc())
        if deployment_key is not None:
            number = select(Deployment.number).where(Deployment.key == deployment_key).scalar_subquery()
            wanted = wanted.where(Deployment.number <= number)
        found: dict[str, bytes] = {}
        for name, content in uow.session.execute(wanted):
            found.setdefault(name, content)
        return found

    def form(self, uow: UnitOfWork, form_id: str) -> Definition:
        """The latest version of a form; raises `NotFound`."""
        found = self.latest(uow).forms.get(form_id)
        if found is None:
            raise NotFound(f"There is no form {form_id!r}.", form_id=form_id)
        return found

    def form_by_key(self, uow: UnitOfWork, key: Key) -> Definition:
        """One version of a form; raises `NotFound`."""
        row = uow.session.get(FormDefinition, key)
        if row is None:
            raise NotFound(f"There is no version {key} of a form.")
        return _form(row)

    def content(self, uow: UnitOfWork, resource_key: Key) -> bytes:
        """A deployed resource as it was handed in; raises `NotFound`."""
        content = uow.session.scalar(select(Resource.content).where(Resource.key == resource_key))
        if content is None:
            raise NotFound(f"There is no resource {resource_key}.")
        return content


def _read_latest(session: Session, number: int) -> Latest:
    return Latest(
        number=number,
        processes={
            d.definition_id: d
            for d in map(
                _process,
                session.scalars(_newest(ProcessDefinition, ProcessDefinition.process_id, ProcessDefinition.version)),
            )
        },
        decisions={
            d.definition_id: d
            for d in map(
                _decision,
                session.scalars(
                    _newest(DecisionDefinition, DecisionDefinition.decision_id, DecisionDefinition.version)
                ),
            )
        },
        forms={
            d.definition_id: d
            for d in map(
                _form, session.scalars(_newest(FormDefinition, FormDefinition.form_id, FormDefinition.version))
            )
        },
    )


def _newest(table: type[T], column: InstrumentedAttribute[str], version: InstrumentedAttribute[int]) -> Select[T]:
    return select(table).ext(distinct_on(column)).order_by(column, version.desc())


def _process(row: ProcessDefinition) -> Definition:
    return Definition(
        key=row.key,
        definition_id=row.process_id,
        version=row.version,
        name=row.name,
        resource_key=row.resource_key,
        resource_name=row.resource_name,
        digest=row.digest,
        deployment_key=row.deployment_key,
        version_tag=row.version_tag,
    )


def _decision(row: DecisionDefinition) -> Definition:
    return Definition(
        key=row.key,
        definition_id=row.decision_id,
        version=row.version,
        name=row.name,
        resource_key=row.resource_key,
        resource_name=row.resource_name,
        digest=row.digest,
        deployment_key=row.deployment_key,
    )


def _form(row: FormDefinition) -> Definition:
    return Definition(
        key=row.key,
        definition_id=row.form_id,
        version=row.version,
        name=None,
        resource_key=row.resource_key,
        resource_name=row.resource_name,
        digest=row.digest,
        deployment_key=row.deployment_key,
    )
