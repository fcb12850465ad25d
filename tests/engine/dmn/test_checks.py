"""Checks of tables: each finding has an example, and examples do not lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dmn import check_tables
from engine.errors import DeploymentRefused
from tests.engine.dmn.modelling import decision, literal, model, now, table

UNIQUE, FIRST, ANY, COLLECT = "", 'hitPolicy="FIRST"', 'hitPolicy="ANY"', 'hitPolicy="COLLECT"'
CELLS = ["1", "2", "1, 3", "-", "> 1", "<= 2", "[1..3)", "not(2)"]
DEPENDS = "whether these rules overlap others or leave gaps depends on variables or functions"


def found(policy: str, *rows: tuple[str, ...], outputs: tuple[str, ...] = (), **options: str) -> list[str]:
    results = outputs or tuple(str(number) for number in range(len(rows)))
    rules = [(row, (result,)) for row, result in zip(rows, results, strict=True)]
    return [
        f"{each.rule}: {each.message}" for each in check_tables(model(decision("d", table(policy, rules, **options))))
    ]


@pytest.mark.parametrize(
    ("policy", "rows", "want"),
    [
        (UNIQUE, [("< 5",), (">= 5",)], []),
        (UNIQUE, [("< 5",), ("> 5",)], ["dmn-gap: no rule matches x = 5"]),
        (UNIQUE, [("<= 5",), (">= 5",)], ["dmn-overlap: rules 1 and 2 both match x = 5"]),
        (UNIQUE, [("true",), ("false",)], []),
        (UNIQUE, [("true",)], ["dmn-gap: no rule matches x = false"]),
        (UNIQUE, [('"a"',), ('not("a")',)], []),
        (UNIQUE, [("null",), ("< 5",), (">= 5",)], []),
        (UNIQUE, [("null",), ("not(null)",)], []),
        (UNIQUE, [("null",), ("-",)], ["dmn-overlap: rules 1 and 2 both match x = null"]),
        (UNIQUE, [], ["dmn-gap: the table has no rules, so nothing ever matches"]),
        (FIRST, [("-",), ("1",)], ["dmn-unreachable: rule 2 is never reached: rule 1 is first"]),
        (FIRST, [("1",), ("-",)], []),
        (FIRST, [("< limit",), ("-",)], []),
        (COLLECT, [("1",), ("1",)], []),
        (UNIQUE, [('< @"2026-01-01"',), ('>= @"2026-01-01"',)], []),
        (UNIQUE, [("string length(?) > 3",), ("-",)], [f"dmn-unchecked: {DEPENDS}: 1"]),
        (FIRST, [("< limit",), ("1",)], [f"dmn-unchecked: {DEPENDS}: 1"]),
    ],
)
def test_one_column(policy: str, rows: list[tuple[str, ...]], want: list[str]) -> None:
    assert found(policy, *rows) == want


@pytest.mark.parametrize(
    ("policy", "outputs", "severity"),
    [
        (UNIQUE, ("1", "2"), ["error"]),
        (UNIQUE, ("1", "1"), ["warning"]),
        (UNIQUE, ("a", "2"), ["warning"]),
        (ANY, ("1", "2"), ["error"]),
        (ANY, ("a", "b"), ["warning"]),
        (ANY, ("1", "1"), []),
    ],
)
@pytest.mark.parametrize("count", [0, 1001])
def test_contradictions_are_errors(policy: str, outputs: tuple[str, str], severity: list[str], count: int) -> None:
    """In short tables and in long ones, where only rules with the same cells are compared."""
    rules = [((str(number),), (str(number),)) for number in range(10, 10 + count)]
    rules += [(("1",), (outputs[0],)), (("1",), (outputs[1],))]
    findings = check_tables(model(decision("d", table(policy, rules, default="0"))))
    assert [each.severity for each in findings if each.rule in ("dmn-overlap", "dmn-contradiction")] == severity


def test_values_that_are_not_allowed() -> None:
    rules = [(("1",), ('"low"',)), (("-",), ('"hgih"',))]
    listed = table(FIRST, rules, values='"low", "high"')
    assert [each.message for each in check_tables(model(decision("d", listed)))] == [
        'rule 2: "hgih" is no allowed value of out'
    ]


def test_what_is_not_told_is_said() -> None:
    rules = [(("1",), (str(number),)) for number in range(30)]
    told = check_tables(model(decision("d", table(UNIQUE, rules, default="0"))))
    assert [each.rule for each in told] == ["dmn-overlap"] * 20 + ["dmn-unchecked"]
    assert told[-1].message == "only the first 20 findings dmn-overlap are told"


def test_two_columns() -> None:
    rows = (("true", "< 5"), ("true", ">= 5"), ("false", "< 5"))
    assert found(UNIQUE, *rows, inputs="a, b") == ["dmn-gap: no rule matches a = false, b = 5"]
    assert found(UNIQUE, *rows, ("false", "> 4"), inputs="a, b") == [
        "dmn-overlap: rules 3 and 4 both match a = false, b = 4.5"
    ]


def test_any_may_agree() -> None:
    assert found(ANY, ("-",), ("1",), outputs=("7", "7")) == []
    assert found(ANY, ("-",), ("1",)) == [
        "dmn-contradiction: rules 1 and 2 both match x = 1 and give different outputs"
    ]


def test_a_default_fills_the_gaps() -> None:
    assert found(UNIQUE, ("1",), default="0") == []


def test_many_columns_end() -> None:
    names = ", ".join(f"c{number}" for number in range(14))
    rows = [tuple("1" if column == number else "-" for column in range(14)) for number in range(14)]
    assert [each.split(":")[0] for each in found(FIRST, *rows, inputs=names)] == ["dmn-gap"]


@given(st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(CELLS)), min_size=1, max_size=6))
def test_what_is_said_about_gaps_and_overlaps_is_true(rows: list[tuple[str, str]]) -> None:
    rules = [(row, (str(number),)) for number, row in enumerate(rows)]
    listing = model(decision("d", table(COLLECT, rules, inputs="a, b")))
    counts = set()
    for a in range(6):
        for b in range(6):
            matched = listing.evaluate("d", {"a": a, "b": b}, now=now).value
            assert isinstance(matched, list)
            counts.add(len(matched))
    told = {each.rule for each in check_tables(model(decision("d", table(UNIQUE, rules, inputs="a, b"))))}
    assert "dmn-gap" in told or 0 not in counts
    assert "dmn-overlap" in told or max(counts) <= 1


@pytest.mark.parametrize(
    ("required", "rule", "severity"), [((), "feel-unset-name", "info"), (("a",), "feel-unset-name", "warning")]
)
def test_names_that_nothing_declares(required: tuple[str, ...], rule: str, severity: str) -> None:
    said = model(decision("a", literal("1")), decision("d", literal("elsewhere + elsewhere"), *required)).findings
    assert [(each.rule, each.severity, each.element_id) for each in said] == [(rule, severity, "d")]


def test_allowed_values_have_no_names() -> None:
    listed = '<itemDefinition name="t"><typeRef>string</typeRef><allowedValues><text>"red", blue</text></allowedValues>'
    with pytest.raises(DeploymentRefused) as refused:
        model(listed + "</itemDefinition>", decision("d", literal("1")))
    assert [(each.rule, each.message) for each in refused.value.findings] == [
        ("feel-unknown-name", "nothing is called blue")
    ]


def test_items_of_a_filter_have_names_of_their_own() -> None:
    kept = f"<filter><in>{literal('[]')}</in><match>{literal('anything = 1')}</match></filter>"
    assert model(decision("d", kept)).findings == ()


def test_a_name_like_another_of_the_decision_looks_misspelt() -> None:
    said = model(decision("d", table(UNIQUE, [(("-",), ("ammount + 1",))], inputs="amount"))).findings
    assert [(each.rule, each.severity) for each in said] == [
        ("feel-unset-name", "info"),
        ("feel-unknown-name", "warning"),
    ]
    assert said[1].cure == "write amount, which this decision reads too, if that is meant"


def test_a_list_and_what_is_in_it_are_no_misspelling() -> None:
    said = model(decision("d", literal("[items, item]"))).findings
    assert [each.rule for each in said] == ["feel-unset-name", "feel-unset-name"]


def test_a_type_that_nobody_defined() -> None:
    typed = '<literalExpression typeRef="nuber"><text>1</text></literalExpression>'
    assert [(each.rule, each.severity) for each in model(decision("d", typed)).findings] == [
        ("dmn-unknown-type", "warning")
    ]


def test_an_operator_over_several_outputs() -> None:
    summed = table('hitPolicy="COLLECT" aggregation="SUM"', [(("1",), ("1", "2"))], outputs="a, b", inputs="1")
    assert [(each.rule, each.severity) for each in model(decision("d", summed)).findings] == [
        ("dmn-aggregation", "warning")
    ]
