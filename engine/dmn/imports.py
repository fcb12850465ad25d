"""Several DMN files that import each other: which are needed, and in which order they are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.dmn.load import load_model
from engine.dmn.model import Model
from engine.dmn.xml import kids, read
from engine.errors import DeploymentRefused, Finding
from engine.feel import STANDARD, Functions


@dataclass(frozen=True, kw_only=True)
class Header:
    """The namespace of a DMN file, and those of the DMN files that it imports."""

    namespace: str
    imports: tuple[str, ...]


def read_header(resource_name: str, content: bytes) -> Header:
    """What a file says of itself and of others. Raises DeploymentRefused for what is no DMN file."""
    root = read(resource_name, content)
    wanted = (part.get("namespace") or "" for part in kids(root, "import") if "DMN" in (part.get("importType") or ""))
    return Header(namespace=root.get("namespace") or "", imports=tuple(dict.fromkeys(wanted)))


def needed_files(wanted: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Of `files` by name, the wanted one and those that it imports, at any depth; unreadable others are left out."""
    headers = dict(_headers(files, wanted))
    by_namespace: dict[str, str] = {}
    for name, header in headers.items():
        by_namespace.setdefault(header.namespace, name)
    found: dict[str, bytes] = {}
    todo = [wanted]
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = files[name]
            todo += [by_namespace[space] for space in headers[name].imports if space in by_namespace]
    return found


def _headers(files: Mapping[str, bytes], wanted: str) -> Iterator[tuple[str, Header]]:
    for name, content in files.items():
        try:
            yield name, read_header(name, content)
        except DeploymentRefused:
            if name == wanted:
                raise


def load_models(
    files: Mapping[str, bytes], *, functions: Functions = STANDARD, known: Iterable[Model] = ()
) -> dict[str, Model]:
    """The models of several files by name; they may import each other in any order, and the models in `known`.

    Raises DeploymentRefused with the findings of all files: those of `load_model`, and imports that run in a circle.
    """
    loading = _Loading(files, functions, known)
    for name in files:
        loading.load(name)
    if loading.findings:
        raise DeploymentRefused("decisions cannot be used", findings=loading.findings)
    return {name: loading.models[name] for name in files}


class _Loading:
    def __init__(self, files: Mapping[str, bytes], functions: Functions, known: Iterable[Model]) -> None:
        self._files, self._functions = files, functions
        self._spaces = {model.namespace: model for model in known}
        self._headers: dict[str, Header] = {}
        self.models: dict[str, Model] = {}
        self.findings: list[Finding] = []
        for name, content in files.items():
            try:
                self._headers[name] = read_header(name, content)
            except DeploymentRefused as error:
                self.findings += error.findings
        self._names = {header.namespace: name for name, header in reversed(self._headers.items())}
        self._started: set[str] = set()

    def load(self, name: str) -> None:
        """Load a file after those that it imports. Walks with a list: chains may be long."""
        todo = [name]
        while todo:
            at = todo[-1]
            ahead = [n for n in self._imported(at) if n not in self._started]
            if at not in self._started and ahead:
                self._started.add(at)
                todo += ahead
                continue
            self._started.add(todo.pop())
            self._finish(at)

    def _imported(self, name: str) -> list[str]:
        header = self._headers.get(name)
        return [] if header is None else [self._names[s] for s in header.imports if s in self._names]

    def _finish(self, name: str) -> None:
        if name in self.models or name not in self._headers:
            return
        circle = [other for other in self._imported(name) if other not in self.models and other in self._headers]
        if circle and not self.findings:
            message = f"it imports {circle[0]}, which imports it in turn"
            self.findings.append(Finding(rule="dmn-import-cycle", message=message, file=name))
            return
        header = self._headers[name]
        spaces = {**self._spaces, **{m.namespace: m for m in self.models.values()}}
        imports = {space: spaces[space] for space in header.imports if space in spaces}
        try:
            self.models[name] = load_model(name, self._files[name], functions=self._functions, imports=imports)
        except DeploymentRefused as error:
            self.findings += error.findings
