"""What a register hands to the process side: operations, names for expressions, and an ear for elements.

`processes` knows nothing of complaints; bootstrap plugs a register in here. All hooks run inside the command's
transaction, after the instance row was locked: a hook may lock rows of its own, but no further instance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.bpmn import Element, Rulebook, ServiceCall
from engine.store.unit_of_work import UnitOfWork
from engine.types import Actor, Json, Key


@dataclass(frozen=True, kw_only=True)
class InstanceRef:
    """Which instance something happens in, and on whose command."""

    key: Key
    process_id: str
    business_id: str | None
    actor: Actor


@dataclass(frozen=True, kw_only=True)
class OperationCall:
    """A service task calls an operation. What it writes goes through `uow` and is undone if the step fails."""

    uow: UnitOfWork
    instance: InstanceRef
    call: ServiceCall

    @property
    def instance_key(self) -> Key:
        """Key of the process instance."""
        return self.instance.key

    @property
    def business_id(self) -> str | None:
        """What the instance is about, for example the reference of a complaint."""
        return self.instance.business_id


class Operation(Protocol):
    """Does the work of one service task type now and gives its result variables.

    Raises `BpmnError` for what the diagram may catch, any `AmendsError` for an incident.
    """

    def __call__(self, call: OperationCall, /) -> Mapping[str, Json] | None: ...


class ContextProvider(Protocol):
    """Gives a value that expressions read under one name; best lazy, since most expressions do not ask for it."""

    def __call__(self, uow: UnitOfWork, business_id: str | None, /) -> object: ...


class ElementListener(Protocol):
    """Hears of every element that was activated, in order, before the operation of that element runs."""

    def __call__(self, uow: UnitOfWork, instance: InstanceRef, element: Element, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class FormText:
    """An expression of a form, without its `=`, at the field that has it; line and column of the file, where known."""

    element_id: str | None
    text: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, kw_only=True)
class FormFacts:
    """What a deployment needs to know of a form."""

    form_id: str
    variables: frozenset[str] = frozenset()
    """What its answers set."""
    names: frozenset[str] = frozenset()
    """What its expressions may read beside variables: its fields, and lists with dots (`catalogue.remedies`)."""
    expressions: tuple[FormText, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Everything that is plugged in. `job_types` are handled by built-in workers, `groups` are the known ones."""

    operations: Mapping[str, Operation] = field(default_factory=dict)
    contexts: Mapping[str, ContextProvider] = field(default_factory=dict)
    listeners: tuple[ElementListener, ...] = ()
    check_form: Callable[[str, bytes], FormFacts] | None = None
    """From resource name and content; raises `DeploymentRefused` with findings."""
    job_types: frozenset[str] = frozenset()
    groups: frozenset[str] | None = None
    names: frozenset[str] = frozenset()
    """What expressions may read beside variables, with dots for entries: `complaint.status`."""
    rulebooks: tuple[Rulebook, ...] = ()
    """What tagged processes owe, checked when they are deployed."""
