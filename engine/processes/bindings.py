"""Which version of a called process, decision or form is meant, where a diagram does not say the latest one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import orjson
from sqlalchemy import exists, select

from engine.bpmn import Binding, Reference
from engine.dmn import version_tags
from engine.errors import Finding, NotFound
from engine.store.deployment import DecisionDefinition, Deployment, FormDefinition, ProcessDefinition
from engine.store.unit_of_work import UnitOfWork
from engine.types import Key

if TYPE_CHECKING:
    from engine.processes.catalogue import Definition, Latest
    from engine.processes.drafts import Draft

BoundKind: TypeAlias = Literal["process", "decision", "form"]
_TABLES: dict[BoundKind, Any] = {
    "process": (ProcessDefinition, ProcessDefinition.process_id),
    "decision": (DecisionDefinition, DecisionDefinition.decision_id),
    "form": (FormDefinition, FormDefinition.form_id),
}


def find_bound(uow: UnitOfWork, kind: BoundKind, name: str, binding: Binding, caller: Key) -> Key:
    """The definition key that `binding` means in a diagram deployed as `caller`. Raises `NotFound`.

    What was deployed together is what was the latest right after that deployment: a file that had not changed kept
    its version then.
    """
    table, column = _TABLES[kind]
    wanted = select(table.key).where(column == name).order_by(table.version.desc()).limit(1)
    if binding.kind == "versionTag":
        wanted = wanted.where(table.version_tag == binding.tag)
    else:
        number = (
            select(Deployment.number)
            .join(ProcessDefinition, ProcessDefinition.deployment_key == Deployment.key)
            .where(ProcessDefinition.key == caller)
            .scalar_subquery()
        )
        wanted = wanted.join(Deployment, Deployment.key == table.deployment_key).where(Deployment.number <= number)
    key = uow.session.scalar(wanted)
    if key is None:
        which = f"with the version tag {binding.tag!r}" if binding.kind == "versionTag" else "of the same deployment"
        raise NotFound(f"There is no {kind} {name!r} {which}.")
    return int(key)


def tags_of(draft: Draft) -> Mapping[tuple[BoundKind, str], str | None]:
    """What a resource defines, with the version tag that it gives to each."""
    if draft.kind == "bpmn":
        return {("process", process.process_id): process.version_tag for process in draft.processes}
    if draft.kind == "dmn":
        tags = version_tags(draft.resource.name, draft.resource.content)
        return {("decision", decision_id): tags.get(decision_id) for decision_id in draft.decisions}
    if draft.form_id is None:
        return {}
    tag = orjson.loads(draft.resource.content).get("versionTag")
    return {("form", draft.form_id): tag if isinstance(tag, str) and tag else None}


def check_bindings(uow: UnitOfWork, drafts: Sequence[Draft]) -> list[Finding]:
    """A finding for each reference that is bound to a version which there is not."""
    tags: dict[tuple[BoundKind, str], str | None] = {}
    for draft in drafts:
        tags |= tags_of(draft)
    found: list[Finding] = []
    for draft in drafts:
        for reference in _bound(draft):
            cure = _lacks(uow, reference, tags)
            if cure is not None:
                found.append(_finding(reference, draft.resource.name, cure))
    return found


def _bound(draft: Draft) -> Iterable[Reference]:
    found = (reference for process in draft.processes for reference in process.references)
    return (reference for reference in found if reference.binding.kind != "latest")


def _lacks(uow: UnitOfWork, reference: Reference, tags: Mapping[tuple[BoundKind, str], str | None]) -> str | None:
    """What to do where the version that is meant is neither in this deployment nor, by its tag, in an earlier one."""
    kind, tag = _kind(reference), reference.binding.tag
    if reference.binding.kind == "deployment":
        return None if (kind, reference.name) in tags else f"Deploy the {kind} together with the diagram."
    if tags.get((kind, reference.name)) == tag:
        return None
    table, column = _TABLES[kind]
    known = uow.session.scalar(select(exists().where(column == reference.name, table.version_tag == tag)))
    return None if known else f"Deploy a {kind} with this tag, or bind to another version."


def _kind(reference: Reference) -> BoundKind:
    assert reference.kind in ("process", "decision", "form")  # noqa: S101  # nothing else has versions
    return reference.kind


def _finding(reference: Reference, file: str, cure: str) -> Finding:
    which = "in this deployment" if reference.binding.tag is None else f"with the version tag {reference.binding.tag!r}"
    return Finding(
        rule=f"unbound-{reference.kind}",
        message=f"There is no {reference.kind} {reference.name!r} {which}.",
        cure=cure,
        file=file,
        element_id=reference.element_id,
        line=reference.line,
    )


def taken_along(drafts: Sequence[Draft], latest: Latest) -> frozenset[str]:
    """Processes that get a new version with their file unchanged, since something changes that they are bound to.

    Bound by deployment, they would otherwise go on with what it was when they were deployed themselves.
    """
    changed = {thing for draft in drafts for thing in tags_of(draft) if not _is_same(draft, _old(latest, thing))}
    along: set[str] = set()
    grown = True
    while grown:
        grown = False
        for draft in drafts:
            for process in draft.processes:
                bound = {(r.kind, r.name) for r in process.references if r.binding.kind == "deployment"}
                thing: tuple[BoundKind, str] = ("process", process.process_id)
                if thing not in changed and bound & changed:
                    changed.add(thing)
                    along.add(process.process_id)
                    grown = True
    return frozenset(along)


def _old(latest: Latest, thing: tuple[BoundKind, str]) -> Definition | None:
    kind, name = thing
    return {"process": latest.processes, "decision": latest.decisions, "form": latest.forms}[kind].get(name)


def _is_same(draft: Draft, old: Definition | None) -> bool:
    return old is not None and old.digest == draft.digest and old.resource_name == draft.resource.name
