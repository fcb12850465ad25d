"""The state of an instance as bytes, without specs: compact JSON, versioned.

Only what is still needed is in the tree (tree.py), so pruning is not a step of its own. Queues and indexes are rebuilt.
A state names its process by definition key and its nodes by id, and may therefore be loaded on another version.

    {"v": 1, "state", "n": running number, "scopes": [scope, ...]}       outermost first
    scope: [key, scope id, definition key, epoch, flags, data or null, memory, root, tokens]
    token: [key, parent key or 0, node, state, data, memory]             parents first; 0: under the root
    root: [state, memory]; flags: 1 completed, 2 cancelled
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from engine.bpmn.execution import Execution
from engine.bpmn.model import ProcessModel
from engine.bpmn.services import Services
from engine.bpmn.tree import Scope, Token
from engine.errors import Conflict, UnsupportedContent
from engine.types import Key

VERSION = 1


def dump(execution: Execution) -> bytes:
    """The state as bytes; the same state gives the same bytes."""
    scopes = sorted(execution.scopes.values(), key=lambda scope: scope.depth)
    state = {
        "v": VERSION,
        "state": execution.state,
        "n": execution.sequence,
        "scopes": [_scope_out(scope) for scope in scopes],
    }
    return orjson.dumps(state)


def _scope_out(scope: Scope) -> list[object]:
    own = scope.parent is None or scope.spec.isolated
    return [
        scope.key,
        scope.spec.name,
        scope.model.definition_key,
        scope.epoch,
        scope.completed + 2 * scope.cancelled,
        scope.data if own else None,
        scope.memory,
        [scope.root._state, scope.root.internal_data],
        [_token_out(token) for token in scope.tokens()],
    ]


def _token_out(token: Token) -> list[object]:
    above = token.above
    return [token.id, 0 if above is None else above.id, token.spec.name, token._state, token.data, token.internal_data]


def load(state: bytes, *, key: Key, models: Callable[[Key], ProcessModel], services: Services) -> Execution:
    """The execution that was dumped. Raises `UnsupportedContent` or `Conflict`."""
    try:
        saved = orjson.loads(state)
    except orjson.JSONDecodeError as error:
        raise UnsupportedContent("the saved state is damaged") from error
    if not isinstance(saved, dict) or saved.get("v") != VERSION:
        raise UnsupportedContent("the saved state has a format that this version does not know")
    first, *others = saved["scopes"]
    execution = Execution(key, models(first[2]), services)
    execution.state, execution.sequence = saved["state"], saved["n"]
    _scope_in(execution.top, first)
    for row in others:
        parent = execution.tokens[row[0]]
        model = parent.scope.model if row[5] is None else models(row[2])
        spec = model.scopes.get(row[1])
        if spec is None:
            raise Conflict(f"{model.process_id} has no sub-process {row[1]}, and one is running")
        _scope_in(execution.add_scope(Scope(spec, execution, parent, model)), row)
    execution.journal.clear()
    return execution


def _scope_in(scope: Scope, row: list[Any]) -> None:
    _, _, _, epoch, flags, data, memory, root, tokens = row
    scope.epoch, scope.completed, scope.cancelled, scope.memory = epoch, bool(flags & 1), bool(flags & 2), memory
    if data is not None:
        scope.data.update(data)
    execution = scope.execution
    scope.root._state, scope.root.internal_data = root
    if "incident" not in scope.root.internal_data:
        execution.moved(scope.root, scope.root._state)
    execution.dirty.add(scope)
    for key, parent, node, state, local, inner in tokens:
        spec = scope.spec.task_specs.get(node)
        if spec is None:
            raise Conflict(f"{scope.model.process_id} has no element {node}, and a token is there")
        token = Token(scope, spec, scope.tasks[parent] if parent else scope.root, state, key)
        token.data, token.internal_data = local, inner
        execution.tokens[key] = token
        execution.moved(token, state)
