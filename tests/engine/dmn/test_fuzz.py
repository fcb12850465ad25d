"""Damaged files: each is loaded or refused with findings, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import check_tables, load_model
from engine.dmn.boxed import BOXES
from engine.errors import DeploymentRefused
from engine.feel import FeelError
from tests.engine.dmn.modelling import decision, definitions, literal, now, table

LIBRARY = sorted((Path(__file__).parents[3] / "workflows").rglob("*.dmn"))
SMALL = definitions(
    decision("a", literal("b + 1"), "b"),
    decision("b", table('hitPolicy="FIRST"', [(["> 1", '"a"'], ["2"]), (["-", "-"], ["3"])], inputs="x, y")),
)
TAGS = [
    *BOXES,
    "text",
    "in",
    "if",
    "then",
    "match",
    "return",
    "rule",
    "inputEntry",
    "output",
    "input",
    "variable",
    "row",
]
TEXTS = st.sampled_from(["1", "x", "-", "> 1", '"a"', "a.b", "function(x) x", "[1..2]", ""])


def _use(content: bytes) -> None:
    try:
        model = load_model("damaged.dmn", content)
    except DeploymentRefused as refused:
        if not refused.findings:
            raise
        model = None
    if model is None:
        return
    check_tables(model)
    for identity in model.decisions:
        try:
            model.evaluate(identity, {"x": 1, "y": "a"}, now=now).to_json()
        except FeelError:
            continue


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damaged_bytes(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SMALL)))
    end = data.draw(st.integers(start, min(len(SMALL), start + 60)))
    _use(SMALL[:start] + data.draw(st.binary(max_size=4)) + SMALL[end:])


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=3)).map(
        lambda part: f"<{part[0]}>{''.join(part[1])}</{part[0]}>"
    )


@given(st.recursive(TEXTS.map(literal) | TEXTS.map(lambda text: f"<text>{text.replace('>', '')}</text>"), _wrapped))
@settings(max_examples=300, deadline=None)
def test_odd_boxes(logic: str) -> None:
    _use(definitions(decision("d", logic)))


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_the_shipped_tables_have_no_gaps_and_no_idle_rules(path: Path) -> None:
    assert check_tables(load_model(path.name, path.read_bytes())) == ()
