"""`amends deploy` and `amends lint`: the gate, with and without storing."""

from __future__ import annotations

from pathlib import Path

import click

from engine.errors import DeploymentRefused, Finding
from engine.processes import Resource
from engine.processes.definition_views import DeployedDecision, DeployedForm, DeployedProcess
from engine.types import SYSTEM
from webapi.cli.common import as_json, err, open_engine, out, print_json
from webapi.runtime import library_resources, read_resources, resource_files

_FILES = click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
_LIBRARY = click.option("--library", "shipped", is_flag=True, help="The process library that comes with the service.")


def _resources(files: tuple[Path, ...], *, shipped: bool) -> list[Resource]:
    if shipped:
        return library_resources(tests=True)
    found = resource_files(files)
    if not found:
        raise click.UsageError("Name at least one file or directory, or use --library.")
    return read_resources(found)


@click.command()
@_FILES
@_LIBRARY
@as_json
def deploy(files: tuple[Path, ...], shipped: bool, machine: bool) -> None:  # noqa: FBT001 - options
    """Deploy diagrams, tables and forms together: all of FILES (directories with all in them), or none.

    Process tests among them are run first; with AMENDS_REQUIRE_PROCESS_TESTS they have to pass.
    """
    resources = _resources(files, shipped=shipped)
    with open_engine() as engine:
        done = engine.deployments.deploy(SYSTEM, resources)
    if machine:
        print_json(done)
        return
    for part in done.deployments:
        out().print(_line(part), markup=False, highlight=False)
    for finding in done.findings:
        err().print(_told(finding), markup=False, highlight=False)


def _line(part: DeployedProcess | DeployedDecision | DeployedForm) -> str:
    if isinstance(part, DeployedProcess):
        return f"process {part.process_definition_id}, version {part.process_definition_version}"
    if isinstance(part, DeployedDecision):
        return f"decision {part.decision_definition_id}, version {part.version}"
    return f"form {part.form_id}, version {part.version}"


@click.command()
@_FILES
@_LIBRARY
@as_json
def lint(files: tuple[Path, ...], shipped: bool, machine: bool) -> None:  # noqa: FBT001 - options
    """Check diagrams, tables and forms as the deployment would, and store nothing. Status 1: it would refuse them.

    What they refer to may be among them or deployed; before the first start, the process library counts as deployed.
    """
    resources = _resources(files, shipped=shipped)
    findings: tuple[Finding, ...] = ()
    refused = False
    with open_engine() as engine:
        try:
            first = library_resources()
            findings = engine.deployments.deploy(SYSTEM, resources, dry_run=True, first=first).findings
        except DeploymentRefused as error:
            findings, refused = error.findings, True
    _show(findings, machine=machine, count=len(resources))
    if refused:
        raise SystemExit(1)


def _told(finding: Finding) -> str:
    """As compilers write it, so that editors find the place: `file:line: severity rule element: message. Cure`."""
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    what = " ".join(part for part in (finding.severity, finding.rule, finding.element_id) if part)
    message = f"{finding.message.rstrip('.')}. {finding.cure or ''}".rstrip()
    return f"{place}: {what}: {message}"


def _show(findings: tuple[Finding, ...], *, machine: bool, count: int) -> None:
    if machine:
        print_json(findings)
        return
    for finding in sorted(findings, key=lambda one: (one.file or "", one.line or 0)):
        out().print(_told(finding), markup=False, highlight=False)
    errors = sum(finding.severity == "error" for finding in findings)
    err().print(f"{count} files, {errors} errors, {len(findings) - errors} remarks.")
