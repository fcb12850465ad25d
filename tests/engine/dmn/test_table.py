"""Decision tables: hit policies, aggregation, defaults, allowed values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel import to_json
from tests.engine.dmn.modelling import decide, table

LETTERS = [(["> 1"], ['"C"']), (["-"], ['"A"']), (["< 0"], ['"B"']), (["[2..9]"], ['"B"'])]
NUMBERS = [(["> 1"], ["3"]), (["-"], ["4"]), (["< 0"], ["9"])]
VALUES = '"A", "B", "C"'


@pytest.mark.parametrize(
    ("policy", "want"),
    [
        ('hitPolicy="FIRST"', "C"),
        ('hitPolicy="RULE ORDER"', ["C", "A", "B"]),
        ('hitPolicy="OUTPUT ORDER"', ["A", "B", "C"]),
        ('hitPolicy="PRIORITY"', "A"),
        ('hitPolicy="COLLECT"', ["C", "A", "B"]),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 3),
    ],
)
def test_hit_policy(policy: str, want: object) -> None:
    assert to_json(decide(table(policy, LETTERS, values=VALUES), x=5).value) == want


@pytest.mark.parametrize(("aggregation", "want"), [("SUM", 7), ("MIN", 3), ("MAX", 4), ("COUNT", 2)])
def test_aggregation(aggregation: str, want: int) -> None:
    found = decide(table(f'hitPolicy="COLLECT" aggregation="{aggregation}"', NUMBERS), x=5)
    assert to_json(found.value) == want


def test_unique_is_really_unique() -> None:
    found = decide(table('hitPolicy="UNIQUE"', LETTERS), x=5)
    assert found.value is None
    assert [note.code for note in found.diagnostics] == ["not-unique"]
    assert "1, 2, 4" in found.diagnostics[0].message
    assert decide(table("", LETTERS), x=0.5).value == "A"


def test_any_is_really_equal() -> None:
    assert [note.code for note in decide(table('hitPolicy="ANY"', LETTERS), x=5).diagnostics] == ["not-any"]
    same = [(["> 1"], ["3"]), (["-"], ["1 + 2"])]
    assert to_json(decide(table('hitPolicy="ANY"', same), x=5).value) == 3


def test_no_rule_matches() -> None:
    rules = [(["> 1"], ["3"])]
    found = decide(table("", rules), x=0)
    assert (found.value, [note.code for note in found.diagnostics]) == (None, ["no-rule"])
    assert to_json(decide(table("", rules, default="7"), x=0).value) == 7
    assert decide(table('hitPolicy="COLLECT"', rules), x=0).value == []
    assert to_json(decide(table('hitPolicy="COLLECT" aggregation="COUNT"', rules), x=0).value) == 0


def test_several_outputs_make_a_context() -> None:
    rules = [(["> 1", '"a"'], ["x * 2", '"yes"']), (["-", "-"], ["0", '"no"'])]
    found = decide(table('hitPolicy="FIRST"', rules, inputs="x, y", outputs="n, answer"), x=5, y="a")
    assert to_json(found.value) == {"n": 10, "answer": "yes"}


def test_values_that_are_not_listed_are_told() -> None:
    found = decide(table('hitPolicy="FIRST"', [(["-"], ['"Z"'])], values=VALUES), x=5)
    assert found.value == "Z"
    assert [note.code for note in found.diagnostics] == ["not-allowed"]


@pytest.mark.parametrize(
    ("cell", "value", "hit"),
    [
        ('"a"', "a", True),
        ('"a", "b"', "b", True),
        ('not("a")', "a", False),
        ('= "a"', "a", True),
        ("true", True, True),
        ("true", 1, False),
        ("1", 1.0, True),
        ("1", True, False),
        ("1", None, False),
        ("null", None, True),
        ("1, > 5", 6, True),
        ('"a"', ["a"], False),
        ("limit", 3, True),
        ("< limit", 2, True),
    ],
)
def test_cells_that_are_looked_up_and_cells_that_are_evaluated_agree(cell: str, value: object, *, hit: bool) -> None:
    found = decide(table('hitPolicy="COLLECT"', [([cell], ["1"])]), x=value, limit=3)
    assert (found.value != []) is hit


@given(st.lists(st.sampled_from(["1", "2", "1, 3", "-", "> 1", "not(2)"]), min_size=1, max_size=12), st.integers(0, 4))
def test_lookup_finds_what_a_search_finds(cells: list[str], x: int) -> None:
    rules = [([cell], [str(number)]) for number, cell in enumerate(cells, 1)]
    holds = {
        "1": x == 1,
        "2": x == 2,
        "1, 3": x in (1, 3),
        "-": True,
        "> 1": x > 1,
        "not(2)": x != 2,
    }
    want = [number for number, cell in enumerate(cells, 1) if holds[cell]]
    assert to_json(decide(table('hitPolicy="RULE ORDER"', rules), x=x).value or []) == want


def test_a_long_table_is_looked_up() -> None:
    rules = [([f'"c{n % 50}"', f"{n}"], [f"{n}"]) for n in range(2000)]
    logic = table("", rules, inputs="kind, x")
    assert to_json(decide(logic, kind="c49", x=1949).value) == 1949
