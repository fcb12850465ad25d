"""Small DMN files for the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from engine.dmn import DecisionResult, Model, load_model

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def now() -> datetime:
    return datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def definitions(*elements: str, namespace: str = "urn:test") -> bytes:
    opening = f'<definitions xmlns="{NAMESPACE}" id="m" name="m" namespace="{namespace}">'
    return (opening + "".join(elements) + "</definitions>").encode()


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(identity: str, logic: str, *required: str) -> str:
    needs = "".join(
        f'<informationRequirement><requiredDecision href="#{other}"/></informationRequirement>' for other in required
    )
    return f'<decision id="{identity}" name="{identity}"><variable name="{identity}"/>{needs}{logic}</decision>'


def table(policy: str, rules: Sequence[tuple[Sequence[str], Sequence[str]]], **options: str) -> str:
    """`options`: inputs and outputs as comma lists of expressions and names, values and default of the first output."""
    inputs = [text.strip() for text in options.get("inputs", "x").split(",")]
    outputs = [text.strip() for text in options.get("outputs", "out").split(",")]
    columns = "".join(f"<input><inputExpression><text>{text}</text></inputExpression></input>" for text in inputs)
    for position, name in enumerate(outputs):
        values = options.get("values", "") if position == 0 else ""
        default = options.get("default", "") if position == 0 else ""
        columns += (
            f'<output name="{name}">{_part("outputValues", values)}{_part("defaultOutputEntry", default)}</output>'
        )
    rows = "".join(
        f'<rule id="r{number}">'
        + "".join(_part("inputEntry", cell) for cell in tests)
        + "".join(_part("outputEntry", cell) for cell in results)
        + "</rule>"
        for number, (tests, results) in enumerate(rules, 1)
    )
    return f"<decisionTable {policy}>{columns}{rows}</decisionTable>"


def _part(name: str, text: str) -> str:
    return f"<{name}><text>{escape(text)}</text></{name}>" if text else ""


def model(*elements: str, imports: Mapping[str, Model] | None = None) -> Model:
    return load_model("test.dmn", definitions(*elements), imports=imports)


def decide(logic: str, **variables: object) -> DecisionResult:
    return model(decision("d", logic)).evaluate("d", variables, now=now)
