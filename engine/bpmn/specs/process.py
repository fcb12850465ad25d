"""The inside of a process or sub-process: its nodes, and how a token starts in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.specs.node import Node

if TYPE_CHECKING:
    from engine.bpmn.specs.ad_hoc import AdHoc
    from engine.bpmn.tree import Scope, Token


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A node at which a scope may start; `triggered`: only when the event that it names has come."""

    node: str
    triggered: bool


class Root(Node):
    """Where the token tree of a scope begins. It stays while the scope runs."""

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.STARTED)
        self.process.open(token.scope)
        return False


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]  # SpiffWorkflow carries no types
    """The nodes of one scope, without SpiffWorkflow's end nodes: a scope is over when no token is left in it.

    `isolated`: a process, whose variables end at its border. `triggers` are its event sub-processes,
    `compensation_handler` the one that compensates it as a whole. `by_event`: an event sub-process, which is
    entered through its start event whatever trigger that has. `compensable`: something in it can be compensated.
    """

    def __init__(self, name: str, *, isolated: bool, file: str, by_event: bool = False) -> None:
        WorkflowSpec.__init__(self, name=name, filename=file)
        self.isolated, self.by_event = isolated, by_event
        self.entries: list[Entry] = []
        self.triggers: list[str] = []
        self.compensation_handler: str | None = None
        self.compensable = False
        self.ad_hoc: AdHoc | None = None
        self.start: Root = Root(self, "#root")

    def node(self, name: str) -> Node:
        """A node of this scope."""
        return self.task_specs[name]  # type: ignore[no-any-return]  # SpiffWorkflow carries no types

    def open(self, scope: Scope) -> None:
        """Let event sub-processes wait and put tokens where the scope starts, or where `memory["start"]` says."""
        execution, start = scope.execution, scope.memory.get("start")
        for name in self.triggers:
            waiting = execution.spawn(scope, self.node(name), queued=False)
            waiting.spec._update(waiting)
        for entry in self._chosen(start):
            token = execution.spawn(scope, self.node(entry.node))
            if start is not None:
                token.remember("started", start)
                if entry.node == start and "brought" in scope.memory:
                    token.remember("result", scope.memory["brought"])
                    scope.forget("brought")
        execution.dirty.add(scope)

    def _chosen(self, start: str | None) -> list[Entry]:
        if start is not None:
            return [e for e in self.entries if self.begins_at(e, start)]
        if self.ad_hoc is not None:
            return self.ad_hoc.first(self.entries)
        return [e for e in self.entries if self.by_event or not e.triggered]

    def begins_at(self, entry: Entry, start: str) -> bool:
        """Whether an entry is meant by the id of a start event, or of an event behind an instantiating gateway."""
        return entry.node == start or (entry.triggered and start in self.node(entry.node)._outputs)
