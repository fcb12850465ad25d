"""What deployment says about the expressions of forms."""

from __future__ import annotations

import pytest

from engine.bootstrap import Engine
from engine.errors import Finding
from engine.processes import Resource
from tests.engine.processes.diagrams import END, START, diagram, flows, user_task
from tests.engine.processes.test_expressions import findings

FORM = """{
  "id": "f", "type": "default", "components": [
    {"type": "number", "id": "a", "key": "amount", "label": "Amount"},
    {"type": "textfield", "id": "b", "key": "why", "label": "Why", "properties": {"register": "note"},
     "conditional": {"hide": "=EXPRESSION"}}
  ]
}"""
ASK = diagram("case", START + user_task("ask", form="f") + END + flows("start", "ask", "end"))


def of_form(engine: Engine, text: str, *more: Resource) -> list[Finding]:
    content = FORM.replace("EXPRESSION", text.replace('"', '\\"')).encode()
    return [
        found for found in findings(engine, Resource(name="f.form", content=content), *more) if found.file == "f.form"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("amuont > 1", ("feel-unknown-name", "warning", 32, "did you mean amount?")),
        ('why = "x" and amuont > 1', ("feel-unknown-name", "warning", 48, "did you mean amount?")),
        ("catalogue.remedys = null", ("feel-unknown-member", "error", 41, "did you mean remedies?")),
        ("elsewhere = 1", ("feel-unset-name", "warning", 32, None)),
        ("uper case(why) = 1", ("feel-unknown-function", "error", 32, "did you mean upper case?")),
        ("amount >", ("form-expression", "error", 40, None)),
    ],
)
def test_what_is_said(engine: Engine, text: str, said: tuple[object, ...]) -> None:
    (found,) = of_form(engine, text, ASK)
    assert (found.rule, found.severity, found.column, found.cure) == said
    assert (found.element_id, found.line) == ("why", 5)


@pytest.mark.parametrize("text", ["amount > 1", "why = null", "complaint.status = null", "catalogue.remedies = null"])
def test_nothing_is_said_of_what_is_known(engine: Engine, text: str) -> None:
    assert of_form(engine, text, ASK) == []


def test_a_form_alone_may_read_variables_of_diagrams_that_are_not_here(engine: Engine) -> None:
    assert of_form(engine, "elsewhere = 1") == []
