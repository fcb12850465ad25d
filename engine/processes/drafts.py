"""Reading the resources of a deployment: what each defines, and what each refers to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import orjson

from engine.bpmn import Diagram, ProcessModel, Reference, inspect_diagram
from engine.dmn import Model, check_tables, load_models, needed_files, read_header
from engine.errors import AmendsError, DeploymentRefused, Finding
from engine.feel import Functions
from engine.processes.expressions import Reach, check_expressions
from engine.processes.hooks import FormFacts, Hooks

MAX_RESOURCE = 4_000_000
"""Bytes of one resource."""
KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".form": "form"}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One file of a deployment; its kind follows from the suffix: `.bpmn`, `.dmn` or `.form`."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One resource that was read: what it defines by kind."""

    resource: Resource
    kind: str
    processes: tuple[ProcessModel, ...] = ()
    decisions: Mapping[str, str | None] = field(default_factory=dict)
    """Names by id."""
    form_id: str | None = None
    form: FormFacts | None = None
    imported: tuple[bytes, ...] = ()
    """Contents of the files that a decision file imports."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of the content, and of what it imports."""
        return hashlib.sha256(b"".join((self.resource.content, *self.imported))).digest()


class Reader:
    """Reads all resources of a deployment and collects what is wrong with them."""

    def __init__(self, functions: Functions, hooks: Hooks, deployed: Callable[[], Mapping[str, bytes]] = dict) -> None:
        self._functions, self._hooks, self._deployed = functions, hooks, deployed
        self._tables: dict[str, bytes] = {}
        self.findings: list[Finding] = []

    def other(self) -> Reader:
        """A reader for another deployment."""
        return Reader(self._functions, self._hooks, self._deployed)

    def read(self, resources: Sequence[Resource]) -> list[Draft]:
        """The drafts of all resources that can be read; the others leave findings."""
        self._tables = {r.name: r.content for r in resources if PurePath(r.name).suffix.lower() == ".dmn"}
        drafts = [draft for resource in resources if (draft := self._one(resource)) is not None]
        self._doubles(drafts)
        self._expressions(drafts)
        return drafts

    def _expressions(self, drafts: Sequence[Draft]) -> None:
        forms = {draft.resource.name: draft.form for draft in drafts if draft.form is not None}
        reach = Reach(functions=self._functions, names=self._hooks.names, forms=forms)
        diagrams = [(draft.resource.name, draft.resource.content) for draft in drafts if draft.kind == "bpmn"]
        self.findings += check_expressions(diagrams, reach)

    def _one(self, resource: Resource) -> Draft | None:
        kind = KINDS.get(PurePath(resource.name).suffix.lower())
        if kind is None or len(resource.content) > MAX_RESOURCE or "\0" in resource.name:
            self._find(resource, "resource", _UNREADABLE)
            return None
        try:
            return {"bpmn": self._diagram, "dmn": self._decisions, "form": self._form}[kind](resource)
        except AmendsError as error:
            self.findings += error.findings or [Finding(rule=error.code, message=error.message, file=resource.name)]
            return None

    def _diagram(self, resource: Resource) -> Draft:
        diagram: Diagram = inspect_diagram(
            resource.name, resource.content, functions=self._functions, rulebooks=self._hooks.rulebooks
        )
        self.findings += diagram.findings
        return Draft(resource=resource, kind="bpmn", processes=diagram.processes)

    def _decisions(self, resource: Resource) -> Draft:
        files = self._with_imports(resource)
        model: Model = load_models(files, functions=self._functions)[resource.name]
        self.findings += [*model.findings, *check_tables(model)]
        names = {decision_id: info.name for decision_id, info in model.decisions.items()}
        imported = tuple(content for name, content in sorted(files.items()) if name != resource.name)
        return Draft(resource=resource, kind="dmn", decisions=names, imported=imported)

    def _with_imports(self, resource: Resource) -> dict[str, bytes]:
        """The file and those that it imports: from this deployment, or else deployed before."""
        own = {resource.name: resource.content}
        if not read_header(resource.name, resource.content).imports:
            return own
        return needed_files(resource.name, {**own, **self._tables, **_without(self._deployed(), self._tables)})

    def _form(self, resource: Resource) -> Draft:
        check = self._hooks.check_form or _form_facts
        facts = check(resource.name, resource.content)
        return Draft(resource=resource, kind="form", form_id=facts.form_id, form=facts)

    def _find(self, resource: Resource, rule: str, message: str) -> None:
        self.findings.append(Finding(rule=rule, message=message, file=resource.name))

    def _doubles(self, drafts: Iterable[Draft]) -> None:
        seen: dict[tuple[str, str], str] = {}
        for draft in drafts:
            for thing in _defined(draft):
                if thing in seen:
                    text = f"{thing[0].capitalize()} {thing[1]!r} is also defined in {seen[thing]}."
                    self._find(draft.resource, "defined-twice", text)
                seen[thing] = draft.resource.name


def _without(files: Mapping[str, bytes], names: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name not in names}


_UNREADABLE = f"Only .bpmn, .dmn and .form files of at most {MAX_RESOURCE} bytes, and tests.yaml, can be deployed."


def _defined(draft: Draft) -> list[tuple[str, str]]:
    processes = [("process", process.process_id) for process in draft.processes]
    decisions = [("decision", decision_id) for decision_id in draft.decisions]
    return [*processes, *decisions, *([("form", draft.form_id)] if draft.form_id else [])]


def _form_facts(name: str, content: bytes) -> FormFacts:
    """The least that a form needs; a register with forms of its own checks more."""
    try:
        data = orjson.loads(content)
    except ValueError as error:
        raise DeploymentRefused(f"{name} is no JSON: {error}") from error
    form_id = data.get("id") if isinstance(data, dict) else None
    if not isinstance(form_id, str) or not form_id:
        raise DeploymentRefused(f"{name} has no id.")
    return FormFacts(form_id=form_id)


@dataclass(frozen=True, kw_only=True)
class Known:
    """Everything that a diagram may refer to: in the same deployment, deployed before, or built in."""

    forms: frozenset[str]
    decisions: frozenset[str]
    processes: frozenset[str]
    job_types: frozenset[str]
    groups: frozenset[str] | None


def check_references(drafts: Iterable[Draft], known: Known) -> list[Finding]:
    """A finding for each literal reference to something that does not exist.

    An unknown job type or group is no error: a worker outside may serve it, a group may be added later. Silence
    would hide a spelling mistake, so it is a warning.
    """
    return [
        finding
        for draft in drafts
        for process in draft.processes
        for reference in process.references
        if (finding := _check(reference, known, draft.resource.name)) is not None
    ]


def _check(reference: Reference, known: Known, file: str) -> Finding | None:
    names, words, cure = {
        "form": (known.forms, "form", "Deploy the form together with the diagram, or choose another one."),
        "decision": (known.decisions, "decision", "Deploy the decision together with the diagram."),
        "process": (known.processes, "process", "Deploy the called process together with the diagram."),
        "job-type": (known.job_types, "operation", "A worker of your own has to serve this type."),
        "candidate-group": (known.groups, "group", "Add the group to roles.toml, or choose another one."),
    }[reference.kind]
    if names is None or reference.name in names:
        return None
    return Finding(
        rule=f"unknown-{reference.kind}",
        message=f"There is no {words} {reference.name!r}.",
        cure=cure,
        severity="warning" if reference.kind in {"job-type", "candidate-group"} else "error",
        file=file,
        element_id=reference.element_id,
        line=reference.line,
    )
