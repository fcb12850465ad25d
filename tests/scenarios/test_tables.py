"""The shipped decision tables: an answer for everything that a form can hand them, and answers that make sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest
from lxml import etree

from engine.dmn import load_model
from engine.feel import to_json
from engine.types import Json

SEVERITY = ("low", "medium", "high", "critical")
IMPACT = ("one", "few", "many")
ACTION = ("none", "possible", "not-possible")
COMPLEXITY = ("simple", "normal", "complex")
PRIORITY = ("low", "normal", "high", "urgent")
TEAMS = ("case-handlers", "senior-handlers")
RANK = {"none": 0, "senior": 1, "manager": 2}
TABLES = ("priority", "deadlines", "team", "authority", "regime")

Decide = Callable[..., Json]


@pytest.fixture(scope="session")
def decide(library: Path) -> Decide:
    """`decide(table, **inputs)`: the answer of a shipped table as JSON."""
    models = {name: load_model(f"{name}.dmn", (library / f"{name}.dmn").read_bytes()) for name in TABLES}

    def answer(table: str, **inputs: Json) -> Json:
        result = models[table].evaluate(table, inputs, now=lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
        assert result.diagnostics == ()
        return to_json(result.value)

    return answer


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_says_why(library: Path, table: str) -> None:
    dmn = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
    rules = list(etree.parse(library / f"{table}.dmn").iter(f"{dmn}rule"))
    assert rules
    assert all((rule.findtext(f"{dmn}description") or "").strip() for rule in rules)


@pytest.mark.parametrize("table", TABLES)
def test_it_is_valid_dmn(library: Path, table: str) -> None:
    schema = files("SpiffWorkflow") / "dmn" / "parser" / "schema" / "DMN13.xsd"
    etree.XMLSchema(etree.parse(str(schema))).assertValid(etree.parse(library / f"{table}.dmn"))


@pytest.mark.parametrize("safety", [True, False])
def test_every_assessment_has_a_priority(decide: Decide, *, safety: bool) -> None:
    for severity, impact, action in product(SEVERITY, IMPACT, ACTION):
        found = decide("priority", severity=severity, safety=safety, impact=impact, immediateAction=action)
        assert found in PRIORITY
        assert found == "urgent" or not (safety or severity == "critical")


@pytest.mark.parametrize("impact", IMPACT)
@pytest.mark.parametrize("action", ACTION)
def test_priority_never_falls_when_severity_rises(decide: Decide, impact: str, action: str) -> None:
    found = [
        decide("priority", severity=severity, safety=False, impact=impact, immediateAction=action)
        for severity in SEVERITY
    ]
    assert found == sorted(found, key=lambda priority: PRIORITY.index(str(priority)))


def clocks(decide: Decide, priority: str, complexity: str) -> dict[str, int]:
    found = decide("deadlines", priority=priority, complexity=complexity)
    assert isinstance(found, Mapping)
    assert str(found["updateEvery"]).startswith("P")
    return {name: int(str(days)) for name, days in found.items() if name != "updateEvery"}


@pytest.mark.parametrize(("priority", "complexity"), list(product(PRIORITY, COMPLEXITY)))
def test_the_clocks_follow_one_another(decide: Decide, priority: str, complexity: str) -> None:
    days = clocks(decide, priority, complexity)
    assert 0 < days["level1Days"] < days["responseDays"] < days["level3Days"]
    assert days["replyDays"] >= 10


@pytest.mark.parametrize("complexity", COMPLEXITY)
def test_the_more_urgent_the_sooner_the_response(decide: Decide, complexity: str) -> None:
    days = [clocks(decide, priority, complexity)["responseDays"] for priority in PRIORITY]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("safety", "priority", "complexity", "team"),
    [
        (True, "low", "simple", "senior-handlers"),
        (False, "urgent", "simple", "senior-handlers"),
        (False, "high", "complex", "senior-handlers"),
        (False, "high", "normal", "case-handlers"),
        (False, "normal", "complex", "case-handlers"),
    ],
)
def test_difficult_cases_go_to_experienced_people(
    decide: Decide, *, safety: bool, priority: str, complexity: str, team: str
) -> None:
    assert decide("team", safety=safety, priority=priority, complexity=complexity) == team


def approval(decide: Decide, outcome: str, severity: str, remedy: str | None = None, **more: Json) -> str:
    inputs = {"remedyAmount": None, "team": "case-handlers", **more}
    found = decide("authority", outcome=outcome, severity=severity, remedy=remedy, **inputs)
    assert isinstance(found, Mapping)
    return str(found["approval"])


def test_nobody_rejects_a_serious_complaint_alone(decide: Decide) -> None:
    assert [approval(decide, "rejected", severity) for severity in SEVERITY] == ["none", "none", "manager", "manager"]


@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("amount", [None, 0, 50, 250, 250.01, 500, 1000, 2500, 2500.5, 5000, 90000])
def test_nobody_grants_more_than_the_limits_of_the_remedies(
    decide: Decide, limits: Mapping[str, Mapping[str, Json]], team: str, amount: float | None
) -> None:
    for remedy, by_group in limits.items():

        def may(group: str, limit: Mapping[str, Json] = by_group) -> bool:
            allowed = limit.get(group, -1)
            return allowed == "unlimited" or (isinstance(allowed, int) and allowed >= (amount or 0))

        needed = 0 if may(team) else 1 if may("senior-handlers") else 2
        found = approval(decide, "upheld", "medium", remedy, remedyAmount=amount, team=team)
        assert RANK[found] >= needed, (remedy, found)


@pytest.mark.parametrize(
    ("facts", "regime"),
    [
        ({}, "iso10002"),
        ({"unit": "care"}, "nl-wkkgz"),
        ({"unit": "care", "origin": "internal"}, "iso10002"),
        ({"unit": "care", "kind": "compliment"}, "iso10002"),
        ({"unit": "bank-turkey", "product": "card"}, "tr-banks-cards"),
        ({"unit": "bank-turkey", "product": "loan"}, "tr-banks"),
    ],
)
def test_unit_product_and_kind_choose_the_regime(decide: Decide, facts: Mapping[str, Json], regime: str) -> None:
    inputs = {"unit": None, "product": None, "kind": "complaint", "origin": "external", **facts}
    assert decide("regime", **inputs) == regime


def test_every_regime_that_the_table_names_is_configured(library: Path, config: Path) -> None:
    dmn = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
    entries = etree.parse(library / "regime.dmn").iter(f"{dmn}outputEntry")
    named = {(entry.findtext(f"{dmn}text") or "").strip('"') for entry in entries}
    assert named <= {path.stem for path in (config / "regimes").glob("*.toml")}
