"""An instance that the running command has locked, with its live state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.bpmn import Instance, ProcessModel
from engine.processes.outside import Outside
from engine.types import Json, Key


@dataclass(kw_only=True)
class Live:
    """A live instance and the processes that its elements belong to, by process id."""

    instance: Instance
    models: dict[str, ProcessModel] = field(default_factory=dict)


@dataclass(kw_only=True)
class Opened:
    """The locked row and the live instance of one command. `rev` rises with each change."""

    key: Key
    definition_key: Key
    process_id: str
    version: int
    business_id: str | None
    rev: int
    live: Live
    outside: Outside
    state: str = "ACTIVE"
    new: bool = False


Command: TypeAlias = Callable[[Instance], object]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command on one instance.

    `completes` is the element instance whose task or job it completes, `throws` the one whose job it ends with an
    error, `fired` the rows of the timers that it fires; `expected_rev` is the revision that the caller insists on.
    """

    command: Command
    completes: Key | None = None
    throws: Key | None = None
    fired: tuple[Key, ...] = ()
    expected_rev: int | None = None


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What starts an instance: which start event of which version, by what, with which variables."""

    definition_key: Key
    element_id: str
    kind: str
    variables: Mapping[str, Json] = field(default_factory=dict)
