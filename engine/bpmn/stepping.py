"""The loop that moves tokens: one atomic step after the other, until nothing can run.

Tokens that arrive are placed before any element runs, so that an event is waited for before a parallel branch throws
it. A step that fails is taken back and its token waits with an incident; all others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.bpmn import delivery
from engine.bpmn.errors import BpmnError, StepFailed
from engine.bpmn.events import IncidentRaised
from engine.bpmn.tree import ACTIVE, Scope, Token
from engine.errors import AmendsError

if TYPE_CHECKING:
    from engine.bpmn.execution import Execution

_FROM_OUTSIDE = frozenset({"timer", "message", "signal", "conditional"})


def run(execution: Execution, limit: int) -> None:
    """Step until nothing can run, at most `limit` elements; then the token whose turn it was gets an incident."""
    while execution.state == "ACTIVE":
        if execution.touched:
            checked(execution, partial(delivery.check_conditions, execution), execution.top.root)
        token = _next(execution)
        if token is None:
            if _settle(execution):
                continue
            _look_for_deadlock(execution)
            return
        if limit <= 0:
            park(token, StepFailed("STEP_BUDGET_EXCEEDED", "too many steps in one command: this may never end"))
            return
        limit -= token._state == TaskState.READY  # each element arrives and runs: it counts once
        _step(token)


def _next(execution: Execution) -> Token | None:
    """The next token that can step; queues may hold some that are gone, have moved on, or have an incident."""
    for queue, state in ((execution.arriving, TaskState.FUTURE), (execution.ready, TaskState.READY)):
        while queue:
            token = queue.popleft()
            if token._state == state and "incident" not in token.internal_data:
                return token
    return None


def _step(token: Token) -> None:
    """Let a token arrive, or run its element."""
    if token._state == TaskState.FUTURE:
        checked(token.execution, partial(token.spec._update, token), token)
        return
    calls_out = token.spec.calls_out and "result" not in token.internal_data
    guard = token.execution.services.atomic() if calls_out else nullcontext()
    checked(token.execution, partial(_guarded, guard, token), token)


def _guarded(guard: AbstractContextManager[None], token: Token) -> None:
    with guard:
        token.run()


def checked(execution: Execution, action: Callable[[], object], token: Token) -> None:
    """Do something wholly or not at all; what fails becomes an error event or an incident of the token."""
    told = len(execution.events)
    try:
        action()
    except BpmnError as error:
        _take_back(execution, told)
        throw(token, error)
    except AmendsError as error:
        _take_back(execution, told)
        park(token, error)
    except BaseException:
        _take_back(execution, told)
        raise
    execution.journal.clear()


def _take_back(execution: Execution, told: int) -> None:
    execution.journal.rollback()
    del execution.events[told:]


def throw(token: Token, error: BpmnError) -> None:
    """An activity ends with a business error: to its handler, else an incident."""
    execution = token.execution
    told = len(execution.events)
    try:
        delivery.error(token, error.error_code, error.message, error.variables, from_activity=True)
    except StepFailed as failed:
        _take_back(execution, told)
        park(token, failed)
    execution.journal.clear()


def park(token: Token, error: AmendsError) -> None:
    """The token waits here until somebody retries it."""
    execution = token.execution
    token.announce()
    reason = error.reason if isinstance(error, StepFailed) else "UNKNOWN"
    token.remember("incident", reason)
    element = token.spec.element
    element_id = token.scope.spec.name if element is None else element.id
    execution.emit(
        IncidentRaised(
            key=token.id,
            element_id=element_id,
            process_id=token.process_id,
            definition_key=token.definition_key,
            code=reason,
            message=error.message,
        )
    )
    execution.journal.clear()


def retry(token: Token) -> None:
    """The cause of an incident may be gone: queue the token again, or repeat what it asks of the outside."""
    execution = token.execution
    checked(execution, partial(token.spec.retry, token), token)
    if "incident" not in token.internal_data:
        execution.moved(token, token._state)
        execution.dirty.add(execution.scopes.get(token.id, token.scope))


def _settle(execution: Execution) -> bool:
    """Nothing can run: look at inclusive joins, then close scopes without tokens. True: something happened."""
    for token in list(execution.joins.values()):
        if "incident" not in token.internal_data and token.spec.try_fire(token):
            execution.journal.clear()
            return True
    while execution.dirty:
        scope = max(execution.dirty, key=lambda s: (s.depth, -s.key))  # always in the same order
        execution.dirty.discard(scope)
        if scope.completed and scope.parent is not None:
            execution.dirty.add(scope.parent.workflow)
        if not scope.completed and scope.root._state == TaskState.STARTED and not busy(scope):
            host = scope.root if scope.parent is None else scope.parent
            checked(execution, partial(_close, scope), host)
            return True
    return False


def busy(scope: Scope) -> bool:
    """Whether a token is left that keeps the scope open; waiting event sub-processes and finished tokens do not."""
    return any(_keeps_open(scope, token) for token in scope.root.below)


def _keeps_open(scope: Scope, token: Token) -> bool:
    if token._state & ACTIVE:
        return not (token._state == TaskState.WAITING and token.spec.name in scope.spec.triggers)
    inner = scope.execution.scopes.get(token.id)
    return inner is not None and busy(inner)  # over, but compensation has begun something in it again


def _close(scope: Scope) -> None:
    """The scope is over: the token of its sub-process goes on, or the instance ends."""
    if scope.spec.ad_hoc is not None and scope.spec.ad_hoc.idle(scope):
        scope.execution.dirty.add(scope)
        return
    scope.put("completed", value=True)
    for token in scope.root.below:
        scope.execution.cancel(token)
    if scope.parent is None:
        scope.execution.end("COMPLETED")
    elif scope.parent.state == TaskState.STARTED:
        scope.parent._ready()


def _look_for_deadlock(execution: Execution) -> None:
    """Nothing can run, nothing waits for anything from outside, and yet the instance is not over: say so."""
    if execution.state != "ACTIVE" or "incident" in execution.top.root.internal_data:
        return
    if any(_hopeful(token) for token in execution.tokens.values()):
        return
    active = [token for token in execution.tokens.values() if token._state & ACTIVE]
    waiting = [token for token in active if token._state == TaskState.WAITING and not token.spec.catches]
    stuck = next(iter([*waiting, *reversed(active), execution.top.root]))
    park(stuck, StepFailed("DEADLOCK", f"nothing can come to {stuck.spec.name} any more: it waits in vain"))


def _hopeful(token: Token) -> bool:
    """Whether somebody outside can still act on the token; an error or escalation only comes from inside."""
    if not token._state & ACTIVE or ("open" not in token.internal_data and "incident" not in token.internal_data):
        return False
    if "wait" not in token.internal_data or "incident" in token.internal_data:
        return True
    waits = token.internal_data["wait"].items()
    return any(token.spec.definitions[int(i)].kind in _FROM_OUTSIDE and "over" not in armed for i, armed in waits)
