"""Writing one resource of a deployment: a new version of what has changed, the old one of what has not."""

from __future__ import annotations

from collections.abc import Collection

from engine.processes.bindings import tags_of
from engine.processes.catalogue import Definition, Latest
from engine.processes.definition_views import DeployedDecision, DeployedForm, DeployedProcess
from engine.processes.drafts import Draft
from engine.store.deployment import DecisionDefinition, FormDefinition, ProcessDefinition, Resource
from engine.store.unit_of_work import UnitOfWork
from engine.types import Key

Deployed = DeployedProcess | DeployedDecision | DeployedForm


def store(
    uow: UnitOfWork, deployment_key: Key, latest: Latest, draft: Draft, along: Collection[str] = ()
) -> list[Deployed]:
    """Write a resource and its definitions; what is byte for byte the latest version keeps its key and version.

    The processes of `along` get a new version nevertheless.
    """
    return _Storing(uow, deployment_key, latest, draft, along).store()


class _Storing:
    def __init__(
        self, uow: UnitOfWork, deployment_key: Key, latest: Latest, draft: Draft, along: Collection[str]
    ) -> None:
        self._uow, self._deployment_key, self._latest, self._draft = uow, deployment_key, latest, draft
        self._along, self._tags = along, tags_of(draft)
        self._resource_key: Key | None = None

    def store(self) -> list[Deployed]:
        """Everything that the resource defines."""
        processes: list[Deployed] = [self._process(p.process_id, p.name, p.version_tag) for p in self._draft.processes]
        decisions = [self._decision(decision_id, name) for decision_id, name in self._draft.decisions.items()]
        if self._draft.kind == "dmn" and not decisions:
            self._resource()  # nothing to evaluate, but others import it
        forms = [] if self._draft.form_id is None else [self._form(self._draft.form_id)]
        return [*processes, *decisions, *forms]

    def _process(self, process_id: str, name: str | None, version_tag: str | None) -> DeployedProcess:
        old = self._latest.processes.get(process_id)
        key, version = self._same(old)
        if key is not None and process_id in self._along:
            key, version = None, version + 1
        if key is None:
            key = self._uow.new_key()
            common = self._common(key, version)
            self._uow.session.add(
                ProcessDefinition(process_id=process_id, name=name, version_tag=version_tag, **common)
            )
        return DeployedProcess(
            process_definition_key=key,
            process_definition_id=process_id,
            process_definition_version=version,
            resource_name=self._draft.resource.name,
        )

    def _decision(self, decision_id: str, name: str | None) -> DeployedDecision:
        key, version = self._same(self._latest.decisions.get(decision_id))
        if key is None:
            key = self._uow.new_key()
            tag = self._tags.get(("decision", decision_id))
            common = self._common(key, version)
            self._uow.session.add(DecisionDefinition(decision_id=decision_id, name=name, version_tag=tag, **common))
        return DeployedDecision(
            decision_definition_key=key,
            decision_definition_id=decision_id,
            version=version,
            name=name,
            resource_name=self._draft.resource.name,
        )

    def _form(self, form_id: str) -> DeployedForm:
        key, version = self._same(self._latest.forms.get(form_id))
        if key is None:
            key = self._uow.new_key()
            tag = self._tags.get(("form", form_id))
            self._uow.session.add(FormDefinition(form_id=form_id, version_tag=tag, **self._common(key, version)))
        return DeployedForm(form_key=key, form_id=form_id, version=version, resource_name=self._draft.resource.name)

    def _same(self, old: Definition | None) -> tuple[Key | None, int]:
        """The key and version to keep, or no key and the version to write."""
        if old is None:
            return None, 1
        same = old.digest == self._draft.digest and old.resource_name == self._draft.resource.name
        return (old.key, old.version) if same else (None, old.version + 1)

    def _common(self, key: Key, version: int) -> dict[str, object]:
        return {
            "key": key,
            "version": version,
            "resource_key": self._resource(),
            "resource_name": self._draft.resource.name,
            "digest": self._draft.digest,
            "deployment_key": self._deployment_key,
        }

    def _resource(self) -> Key:
        if self._resource_key is None:
            self._resource_key = self._uow.new_key()
            self._uow.session.add(
                Resource(
                    key=self._resource_key,
                    deployment_key=self._deployment_key,
                    name=self._draft.resource.name,
                    kind=self._draft.kind,
                    content=self._draft.resource.content,
                    digest=self._draft.digest,
                )
            )
            self._uow.session.flush()  # the definitions refer to it, and nothing tells the session of that order
        return self._resource_key
