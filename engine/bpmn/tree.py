"""The token tree: SpiffWorkflow's tasks and workflows, without prediction, with undo and integer keys.

It holds only what is still needed. A token that has moved on is removed; its successors hang directly under the root of
their scope. Children of another token are: waiting boundary events of an activity, the instances of a repeated
activity, and the events behind an event-based gateway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.bpmn.events import ElementActivated, ElementCompleted, WaitEnded
from engine.types import Json, Key

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution
    from engine.bpmn.model import ProcessModel
    from engine.bpmn.specs.node import Node
    from engine.bpmn.specs.process import ProcessSpec

ACTIVE = TaskState.FUTURE | TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Token(Task):  # type: ignore[misc]  # SpiffWorkflow carries no types
    """A token at a node. `id` is the element instance key; `data` are its local variables.

    `internal_data` is its memory and holds JSON only. Keys in use: on (activation told), open (somebody outside has to
    act), result (variables that came from outside), incident, flow (at joins), wait and seen (armed events), fired,
    started (what started the instance), compensates, and those of repeated activities.
    """

    id: Key
    workflow: Scope
    task_spec: Node
    _state: int
    data: dict[str, Json]
    internal_data: dict[str, Any]

    def __init__(self, scope: Scope, spec: Node, parent: Token | None, state: int, key: Key) -> None:
        super().__init__(scope, spec, parent, state=state, id=key)
        # A dictionary: a token leaves a scope of thousands without a search through a list.
        self._children: dict[Key, None] = {}

    @property
    def scope(self) -> Scope:
        """The process or sub-process that the token is in."""
        return self.workflow

    @property
    def execution(self) -> Execution:
        """The instance that the token belongs to."""
        return self.workflow.execution

    @property
    def process_id(self) -> str:
        """The process, called or not, that the token is in."""
        return self.workflow.model.process_id

    @property
    def definition_key(self) -> Key:
        """The version of that process."""
        return self.workflow.model.definition_key

    @property
    def spec(self) -> Node:
        """The node that the token is at."""
        return self.task_spec

    @property
    def above(self) -> Token | None:
        """The token that this one belongs to; None under the root of a scope."""
        parent = self.workflow.tasks.get(self._parent)
        return parent if parent is not self.workflow.task_tree else None

    @property
    def below(self) -> list[Token]:
        """The tokens that belong to this one."""
        tasks = self.workflow.tasks
        return [tasks[key] for key in self._children]

    def _child_added_notify(self, child: Token) -> None:
        self._children[child.id] = None

    def _set_state(self, value: int) -> None:
        """Without SpiffWorkflow's log records: building them costs more than the step."""
        execution = self.workflow.execution
        execution.journal.note(self._back_to, self._state)
        self._state = value
        execution.moved(self, value)

    def _back_to(self, state: int) -> None:
        self._state = state
        self.workflow.execution.moved(self, state)

    def attach(self, parent: Token) -> None:
        """Put the token into the tree (again)."""
        self.workflow.tasks[self.id] = self
        parent._children[self.id] = None

    def detach(self) -> None:
        """Take the token out of the tree."""
        parent = self.workflow.tasks.get(self._parent)
        if parent is not None:
            parent._children.pop(self.id, None)
        self.workflow.tasks.pop(self.id, None)

    def remember(self, name: str, value: object) -> None:
        """Keep a JSON value with the token."""
        self.workflow.execution.journal.set(self.internal_data, name, value)

    def forget(self, name: str) -> None:
        """Drop what was remembered under this name."""
        self.workflow.execution.journal.pop(self.internal_data, name)

    def announce(self) -> None:
        """Tell, once, that the element is activated."""
        element = self.task_spec.element
        if element is None or "on" in self.internal_data:
            return
        self.remember("on", 1)
        execution, above = self.execution, self.above
        execution.emit(
            ElementActivated(
                key=self.id,
                element_id=element.id,
                process_id=element.process_id,
                definition_key=self.definition_key,
                element_type=self.task_spec.element_type,
                scope_key=self.workflow.key if above is None else above.id,
                at=execution.services.now(),
            )
        )

    def completed(self) -> None:
        """Tell that the element is done."""
        self.close()
        if "on" in self.internal_data:
            self.execution.emit(ElementCompleted(key=self.id, at=self.execution.services.now()))

    def open(self) -> None:
        """Something outside has been asked to act on this token."""
        self.remember("open", 1)

    def close(self) -> None:
        """Whatever was asked outside is over."""
        if "open" in self.internal_data:
            self.forget("open")
            self.execution.emit(WaitEnded(key=self.id))


class Scope(Workflow):  # type: ignore[misc]  # SpiffWorkflow carries no types
    """A running process or sub-process. `key` is that of its element instance (or of the process instance).

    `data` are its variables; an embedded sub-process shares them with the local variables of its token. `epoch` grows
    when the scope is interrupted. `memory` holds JSON.
    """

    def __init__(self, spec: ProcessSpec, execution: Execution, parent: Token | None, model: ProcessModel) -> None:
        super().__init__(spec, deserializing=True)
        self.spec: ProcessSpec
        self.execution, self.parent, self.model = execution, parent, model
        self.key: Key = execution.key if parent is None else parent.id
        self.tasks: dict[Key, Token]
        self.completed = False
        self.cancelled = False
        self.epoch = 0
        self.depth: int = 0 if parent is None else parent.workflow.depth + 1
        self.memory: dict[str, Any] = {}
        self.data: dict[str, Json] = {} if parent is None or spec.isolated else parent.data
        self.task_tree = Token(self, spec.start, None, TaskState.FUTURE, self.key)

    @property
    def root(self) -> Token:
        """The token under which the others stand."""
        return self.task_tree

    def tokens(self) -> list[Token]:
        """All tokens but the root."""
        root = self.task_tree
        return [token for token in self.tasks.values() if token is not root]

    def put(self, name: str, value: object) -> None:
        """Set an attribute, with undo."""
        self.execution.journal.attribute(self, name, value)

    def remember(self, name: str, value: object) -> None:
        """Keep a JSON value with the scope."""
        self.execution.journal.set(self.memory, name, value)

    def forget(self, name: str) -> None:
        """Drop what was remembered under this name."""
        self.execution.journal.pop(self.memory, name)
