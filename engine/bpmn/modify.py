"""Modification: tokens of a running instance are added, moved and taken away by hand.

Whatever is activated stands in a scope: those around it that run are used, those that do not are opened without their
start events, as in Camunda 8. A scope that the modification leaves empty is terminated, and so is, at last, the
instance: nothing goes on from where nobody has finished anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.execution import Execution
from engine.bpmn.specs.repeat import Repeat
from engine.bpmn.specs.sub_process import SubProcess
from engine.bpmn.stepping import busy
from engine.bpmn.tree import ACTIVE, Scope, Token
from engine.bpmn.variables import map_inputs, put, set_local
from engine.errors import Conflict, NotFound, Refused
from engine.types import Json, Key

_NOT_BY_HAND = frozenset({"START_EVENT", "BOUNDARY_EVENT"})


@dataclass(frozen=True, kw_only=True)
class Variables:
    """Variables to be set: in the process, or local to the element or scope `scope_id` that is activated."""

    values: Mapping[str, Json]
    scope_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Activate:
    """Put a token at an element. `ancestor_key`: the element instance (or process instance) that it belongs into,
    needed where several run; `variables` are set before it arrives."""

    element_id: str
    ancestor_key: Key | None = None
    variables: Sequence[Variables] = ()


@dataclass(frozen=True, kw_only=True)
class Terminate:
    """Take tokens away: one by its key, or all that stand at an element."""

    element_instance_key: Key | None = None
    element_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Move:
    """Take tokens away (see `Terminate`) and put one at `target_element_id` for each, in the same scope if it can be.

    `ancestor_key` and `variables` as in `Activate`.
    """

    source: Terminate
    target_element_id: str
    ancestor_key: Key | None = None
    variables: Sequence[Variables] = ()


@dataclass(frozen=True, kw_only=True)
class Modification:
    """All of it happens, or nothing."""

    activate: Sequence[Activate] = field(default=())
    move: Sequence[Move] = field(default=())
    terminate: Sequence[Terminate] = field(default=())


def modify(execution: Execution, wanted: Modification) -> None:
    """Do it; tokens that were put arrive with the next run.

    Raises `NotFound` for elements and element instances that are not there, `Conflict` where it is not clear which
    scope is meant, `Refused` for what cannot be done by hand. After an error throw the execution away.
    """
    leaving = [token for one in wanted.terminate for token in _sources(execution, one)]
    for one in wanted.activate:
        _activate(execution, one, None)
    for move in wanted.move:
        for token in _sources(execution, move.source):
            target = Activate(
                element_id=move.target_element_id, ancestor_key=move.ancestor_key, variables=move.variables
            )
            _activate(execution, target, token)
            leaving.append(token)
    _take_away(execution, leaving)
    execution.journal.clear()


def begin_at(execution: Execution, elements: Iterable[Activate]) -> None:
    """Let a new instance begin at elements instead of its start events. Raises as `modify` does."""
    execution.arriving.clear()
    _open_empty(execution.top)
    for one in elements:
        _activate(execution, one, None)
    execution.journal.clear()


def reset(execution: Execution, element_id: str) -> None:
    """Go back to an element: what runs in its scope ends, and a token stands there again. Raises as `modify` does."""
    wanted = Activate(element_id=element_id)
    leaving = [token for token in _host(execution, wanted, None).root.below if _is_visit(token)]
    _activate(execution, wanted, None)
    _take_away(execution, leaving)
    execution.journal.clear()


# -- taking away


def _sources(execution: Execution, wanted: Terminate) -> list[Token]:
    if wanted.element_instance_key is not None:
        token = execution.tokens.get(wanted.element_instance_key)
        found = [] if token is None or not _is_visit(token) else [token]
    else:
        found = [
            token
            for token in execution.tokens.values()
            if _is_visit(token) and _element_id(token) == wanted.element_id and not _is_repeated(token)
        ]
    if not found:
        what = wanted.element_id or f"element instance {wanted.element_instance_key}"
        raise NotFound(f"{what} is not active")
    return found


def _is_visit(token: Token) -> bool:
    """Whether the token is an element instance, and not a wait on behalf of another one, nor a finished one."""
    return bool(token._state & ACTIVE) and ("on" in token.internal_data or "wait" not in token.internal_data)


def _is_repeated(token: Token) -> bool:
    above = token.above
    return above is not None and isinstance(above.spec, Repeat)


def _element_id(token: Token) -> str:
    return token.spec.name if token.spec.element is None else token.spec.element.id


def _take_away(execution: Execution, tokens: Iterable[Token]) -> None:
    touched: set[Scope] = set()
    for token in tokens:
        if token.id in execution.tokens:
            touched.add(token.scope)
            execution.take_away(token)
    while touched:
        scope = max(touched, key=lambda s: s.depth)
        touched.discard(scope)
        if scope.completed or scope.cancelled or busy(scope):
            continue
        if scope.parent is None:
            execution.cancel_scope(scope)
            execution.end("TERMINATED")
        elif scope.parent.id in execution.tokens:
            touched.add(scope.parent.scope)
            execution.cancel(_whole(scope.parent))


def _whole(token: Token) -> Token:
    """A repeated activity ends as a whole."""
    above = token.above
    return above if above is not None and isinstance(above.spec, Repeat) else token


# -- putting


def _activate(execution: Execution, wanted: Activate, source: Token | None) -> None:
    scope = _host(execution, wanted, source)
    chain = _chain(scope, wanted.element_id)
    opened: list[Token] = []
    for name in chain:
        token = _scope_token(scope, name)
        opened.append(token)
        _locals(token, wanted)
        scope = _open_by_hand(token)
    token = _place(scope, wanted.element_id)
    _locals(token, wanted)
    known = {None, wanted.element_id, *(_element_id(t) for t in opened)}
    for one in wanted.variables:
        if one.scope_id is None:
            _set_global(scope, one.values)
        elif one.scope_id not in known:
            raise Refused(f"{one.scope_id} is not activated by this, so it takes no variables")


def _place(scope: Scope, element_id: str) -> Token:
    node = scope.spec.node(element_id)
    if node.element_type in _NOT_BY_HAND:
        raise Refused(f"{element_id} is a {node.element_type}: no token can be put there by hand")
    if any(scope.spec.node(other).gateway_of_events for other in node._inputs):
        raise Refused(f"{element_id} stands behind an event-based gateway: put the token at the gateway")
    joins = node.gathers and len(node.incoming) > 1
    token = scope.execution.spawn(scope, node, queued=not joins)
    _not_a_trigger(token)
    if joins:  # as if all that it waits for had come
        token.announce()
        token._ready()
    return token


def _scope_token(scope: Scope, name: str) -> Token:
    node = scope.spec.node(name)
    if not isinstance(node, SubProcess):
        raise Refused(f"{name} is repeated, and none of its instances is named as ancestor")
    token = scope.execution.spawn(scope, node, queued=False)
    _not_a_trigger(token)
    return token


def _not_a_trigger(token: Token) -> None:
    """An event sub-process that is entered by hand runs, as if its event had come."""
    if token.spec.name in token.scope.spec.triggers:
        token.remember("fired", 1)
        token.remember("result", {})


def _open_by_hand(token: Token) -> Scope:
    """Let a sub-process run with nothing in it but its event sub-processes."""
    node = token.spec
    assert isinstance(node, SubProcess)  # noqa: S101  # _scope_token has looked
    token.announce()
    map_inputs(token, node.inputs_map)
    node.arm_boundary(token)
    token._set_state(TaskState.STARTED)
    inner = node.open(token)
    _open_empty(inner)
    return inner


def _open_empty(scope: Scope) -> None:
    scope.remember("start", "")  # the name of no start event
    scope.root.spec._update(scope.root)
    scope.execution.journal.pop(scope.memory, "start")


def _locals(token: Token, wanted: Activate) -> None:
    for one in wanted.variables:
        if one.scope_id == _element_id(token):
            for name, value in one.values.items():
                set_local(token, name, value)


def _set_global(scope: Scope, values: Mapping[str, Json]) -> None:
    while scope.parent is not None and not scope.spec.isolated:
        scope = scope.parent.scope
    for name, value in values.items():
        put(scope.execution, (scope.key, scope.data), name, value)


# -- where


def _host(execution: Execution, wanted: Activate, source: Token | None) -> Scope:
    """The innermost running scope that the element is to stand in, or around those that have to be opened for it."""
    hosts = _hosts(execution, wanted.element_id)
    if wanted.ancestor_key is not None:
        hosts = [scope for scope in hosts if wanted.ancestor_key in _keys_around(scope)]
        if not hosts:
            raise NotFound(f"{wanted.element_id} cannot stand in element instance {wanted.ancestor_key}")
    elif source is not None:
        around = {source.scope.key, *_keys_around(source.scope)}
        beside = [scope for scope in hosts if scope.key in around]
        hosts = beside or hosts
    deepest = max(scope.depth for scope in hosts)
    found = [scope for scope in hosts if scope.depth == deepest]
    if len(found) > 1:
        raise Conflict(f"{wanted.element_id} could stand in {len(found)} scopes that run: name the ancestor")
    return found[0]


def _hosts(execution: Execution, element_id: str) -> list[Scope]:
    """The running scopes in which the element stands, directly or further inside."""
    found = [
        scope
        for scope in execution.scopes.values()
        if scope.root._state == TaskState.STARTED and not scope.completed and _inside(scope, element_id)
    ]
    if not found:
        raise NotFound(f"{execution.model.process_id} has no element {element_id} that a token could stand at")
    return found


def _inside(scope: Scope, element_id: str) -> bool:
    element = scope.model.elements.get(element_id)
    while element is not None:
        if element.scope_id == scope.spec.name:
            return True
        element = scope.model.elements.get(element.scope_id) if element.scope_id != element.id else None
    return False


def _chain(scope: Scope, element_id: str) -> list[str]:
    """The sub-processes between a scope and an element in it, outermost first."""
    names: list[str] = []
    at = scope.model.elements[element_id].scope_id
    while at != scope.spec.name:
        names.insert(0, at)
        at = scope.model.elements[at].scope_id
    return names


def _keys_around(scope: Scope) -> set[Key]:
    keys = {scope.key}
    while scope.parent is not None:
        keys |= {scope.parent.id} if scope.parent.above is None else {scope.parent.id, scope.parent.above.id}
        scope = scope.parent.scope
        keys.add(scope.key)
    return keys
