"""`amends feel` and `amends decide`: try an expression or a table, without a database."""

from __future__ import annotations

from pathlib import Path

import click

from engine.clock import SystemClock
from engine.dmn import load_model
from engine.errors import NotFound
from engine.feel import compile_expression, to_json
from webapi.cli.common import as_json, err, out, print_json, read_variables

_VARIABLES = click.option("--variables", help="A JSON object, or @FILE that holds one.")


@click.command()
@click.argument("expression")
@_VARIABLES
@as_json
def feel(expression: str, variables: str | None, machine: bool) -> None:  # noqa: FBT001 - an option
    """Evaluate a FEEL EXPRESSION and print its value."""
    context = read_variables(variables)
    compiled = compile_expression(expression.removeprefix("="), names=context)
    outcome = compiled.evaluate(context, now=SystemClock().now)
    value = to_json(outcome.value)
    if machine:
        print_json({"value": value, "diagnostics": [d.message for d in outcome.diagnostics]})
        return
    print_json(value)
    for diagnostic in outcome.diagnostics:
        err().print(f"Note: {diagnostic.message}", markup=False)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--decision", help="Id of the decision; may be left out where the file has one.")
@_VARIABLES
@as_json
def decide(file: Path, decision: str | None, variables: str | None, machine: bool) -> None:  # noqa: FBT001 - an option
    """Evaluate a decision of a DMN FILE and print what came out, and which rules matched."""
    model = load_model(file.name, file.read_bytes())
    wanted = decision or _only(list(model.decisions))
    if wanted not in model.decisions:
        raise NotFound(f"There is no decision {wanted!r} in {file.name}; there are: {', '.join(model.decisions)}.")
    result = model.evaluate(wanted, read_variables(variables), now=SystemClock().now)
    if machine:
        print_json({"value": to_json(result.value), "trace": result.to_json()})
        return
    print_json(to_json(result.value))
    for one in result.evaluated:
        out().print(f"{one.decision_id}: {_matched(one.matched_rules)}", markup=False, highlight=False)
    for diagnostic in result.diagnostics:
        err().print(f"Note: {diagnostic.message}", markup=False)


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise click.UsageError(f"--decision is needed, one of: {', '.join(names)}.")
    return names[0]


def _matched(rules: object) -> str:
    listed = list(rules) if isinstance(rules, (list, tuple)) else []
    return f"{len(listed)} rules matched: {', '.join(map(str, listed))}" if listed else "no rule matched"
