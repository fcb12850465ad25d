"""`amends feel` and `amends decide`: try an expression or a table, without a database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from engine.bootstrap.expressions import functions
from engine.clock import SystemClock
from engine.dmn import EvaluatedDecision, load_models, needed_files
from engine.errors import NotFound
from engine.feel import Diagnostic, Functions, check, compile_expression, to_json, to_text
from engine.settings import Settings
from webapi.cli.common import as_json, err, out, print_json, read_variables

_VARIABLES = click.option("--variables", "--context", "variables", help="A JSON object, or @FILE that holds one.")


@click.command()
@click.argument("expression")
@_VARIABLES
@as_json
def feel(expression: str, variables: str | None, machine: bool) -> None:  # noqa: FBT001 - an option
    """Evaluate a FEEL EXPRESSION and print its value."""
    context = read_variables(variables)
    text, functions = expression.removeprefix("="), _functions()
    compiled = compile_expression(text, names=context, functions=functions)
    outcome = compiled.evaluate(context, now=SystemClock().now)
    value = to_json(outcome.value)
    if machine:
        print_json({"value": value, "diagnostics": [asdict(diagnostic) for diagnostic in outcome.diagnostics]})
        return
    print_json(value)
    for diagnostic in outcome.diagnostics:
        err().print(f"Note: {_told(diagnostic)}", markup=False)
    for found in check(text, context, functions=functions):
        if found.cure:
            err().print(f"Note: line {found.line}, column {found.column}: {found.message}: {found.cure}", markup=False)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--decision", help="Id of the decision; may be left out where the file has one.")
@_VARIABLES
@as_json
def decide(file: Path, decision: str | None, variables: str | None, machine: bool) -> None:  # noqa: FBT001 - an option
    """Evaluate a decision of a DMN FILE and print what came out, and which rules matched."""
    model = load_models(_beside(file), functions=_functions())[file.name]
    wanted = decision or _only(list(model.decisions))
    if wanted not in model.decisions:
        raise NotFound(f"There is no decision {wanted!r} in {file.name}; there are: {', '.join(model.decisions)}.")
    result = model.evaluate(wanted, read_variables(variables), now=SystemClock().now)
    if machine:
        print_json({"value": to_json(result.value), "trace": result.to_json()})
        return
    print_json(to_json(result.value))
    for one in result.evaluated:
        out().print(f"{one.decision_id}: {_logic(one)}", markup=False, highlight=False)
    for diagnostic in result.diagnostics:
        err().print(f"Note: {_told(diagnostic)}", markup=False)


def _functions() -> Functions:
    return functions(Settings.from_environment())


def _beside(file: Path) -> dict[str, bytes]:
    """The file, and those in its folder that it may import."""
    others = {path.name: path.read_bytes() for path in sorted(file.parent.glob("*.dmn")) if path != file}
    return needed_files(file.name, {file.name: file.read_bytes(), **others})


def _told(diagnostic: Diagnostic) -> str:
    place = f"line {diagnostic.line}, column {diagnostic.column}"
    return f"{f'{diagnostic.element_id}, ' if diagnostic.element_id else ''}{place}: {diagnostic.message}"


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise click.UsageError(f"--decision is needed, one of: {', '.join(names)}.")
    return names[0]


def _logic(decision: EvaluatedDecision) -> str:
    """What a decision read, which rules matched, and what it gave."""
    read = ", ".join(f"{one.name} = {to_text([one.value])[1:-1]}" for one in decision.inputs)
    rules = ", ".join(f"{rule.index} ({rule.id})" if rule.id else str(rule.index) for rule in decision.matched_rules)
    told = f"matched rules: {rules or 'none'}; " if decision.kind == "decisionTable" else ""
    return f"{told}read: {read or 'nothing'}; gave {to_text([decision.output])[1:-1]}"
