"""Answers are checked against the form: one finding per wrong field, hidden fields left out, text of the case apart."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormInvalid
from engine.feel import STANDARD
from engine.tasks.forms import Answers, load_form
from engine.tasks.forms.answers import Speech, check_answers
from engine.tasks.forms.schema import schema_of
from engine.types import Json


def now() -> datetime:
    return datetime(2026, 3, 2, tzinfo=UTC)


FORM = load_form(
    "f.form",
    orjson.dumps(
        {
            "id": "f",
            "components": [
                {
                    "type": "radio",
                    "key": "outcome",
                    "label": "Outcome",
                    "values": [{"value": "upheld", "label": "Yes"}, {"value": "rejected", "label": "No"}],
                    "validate": {"required": True},
                },
                {
                    "type": "group",
                    "id": "money",
                    "conditional": {"hide": '=outcome != "upheld"'},
                    "components": [
                        {
                            "type": "number",
                            "key": "amount",
                            "label": "Amount",
                            "decimalDigits": 2,
                            "validate": {"required": True, "min": 0, "max": 1000},
                        },
                        {
                            "type": "select",
                            "key": "remedy",
                            "label": "Remedy",
                            "valuesExpression": "=catalogue.remedies",
                        },
                    ],
                },
                {
                    "type": "textarea",
                    "key": "reasons",
                    "label": "Why",
                    "validate": {"minLength": 3, "maxLength": 20},
                    "properties": {"register": "reasons"},
                },
                {"type": "textfield", "key": "code", "label": "Code", "validate": {"pattern": "^[A-Z]{3}$"}},
                {"type": "textfield", "key": "mail", "label": "Mail", "validate": {"validationType": "email"}},
                {"type": "checkbox", "key": "safe", "label": "Safe"},
                {
                    "type": "checklist",
                    "key": "ticks",
                    "label": "Ticks",
                    "values": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}],
                },
                {"type": "datetime", "key": "day", "label": "Day", "subtype": "date"},
                {"type": "textfield", "key": "shown", "label": "Shown", "readonly": True},
            ],
        }
    ),
)
SCHEMA = schema_of(FORM)
CONTEXT = {"catalogue": {"remedies": [{"value": "repair", "label": "Repair"}]}}


def check(**answers: Any) -> Answers:
    return check_answers(FORM, SCHEMA, answers, CONTEXT, now)


def wrong(**answers: Any) -> dict[str | None, str]:
    with pytest.raises(FormInvalid) as refused:
        check(**{"outcome": "rejected", **answers})
    return {finding.element_id: finding.rule for finding in refused.value.findings}


def test_right_answers_are_split_between_process_and_case() -> None:
    answers = check(outcome="upheld", amount=12.5, remedy="repair", reasons="broken", ticks=["a"])
    assert answers.variables["amount"] == 12.5
    assert answers.variables["ticks"] == ["a"]
    assert answers.register == {"reasons": "broken"}
    assert "reasons" not in answers.variables


def test_a_hidden_group_is_neither_asked_nor_kept() -> None:
    answers = check(outcome="rejected", amount="nonsense", remedy="gold")
    assert {"amount", "remedy"}.isdisjoint(answers.variables)


def test_an_open_question_is_null_and_an_unticked_box_is_false() -> None:
    assert check(outcome="rejected").variables == {
        "outcome": "rejected", "code": None, "mail": None, "safe": False, "ticks": [], "day": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "finding"),
    [
        ({"outcome": None}, {"outcome": "required"}),
        ({"outcome": "perhaps"}, {"outcome": "options"}),
        ({"outcome": 5}, {"outcome": "type"}),
        ({"outcome": "upheld"}, {"amount": "required"}),
        ({"outcome": "upheld", "amount": "12"}, {"amount": "type"}),
        ({"outcome": "upheld", "amount": True}, {"amount": "type"}),
        ({"outcome": "upheld", "amount": -1}, {"amount": "min"}),
        ({"outcome": "upheld", "amount": 1001}, {"amount": "max"}),
        ({"outcome": "upheld", "amount": 0.001}, {"amount": "decimals"}),
        ({"outcome": "upheld", "amount": float("nan")}, {"amount": "type"}),
        ({"outcome": "upheld", "amount": 1, "remedy": "gold"}, {"remedy": "options"}),
        ({"reasons": "no"}, {"reasons": "min-length"}),
        ({"reasons": "x" * 21}, {"reasons": "max-length"}),
        ({"reasons": "a\x00b"}, {"reasons": "null-byte"}),
        ({"reasons": "\ud800abc"}, {"reasons": "type"}),
        ({"code": "abc"}, {"code": "pattern"}),
        ({"mail": "nobody"}, {"mail": "email"}),
        ({"mail": "a@b.nl\nBcc: c@d.nl"}, {"mail": "email"}),
        ({"safe": "yes"}, {"safe": "type"}),
        ({"ticks": ["a", "a"]}, {"ticks": "options"}),
        ({"ticks": ["c"]}, {"ticks": "options"}),
        ({"ticks": "a"}, {"ticks": "type"}),
        ({"day": "2026-02-30"}, {"day": "type"}),
        ({"sudo": True}, {"sudo": "unknown-field"}),
        ({"code": "abc", "mail": "x", "sudo": 1}, {"code": "pattern", "mail": "email", "sudo": "unknown-field"}),
    ],
)
def test_each_wrong_field_has_one_finding(answers: dict[str, Any], finding: dict[str, str]) -> None:
    assert wrong(**answers) == finding


def test_what_can_only_be_read_is_ignored_when_pages_send_it_back() -> None:
    assert "shown" not in check(outcome="rejected", shown="anything").variables


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(list(FORM.fields)) | st.text(max_size=5), JSON, max_size=9))
def test_whatever_comes_is_taken_or_refused_with_findings(answers: dict[str, Any]) -> None:
    with contextlib.suppress(FormInvalid):
        taken = check_answers(FORM, SCHEMA, answers, CONTEXT, now)
        assert set(taken.variables) <= set(FORM.fields)


FUNCTIONS = STANDARD.with_("working days between", "a: any, b: any", lambda _a, _b: 3)
COMPUTED = load_form(
    "limits.form",
    orjson.dumps(
        {
            "id": "limits",
            "type": "default",
            "components": [
                {"type": "number", "key": "price", "label": "Price"},
                {"type": "number", "key": "back", "label": "Back", "validate": {"max": "=price * 2", "min": "=0"}},
                {
                    "type": "textfield",
                    "key": "why",
                    "label": "Why",
                    "validate": {"required": "=back > price", "minLength": "=working days between(a, b)"},
                },
            ],
        }
    ),
    FUNCTIONS,
)


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"price": 10, "back": 10}, {}),
        ({"price": 10, "back": 21, "why": "asked"}, {"back": "max"}),
        ({"price": 10, "back": -1}, {"back": "min"}),
        ({"price": 10, "back": 15}, {"why": "required"}),
        ({"price": 10, "back": 15, "why": "ab"}, {"why": "min-length"}),
    ],
)
def test_limits_may_depend_on_other_answers(answers: dict[str, Json], wrong: dict[str, str]) -> None:
    found: dict[str, str] = {}
    try:
        check_answers(COMPUTED, schema_of(COMPUTED), answers, {"a": 1, "b": 2}, Speech(now, FUNCTIONS))
    except FormInvalid as refused:
        found = {finding.element_id or "": finding.rule for finding in refused.findings}
    assert found == wrong
