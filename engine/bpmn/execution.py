"""A process instance in memory: its scopes and tokens, what is queued, what waits, what happened.

Specs work on this; commands from outside come through `Instance`. Stepping stands in `stepping.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.compensation import Compensation
from engine.bpmn.events import ElementTerminated, Event, IncidentResolved, InstanceEnded, State
from engine.bpmn.journal import Journal
from engine.bpmn.model import ProcessModel
from engine.bpmn.services import Services
from engine.bpmn.specs.node import Node
from engine.bpmn.tree import Scope, Token
from engine.types import Key


class Execution:
    """The state of one instance. All changes go through the journal, so that a failing step leaves no trace.

    `arriving` and `ready` may hold tokens that have since gone elsewhere: whoever takes one out looks at its state.
    """

    def __init__(self, key: Key, model: ProcessModel, services: Services) -> None:
        self.key, self.model, self.services = key, model, services
        self.state: State = "ACTIVE"
        self.journal = Journal()
        self.events: list[Event] = []
        self.sequence = 0
        self.tokens: dict[Key, Token] = {}
        self.scopes: dict[Key, Scope] = {}
        self.arriving: deque[Token] = deque()
        self.ready: deque[Token] = deque()
        self.waiting: dict[Key, Token] = {}
        self.joins: dict[Key, Token] = {}
        self._gathered: dict[tuple[Key, str], dict[str, dict[Key, Token]]] = {}
        self.dirty: set[Scope] = set()
        self.touched = False
        self.context: Mapping[str, object] = services.context()
        self.compensation = Compensation(self)
        self.top = self.add_scope(Scope(model.scopes[model.process_id], self, None, model))

    def bind(self, services: Services) -> None:
        """Use the services of another command."""
        self.services, self.context = services, services.context()

    def emit(self, event: Event) -> None:
        """Tell the caller what happened."""
        self.events.append(event)

    def next_number(self) -> int:
        """A running number within the instance."""
        self.sequence += 1
        return self.sequence

    # -- tokens

    def moved(self, token: Token, state: int) -> None:
        """Keep queues and indexes in step with a token's state; called for every change, also when it is undone."""
        key, spec = token.id, token.task_spec
        if state == TaskState.READY:
            self.ready.append(token)
        elif state == TaskState.FUTURE:
            self.arriving.append(token)
        waits = state == TaskState.WAITING
        for wanted, index in ((spec.catches, self.waiting), (spec.joins, self.joins)):
            if wanted:
                if waits:
                    index[key] = token
                else:
                    index.pop(key, None)
        if spec.gathers or spec.start_quantity > 1:
            self._gather(token, waits=waits)

    def _gather(self, token: Token, *, waits: bool) -> None:
        at, flow = (token.workflow.key, token.task_spec.name), token.internal_data.get("flow", "")
        here = self._gathered.setdefault(at, {})
        if waits:
            here.setdefault(flow, {})[token.id] = token
        elif token.id in here.get(flow, ()):
            del here[flow][token.id]
            if not here[flow]:
                del here[flow]
        if not here:
            del self._gathered[at]

    def gathered(self, token: Token) -> Mapping[str, Mapping[Key, Token]]:
        """The tokens that wait at the same node of the same scope, by the flow they came along, oldest first."""
        return self._gathered.get((token.workflow.key, token.task_spec.name), {})

    def spawn(self, scope: Scope, spec: Node, *, parent: Token | None = None, queued: bool = True) -> Token:
        """A new token at a node, under the root of the scope or under `parent`; it arrives in a step of its own.

        With `queued=False` the caller lets it arrive at once, as part of its own step.
        """
        token = Token(scope, spec, parent or scope.root, TaskState.FUTURE, self.services.new_key())
        self.tokens[token.id] = token
        self.journal.note(self._forget, token)
        if queued:
            self.arriving.append(token)
        return token

    def _forget(self, token: Token) -> None:
        token._state = TaskState.CANCELLED
        self.moved(token, TaskState.CANCELLED)
        token.detach()
        self.tokens.pop(token.id, None)

    def remove(self, token: Token) -> None:
        """Take a token that is done out of the tree."""
        parent = token.parent
        if parent is None:
            return
        token.detach()
        self.journal.note(token.attach, parent)
        self.journal.pop(self.tokens, token.id)
        self.dirty.add(token.workflow)
        inner = self.scopes.get(token.id)
        if inner is not None:
            self.drop_scope(inner)

    def cancel(self, token: Token) -> None:
        """Terminate a token with all that belongs to it or runs inside it."""
        if not token._state & (TaskState.FUTURE | TaskState.WAITING | TaskState.READY | TaskState.STARTED):
            return
        token._set_state(TaskState.CANCELLED)
        for other in token.below:
            self.cancel(other)
        inner = self.scopes.get(token.id)
        if inner is not None and not inner.completed:
            self.cancel_scope(inner)
        token.close()
        if "incident" in token.internal_data:
            self.emit(IncidentResolved(key=token.id))
        if "on" in token.internal_data:
            self.emit(ElementTerminated(key=token.id, at=self.services.now()))
        token.task_spec.cancelled(token)
        self.remove(token)

    def take_away(self, token: Token) -> None:
        """Terminate one token, and let go on what waits for it: a repeated activity, or compensation."""
        above = token.above
        self.cancel(token)
        if above is not None:
            above.spec.child_gone(above, token)
        if "compensates" in token.internal_data:
            self.compensation.handler_done(token)

    # -- scopes

    def add_scope(self, scope: Scope) -> Scope:
        """Take a new scope in."""
        self.journal.set(self.scopes, scope.key, scope)
        return scope

    def drop_scope(self, scope: Scope) -> None:
        """Forget a scope, and the finished ones kept in it for compensation."""
        self.journal.pop(self.scopes, scope.key)
        for token in scope.tokens():
            self.journal.pop(self.tokens, token.id)
            inner = self.scopes.get(token.id)
            if inner is not None:
                self.drop_scope(inner)

    def cancel_scope(self, scope: Scope) -> None:
        """Terminate everything in a scope."""
        scope.put("cancelled", value=True)
        scope.put("completed", value=True)
        self.clear_scope(scope)

    def clear_scope(self, scope: Scope, *, but: Token | None = None) -> None:
        """Terminate the tokens of a scope; no token leaves an element that is just completing."""
        scope.put("epoch", scope.epoch + 1)
        for token in scope.tokens():
            if token is not but:
                self.cancel(token)
                inner = self.scopes.get(token.id)
                if inner is not None and token._state == TaskState.COMPLETED:  # kept for compensation
                    self.clear_scope(inner)
        self.dirty.add(scope)

    def end(self, state: State) -> None:
        """The instance is over."""
        self.journal.attribute(self, "state", state)
        self.emit(InstanceEnded(state=state, at=self.services.now()))
