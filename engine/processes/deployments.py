"""Deployment: all resources are accepted, or none; a version rises only where the content has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import select, text

from engine.errors import DeploymentRefused, Finding, NotFound
from engine.feel import to_json
from engine.permissions import Permission, require
from engine.processes import values
from engine.processes.arming import arm
from engine.processes.bindings import check_bindings, taken_along
from engine.processes.catalogue import Catalogue, Latest
from engine.processes.definition_views import (
    DECISIONS,
    PROCESSES,
    DecisionDefinitionView,
    DeployedProcess,
    Deployment,
    EvaluatedDecision,
    ProcessDefinitionView,
    kept_deployment,
    process_view,
    told_deployment,
)
from engine.processes.drafts import Draft, Known, Reader, Resource, check_references
from engine.processes.hooks import Hooks
from engine.processes.idempotency import idempotent, repeatable
from engine.processes.storing import Deployed, store
from engine.processes.texts import ElementTexts, texts_of
from engine.processes.trying_out import InForce, TryOut, is_tests
from engine.records import About, Action, audit
from engine.store import deployment as tables
from engine.store.search import search
from engine.store.unit_of_work import UnitOfWork, UnitsOfWork
from engine.types import Actor, Json, Key, Page, SearchRequest

_LOCK = text("SELECT pg_advisory_xact_lock(20180710001)")


class DeploymentService:
    """Deploys, and reads what is deployed."""

    def __init__(self, units: UnitsOfWork, catalogue: Catalogue, hooks: Hooks, try_out: TryOut | None = None) -> None:
        self._units, self._catalogue, self._hooks = units, catalogue, hooks
        self._try_out = try_out

    def deploy(
        self,
        actor: Actor,
        resources: Sequence[Resource],
        dry_run: bool = False,  # noqa: FBT001, FBT002 - part of the contract
        idempotency: str | None = None,
        first: Sequence[Resource] = (),
    ) -> Deployment:
        """Store all resources, or raise `DeploymentRefused` with every finding. Needs `process:deploy`.

        With `dry_run` everything is checked, keys and versions are shown, and nothing is stored; where nothing is
        deployed yet, as if `first` had been deployed before. `idempotency` is the client's key for a safe repeat.
        Process tests among the resources (`is_tests`) are run and not stored.
        """
        require(actor, Permission.PROCESS_DEPLOY)
        reader = Reader(self._catalogue.functions, self._hooks, self._decision_files)
        files = [one for one in resources if not is_tests(one.name)]
        drafts = reader.read(files)
        if not files:
            raise DeploymentRefused("There is nothing to deploy.")
        reader.findings += self._tried(files, [one for one in resources if is_tests(one.name)], reader.findings)
        with self._units() as uow:
            # One deployment at a time, in the whole installation: numbers rise without gaps or races.
            uow.session.execute(_LOCK)
            if dry_run and first and self._catalogue.latest(uow).number == 0:
                self._store(uow, actor, reader.other().read(first), ())
            command = None if dry_run else repeatable("deploy", idempotency, [asdict(one) for one in resources])
            deployment = idempotent(
                uow, actor, command, lambda: kept_deployment(self._store(uow, actor, drafts, reader.findings))
            )
            if dry_run:
                uow.abandon()
            return told_deployment(deployment)

    def _tried(
        self, files: Sequence[Resource], tests: Sequence[Resource], found: Sequence[Finding]
    ) -> Sequence[Finding]:
        """What the process tests say; nothing where the files cannot run anyway. No lock is held meanwhile."""
        if self._try_out is None or any(finding.severity == "error" for finding in found):
            return []
        return self._try_out(files, tests, InForce(self._units, self._catalogue))

    def _decision_files(self) -> Mapping[str, bytes]:
        with self._units() as uow:
            return self._catalogue.decision_files(uow)

    def _store(self, uow: UnitOfWork, actor: Actor, drafts: Sequence[Draft], findings: Sequence[Finding]) -> Deployment:
        latest = self._catalogue.latest(uow)
        findings = [*findings, *check_references(drafts, self._known(drafts, latest)), *check_bindings(uow, drafts)]
        if any(finding.severity == "error" for finding in findings):
            raise DeploymentRefused(findings=findings)
        row = tables.Deployment(
            key=uow.new_key(), number=latest.number + 1, deployed_at=uow.now(), deployed_by=actor.username
        )
        uow.session.add(row)
        uow.session.flush()
        along = taken_along(drafts, latest)
        deployed = [one for draft in drafts for one in store(uow, row.key, latest, draft, along)]
        self._catalogue.forget_latest(uow)
        self._arm(uow, latest, drafts, deployed)
        audit(
            uow, actor, Action.DEPLOYED, About(subject=str(row.key)), {"resources": [d.resource.name for d in drafts]}
        )
        return Deployment(deployment_key=row.key, deployments=tuple(deployed), findings=tuple(findings))

    def _arm(self, uow: UnitOfWork, latest: Latest, drafts: Sequence[Draft], deployed: Sequence[Deployed]) -> None:
        """What starts the processes that have a new version."""
        models = {process.process_id: process for draft in drafts for process in draft.processes}
        for one in deployed:
            if isinstance(one, DeployedProcess):
                process_id, key = one.process_definition_id, one.process_definition_key
                old = latest.processes.get(process_id)
                if old is None or old.key != key:
                    former = None if old is None else self._catalogue.process(uow, old.key)
                    arm(uow, models[process_id].at(key), former)

    def _known(self, drafts: Sequence[Draft], latest: Latest) -> Known:
        return Known(
            forms=frozenset(latest.forms).union(d.form_id for d in drafts if d.form_id),
            decisions=frozenset(latest.decisions).union(*(d.decisions for d in drafts)),
            processes=frozenset(latest.processes).union(p.process_id for d in drafts for p in d.processes),
            job_types=frozenset(self._hooks.operations) | self._hooks.job_types,
            groups=self._hooks.groups,
        )

    def search_processes(self, actor: Actor, request: SearchRequest) -> Page[ProcessDefinitionView]:
        """Process versions. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, select(tables.ProcessDefinition), PROCESSES, request)

    def search_decisions(self, actor: Actor, request: SearchRequest) -> Page[DecisionDefinitionView]:
        """Decision versions. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return search(uow.session, select(tables.DecisionDefinition), DECISIONS, request)

    def process(self, actor: Actor, key: Key) -> ProcessDefinitionView:
        """One process version; raises `NotFound`. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return process_view(self._definition(uow, key))

    def xml(self, actor: Actor, key: Key) -> bytes:
        """The diagram of a process version as it was deployed; raises `NotFound`. Needs `process:read`."""
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            return self._catalogue.content(uow, self._definition(uow, key).resource_key)

    def texts(self, actor: Actor, key: Key) -> Mapping[str, ElementTexts]:
        """What the diagram of a process version says about its elements, by id; raises `NotFound`.

        Needs `process:read`.
        """
        require(actor, Permission.PROCESS_READ)
        with self._units() as uow:
            elements = self._catalogue.process(uow, key).elements
        return {element_id: texts_of(element) for element_id, element in elements.items()}

    def evaluate_decision(
        self, actor: Actor, decision: str | Key, variables: Mapping[str, Json] | None = None
    ) -> EvaluatedDecision:
        """Evaluate the latest version of a decision (by id) or one version (by key) over `variables`.

        Needs `decision:evaluate`; raises `NotFound`, or what the evaluation raises.
        """
        require(actor, Permission.DECISION_EVALUATE)
        inputs = values.variables(variables)
        with self._units() as uow:
            if isinstance(decision, str):
                definition, model = self._catalogue.decision(uow, decision)
            else:
                definition, model = self._catalogue.decision_by_key(uow, decision)
            result = model.evaluate(definition.definition_id, inputs, now=uow.now)
            audit(uow, actor, Action.DECISION_EVALUATED, About(subject=definition.definition_id))
            return EvaluatedDecision(
                decision_definition_key=definition.key,
                decision_definition_id=definition.definition_id,
                decision_definition_version=definition.version,
                output=to_json(result.value),
                trace=result.to_json(),
            )

    def _definition(self, uow: UnitOfWork, key: Key) -> tables.ProcessDefinition:
        row = uow.session.get(tables.ProcessDefinition, key)
        if row is None:
            raise NotFound(f"There is no process definition {key}.")
        return row
