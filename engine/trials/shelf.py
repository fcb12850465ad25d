"""The definitions that scenarios run on: those at hand, and behind them those that are deployed, if there are any."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Protocol, TypeVar

from marshmallow import Schema

from engine.bpmn import Binding, ProcessModel, parse_diagram
from engine.dmn import Model, load_models
from engine.errors import NotFound
from engine.feel import STANDARD, Functions
from engine.processes import Catalogue, Resource
from engine.processes.catalogue import Definition
from engine.store.unit_of_work import UnitOfWork
from engine.tasks.forms import Form, load_form
from engine.tasks.forms.schema import schema_of
from engine.types import Key

T = TypeVar("T")


class Deployed(Protocol):
    """What stands behind the files at hand; each raises `NotFound`."""

    def process(self, process_id: str) -> ProcessModel:
        """The latest version of a process."""
        ...

    def decision(self, decision_id: str) -> Model:
        """The model that holds the latest version of a decision."""
        ...

    def form(self, form_id: str) -> Filed:
        """The latest version of a form."""
        ...


class Behind:
    """Other files behind those at hand, read when something of them is asked for."""

    def __init__(self, resources: Callable[[], Iterable[Resource]], functions: Functions) -> None:
        self._resources, self._functions = resources, functions

    @cached_property
    def _contents(self) -> Contents:
        return read_contents(self._resources(), self._functions)

    def process(self, process_id: str) -> ProcessModel:
        """A process; raises `NotFound`."""
        return _get(self._contents.processes, process_id, "process")

    def decision(self, decision_id: str) -> Model:
        """The model that holds a decision; raises `NotFound`."""
        return _get(self._contents.decisions, decision_id, "decision")

    def form(self, form_id: str) -> Filed:
        """A form; raises `NotFound`."""
        return _get(self._contents.forms, form_id, "form")


def _get(found: Mapping[str, T], name: str, what: str) -> T:
    if name not in found:
        raise NotFound(f"There is no {what} {name!r}.")
    return found[name]


@dataclass(frozen=True, kw_only=True)
class Filed:
    """A form, ready to be filled in."""

    form: Form
    schema: Schema


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What files define, by id."""

    processes: Mapping[str, ProcessModel] = field(default_factory=dict)
    decisions: Mapping[str, Model] = field(default_factory=dict)
    forms: Mapping[str, Filed] = field(default_factory=dict)


def read_contents(resources: Iterable[Resource], functions: Functions = STANDARD) -> Contents:
    """Diagrams, tables and forms of the files, ready to run. Raises `DeploymentRefused` with findings."""
    by_kind: dict[str, list[Resource]] = {}
    for resource in resources:
        by_kind.setdefault(PurePath(resource.name).suffix.lower(), []).append(resource)
    diagrams = [parse_diagram(one.name, one.content, functions=functions) for one in by_kind.get(".bpmn", ())]
    models = load_models({one.name: one.content for one in by_kind.get(".dmn", ())}, functions=functions)
    forms = [file_form(one, functions) for one in by_kind.get(".form", ())]
    return Contents(
        processes={model.process_id: model for diagram in diagrams for model in diagram.processes},
        decisions={decision_id: model for model in models.values() for decision_id in model.decisions},
        forms={filed.form.form_id: filed for filed in forms},
    )


def file_form(resource: Resource, functions: Functions) -> Filed:
    """A form of a file. Raises `DeploymentRefused` with findings."""
    form = load_form(resource.name, resource.content, functions)
    return Filed(form=form, schema=schema_of(form))


class Shelf(Catalogue):
    """A catalogue over what is at hand. Its keys of definitions are numbers of its own."""

    def __init__(self, at_hand: Contents, functions: Functions, deployed: Deployed | None = None) -> None:
        super().__init__(functions)
        self.at_hand, self._deployed = at_hand, deployed or Behind(list, functions)
        self._by_id: dict[str, ProcessModel] = {}
        self._by_key: dict[Key, ProcessModel] = {}

    # -- what a running instance asks

    def latest_process(self, uow: UnitOfWork, process_id: str) -> ProcessModel:  # noqa: ARG002 - a catalogue's signature
        """A process, called or started; raises `NotFound`."""
        known = self._by_id.get(process_id)
        if known is None:
            found = self.at_hand.processes.get(process_id) or self._deployed.process(process_id)
            known = found.at(len(self._by_id) + 1)
            self._by_id[process_id] = self._by_key[known.definition_key] = known
        return known

    def process(self, uow: UnitOfWork, key: Key) -> ProcessModel:  # noqa: ARG002 - a catalogue's signature
        """The process with this key."""
        return self._by_key[key]

    def version(self, uow: UnitOfWork, process_id: str, version: int | None) -> Definition:  # noqa: ARG002 - as above
        """Where a process stands; raises `NotFound`."""
        return _definition(self.latest_process(uow, process_id).definition_key, process_id)

    def decision(self, uow: UnitOfWork, decision_id: str) -> tuple[Definition, Model]:  # noqa: ARG002 - as above
        """A decision; raises `NotFound`."""
        model = self.at_hand.decisions.get(decision_id) or self._deployed.decision(decision_id)
        return _definition(0, decision_id), model

    def bound_process(self, uow: UnitOfWork, process_id: str, binding: Binding, caller: Key) -> ProcessModel:  # noqa: ARG002 - as above
        """What is at hand is of one deployment."""
        return self.latest_process(uow, process_id)

    def bound_decision(
        self,
        uow: UnitOfWork,
        decision_id: str,
        binding: Binding,  # noqa: ARG002 - as above
        caller: Key,  # noqa: ARG002 - as above
    ) -> tuple[Definition, Model]:
        """What is at hand is of one deployment."""
        return self.decision(uow, decision_id)

    def bound_form(self, uow: UnitOfWork, form_id: str, binding: Binding, caller: Key) -> Key:  # noqa: ARG002 - as above
        """Forms at hand have no keys; raises `NotFound`."""
        self.filed(form_id)
        return 0

    def filed(self, form_id: str) -> Filed:
        """A form; raises `NotFound`."""
        return self.at_hand.forms.get(form_id) or self._deployed.form(form_id)

    # -- what a file of tests may name

    @property
    def process_ids(self) -> Collection[str]:
        """The processes at hand."""
        return self.at_hand.processes.keys()

    def elements(self, process_id: str) -> Mapping[str, str]:
        """Types of the elements of a process and of those that it calls, by id."""
        models = self._reach[process_id]
        return {one.id: one.type for model in models for one in model.elements.values() if one.id != model.process_id}

    def flows(self, process_id: str) -> Collection[str]:
        """Ids of the sequence flows of a process and of those that it calls."""
        return {flow.id for model in self._reach[process_id] for flow in model.flows}

    @cached_property
    def _reach(self) -> Mapping[str, Sequence[ProcessModel]]:
        return {process_id: self._called_from(process_id) for process_id in self.process_ids}

    def _called_from(self, process_id: str) -> Sequence[ProcessModel]:
        """A process and what it calls, at any depth; every process at hand where an expression names the called one."""
        found: dict[str, ProcessModel] = {}
        todo = [process_id]
        while todo:
            name = todo.pop()
            model = found.get(name) or self._maybe(name)
            if model is None or name in found:
                continue
            found[name] = model
            called = [reference.name for reference in model.references if reference.kind == "process"]
            calls = sum(element.type == "CALL_ACTIVITY" for element in model.elements.values())
            todo += called if len(called) == calls else [*called, *self.process_ids]
        return list(found.values())

    def _maybe(self, process_id: str) -> ProcessModel | None:
        try:
            return self.at_hand.processes.get(process_id) or self._deployed.process(process_id)
        except NotFound:
            return None


def _definition(key: Key, definition_id: str) -> Definition:
    return Definition(
        key=key,
        definition_id=definition_id,
        version=1,
        name=None,
        resource_key=0,
        resource_name="",
        digest=b"",
        deployment_key=0,
    )
