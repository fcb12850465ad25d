"""Migration: the state of a running instance on another version of its process.

A state names its nodes by id and holds no specs, so migrating is loading it on other specs, after a look at every
token: what stands where the new version has nothing to stand on is refused, with all reasons at once. Waits keep
their due times, message names and correlation keys. Boundary events, event sub-processes and events behind a gateway
that are new begin to wait; those that are gone wait no more; those that have fired already do not come back. Open
tasks and jobs are told what the new version says of them (see `renewing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

import orjson
from SpiffWorkflow.util.task import TaskState

from engine.bpmn import codec
from engine.bpmn.events import TimerArmed, WaitEnded
from engine.bpmn.execution import Execution
from engine.bpmn.model import ProcessModel
from engine.bpmn.renewing import Renewal, renewals
from engine.bpmn.settling import added_waits
from engine.bpmn.specs.catching import Boundary, Catching
from engine.bpmn.specs.gateways import Parallel
from engine.bpmn.specs.multi_instance import MultiInstance
from engine.bpmn.specs.node import Node
from engine.bpmn.tree import ACTIVE, Scope, Token
from engine.errors import Finding, MigrationRefused
from engine.types import Json, Key

ChangeKind: TypeAlias = Literal["STAYS", "MOVES", "RENEWED", "WAIT_KEPT", "WAIT_ADDED", "WAIT_REMOVED"]
_EACH = "#each"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What migration does with one element instance, or with one wait; `due` (UTC) where the wait is a timer.

    `source_element_id` is None for a wait that is added, `target_element_id` for one that is removed. `renewed` holds
    what an open task or job is told anew (`RENEWED`), by the names of `UserTaskCreated` and `JobCreated`.
    """

    kind: ChangeKind
    element_instance_key: Key
    source_element_id: str | None
    target_element_id: str | None
    due: datetime | None = None
    renewed: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an element instance stands after the migration; `waits_as` is the id that its timers are shown under."""

    key: Key
    element_id: str
    element_name: str | None
    waits_as: str
    process_id: str
    definition_key: Key


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """The migrated state, ready for `Instance`; what changes, where everything stands now, and what open tasks and
    jobs are told differently."""

    execution: Execution
    changes: tuple[Change, ...]
    places: tuple[Place, ...]
    renewals: tuple[Renewal, ...]


@dataclass(kw_only=True)
class _Look:
    """What was found while looking at every token: new names, waits to drop, reasons to refuse."""

    mapping: Mapping[str, str]
    names: dict[Key, str] = field(default_factory=dict)
    scopes: dict[Key, tuple[str, Key]] = field(default_factory=dict)
    dropped: set[Key] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def name(self, old: str) -> str:
        """The name in the new version of a node, sub-process or flow."""
        base = old.removesuffix(_EACH)
        return self.mapping.get(base, base) + old[len(base) :]

    def refuse(self, rule: str, element_id: str, message: str, cure: str) -> None:
        """Note a reason."""
        finding = Finding(rule=rule, message=message, cure=cure, element_id=element_id)
        if finding not in self.findings:
            self.findings.append(finding)


def migrate(old: Execution, targets: Mapping[Key, ProcessModel], mapping: Mapping[str, str]) -> Migrated:
    """The state of `old`, which stays as it is, with each process in `targets` (by definition key) replaced.

    `mapping` names elements (and sequence flows into joins) whose ids differ: old id -> new id. Raises
    `MigrationRefused` with a finding for every reason; a wait that is new and cannot begin is one.
    """
    look = _Look(mapping=mapping)
    _check_mapping(old, targets, look)
    for scope in sorted(old.scopes.values(), key=lambda s: s.depth):
        _look_at_scope(scope, targets, look)
    if look.findings:
        raise MigrationRefused(findings=look.findings)
    models = {scope.model.definition_key: scope.model for scope in old.scopes.values()}
    models |= {model.definition_key: model for model in targets.values()}
    new = codec.load(_translated(old, look), key=old.key, models=models.__getitem__, services=old.services)
    for token in new.tokens.values():
        _look_at_join(token, old, look)
    if look.findings:
        raise MigrationRefused(findings=look.findings)
    for key in sorted(look.dropped):
        new.emit(WaitEnded(key=key))
    moved = [scope for scope in new.scopes.values() if scope.key in look.scopes]
    for token in added_waits(old, moved, look.name, look.dropped):
        look.changes.append(_added(token, new))
    told = tuple(renewals(old, moved))
    new.journal.clear()
    return Migrated(execution=new, changes=tuple(look.changes), places=tuple(_places(moved)), renewals=told)


# -- looking


def _check_mapping(old: Execution, targets: Mapping[Key, ProcessModel], look: _Look) -> None:
    sources = _ids(scope.model for scope in old.scopes.values())
    wanted = _ids(targets.values())
    for source, target in look.mapping.items():
        if source not in sources:
            look.refuse("unknown-source", source, f"{source} is no element of the present version", "Leave it out.")
        if target not in wanted:
            look.refuse("unknown-target", source, f"{target} is no element of the new version", "Correct the mapping.")


def _ids(models: Iterable[ProcessModel]) -> set[str]:
    found: set[str] = set()
    for model in models:
        found |= set(model.elements)
        found |= {flow.id for spec in model.scopes.values() for node in spec.task_specs.values() for flow in node.flows}
    return found


def _look_at_scope(scope: Scope, targets: Mapping[Key, ProcessModel], look: _Look) -> None:
    model = targets.get(scope.model.definition_key)
    if model is None:  # a called process that stays as it is
        return
    name = model.process_id if scope.spec.isolated else look.name(scope.spec.name)
    spec = model.scopes.get(name)
    if spec is None:  # told at the token of the sub-process
        return
    look.scopes[scope.key] = (name, model.definition_key)
    for token in scope.tokens():
        _look_at_token(token, spec.task_specs.get(look.name(token.spec.name)), model, look)
    for record in scope.memory.get("done", ()):
        node = spec.task_specs.get(look.name(record["node"]))
        if node is None or (not record["in"] and node.compensation is None):
            text = f"{record['node']} has been completed and could not be compensated any more"
            look.refuse("compensation", record["node"], text, "Map it to an element with a compensation handler.")


def _look_at_token(token: Token, node: Node | None, model: ProcessModel, look: _Look) -> None:
    old = token.spec
    if _waits_for_another(token):
        if node is None or not _same_wait(token, node, look):
            look.dropped.add(token.id)
            look.changes.append(_change("WAIT_REMOVED", token, None))
            return
    elif node is None:
        _missing(token, model, look)
        return
    elif (reason := _unlike(token, node, look)) is not None:
        look.refuse(*reason)
        return
    look.names[token.id] = node.name
    if not token._state & ACTIVE:
        return
    if old.catches and "wait" in token.internal_data:
        look.changes.append(_change("WAIT_KEPT", token, node.waits_as))
    elif old.element is not None and node.element is not None:
        same = old.element.id == node.element.id
        look.changes.append(_change("STAYS" if same else "MOVES", token, node.element.id))


def _missing(token: Token, model: ProcessModel, look: _Look) -> None:
    element_id = look.name(token.spec.name).removesuffix(_EACH)
    at = token.spec.name.removesuffix(_EACH)
    found = model.elements.get(element_id)
    if found is None:
        text = f"{at} is where the instance stands, and the new version has no {element_id}"
        look.refuse("element-missing", at, text, "Map it to an element of the new version, or move the token first.")
    elif token.spec.name.endswith(_EACH):
        look.refuse("repetition-changed", at, f"{at} is repeated, and {element_id} is not", "Wait until it is over.")
    else:
        text = f"{element_id} stands in {found.scope_id}, and {at} runs in another scope"
        look.refuse("scope-changed", at, text, "Map it to an element of the same scope, or move the token first.")


def _waits_for_another(token: Token) -> bool:
    """Whether the token is a wait on behalf of an activity, a scope or a gateway, and no element instance yet."""
    above = token.above
    return "wait" in token.internal_data and (
        isinstance(token.spec, Boundary)
        or token.spec.name in token.scope.spec.triggers
        or (above is not None and above.spec.gateway_of_events)
    )


def _same_wait(token: Token, node: Node, look: _Look) -> bool:
    """Whether the wait goes on: for the same kind of event, on behalf of the same activity, scope or gateway."""
    old, above = token.spec, token.above
    if not isinstance(old, Catching) or not isinstance(node, Catching) or not _alike(old, node):
        return False
    if above is None:
        return node.name in node.process.triggers
    host = node.process.task_specs.get(look.name(above.spec.name))
    return host is not None and node.name in {*host.boundary, *(flow.target for flow in host.flows)}


def _alike(old: Catching, new: Catching) -> bool:
    return old.parallel == new.parallel and [d.kind for d in old.definitions] == [d.kind for d in new.definitions]


def _unlike(token: Token, node: Node, look: _Look) -> tuple[str, str, str, str] | None:
    """Why the token cannot stand at this node: rule, element, message, cure."""
    old, at = token.spec, token.spec.name.removesuffix(_EACH)
    if type(old) is not type(node) or old.element_type != node.element_type:
        text = f"{at} is a {_kind(old)}, and {node.name.removesuffix(_EACH)} is a {_kind(node)}"
        return "type-changed", at, text, "Map it to an element of the same type, or move the token first."
    if isinstance(old, Catching) and isinstance(node, Catching) and not _alike(old, node):
        return "event-changed", at, f"{at} waits for another kind of event in the new version", "Move the token first."
    if isinstance(old, MultiInstance) and isinstance(node, MultiInstance) and old.sequential != node.sequential:
        text = f"{at} runs its instances in another way in the new version: in parallel, or one after the other"
        return "repetition-changed", at, text, "Wait until it is over."
    flow = token.internal_data.get("flow")
    if flow is not None and old.gathers and token.state == TaskState.WAITING and look.name(flow) not in node.incoming:
        text = f"a token waits at {at} that came along {flow}, and the new version has no such flow"
        return "flow-missing", at, text, "Map the flow to one of the new version."
    return None


def _look_at_join(token: Token, old: Execution, look: _Look) -> None:
    """A parallel join may get a further input while a token waits there, as long as one can still come along it."""
    node = token.spec
    if not isinstance(node, Parallel) or token._state != TaskState.WAITING or token.scope.key not in look.scopes:
        return
    had = {look.name(flow) for flow in old.tokens[token.id].spec.incoming}
    there = {flow for flow, tokens in node.waiting(token).items() if tokens}
    others = [other for other in token.scope.root.below if other.spec is not node and other._state & ACTIVE]
    for flow in set(node.incoming) - had - there:
        if not any(flow in node.reached_from(other.spec.name) for other in others):
            text = f"{node.name} waits for {flow} in the new version, and no token can come along it any more"
            look.refuse("join-input-added", node.name, text, "Move the token that waits to the join's successor first.")


def _kind(node: Node) -> str:
    return node.element_type or type(node).__name__


def _change(kind: ChangeKind, token: Token, target: str | None) -> Change:
    waits = "wait" in token.internal_data
    source = token.spec.waits_as if waits or token.spec.element is None else token.spec.element.id
    return Change(
        kind=kind, element_instance_key=token.id, source_element_id=source, target_element_id=target, due=_due(token)
    )


def _due(token: Token) -> datetime | None:
    waits = token.internal_data.get("wait", {}).values()
    dues = [datetime.fromisoformat(armed["due"]) for armed in waits if "due" in armed]
    return min(dues, default=None)


def _added(token: Token, new: Execution) -> Change:
    due = min((e.due for e in new.events if isinstance(e, TimerArmed) and e.key == token.id), default=None)
    return Change(
        kind="WAIT_ADDED",
        element_instance_key=token.id,
        source_element_id=None,
        target_element_id=token.spec.waits_as,
        due=due,
    )


# -- translating


def _translated(old: Execution, look: _Look) -> bytes:
    """The saved state with the names of the new version."""
    saved = orjson.loads(codec.dump(old))
    for row in saved["scopes"]:
        if row[0] not in look.scopes:
            continue
        row[1], row[2] = look.scopes[row[0]]
        row[6] = _memory(row[6], look)
        row[8] = [_token(token, look) for token in row[8] if token[0] not in look.dropped]
    return orjson.dumps(saved)


def _token(row: list[Any], look: _Look) -> list[Any]:
    key, parent, _, state, data, inner = row
    for name, rename in _NAMED.items():
        if name in inner:
            inner[name] = rename(inner[name], look.name)
    return [key, parent, look.names[key], state, data, inner]


def _memory(memory: dict[str, Any], look: _Look) -> dict[str, Any]:
    for name, rename in _REMEMBERED.items():
        if name in memory:
            memory[name] = rename(memory[name], look.name)
    return memory


_Rename: TypeAlias = Callable[[Any, Callable[[str], str]], Any]
_NAMED: Mapping[str, _Rename] = {
    "flow": lambda flow, name: name(flow),
    "started": lambda node, name: name(node),
    "chosen": lambda chosen, name: [name(chosen[0]), chosen[1]],
    "plan": lambda plan, name: [[scope, name(handler)] for scope, handler in plan],
}
"""What tokens remember that names elements or flows."""
_REMEMBERED: Mapping[str, _Rename] = {
    "start": lambda node, name: name(node),
    "left": lambda nodes, name: [name(node) for node in nodes],
    "rounds": lambda rounds, name: {name(node): of for node, of in rounds.items()},
    "done": lambda records, name: [{**record, "node": name(record["node"])} for record in records],
}
"""What scopes remember."""


def _places(scopes: Iterable[Scope]) -> Iterable[Place]:
    for scope in scopes:
        for token in scope.tokens():
            element = token.spec.element
            yield Place(
                key=token.id,
                element_id=token.spec.name if element is None else element.id,
                element_name=None if element is None else element.name,
                waits_as=token.spec.waits_as,
                process_id=scope.model.process_id,
                definition_key=scope.model.definition_key,
            )
