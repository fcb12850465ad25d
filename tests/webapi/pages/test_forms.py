"""form-js schemas drawn on the server, and read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, render_template
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from werkzeug.datastructures import MultiDict

from engine.errors import Finding
from engine.tasks.forms.load import load_form
from engine.tasks.forms.model import Form as Schema
from engine.tasks.forms.model import FormView, Shown
from engine.types import Json
from webapi import forms

INNER = {"type": "textfield", "id": "l", "key": "inner", "label": "Inner"}
TYPES = (
    {"type": "text", "id": "t", "text": "## Please *read*"},
    {"type": "textfield", "id": "a", "key": "name", "label": "Name", "validate": {"required": True, "maxLength": 20}},
    {"type": "textarea", "id": "b", "key": "story", "label": "Story", "description": "In your own words"},
    {"type": "number", "id": "c", "key": "amount", "label": "Amount", "appearance": {"prefixAdorner": "€"}},
    {"type": "datetime", "id": "d", "key": "day", "label": "Day", "subtype": "date", "dateLabel": "Day"},
    {"type": "datetime", "id": "e", "key": "at", "label": "At", "subtype": "datetime", "dateLabel": "At"},
    {"type": "checkbox", "id": "f", "key": "sure", "label": "Sure"},
    {"type": "radio", "id": "g", "key": "size", "label": "Size", "values": [{"label": "S", "value": "s"}]},
    {"type": "select", "id": "h", "key": "kind", "label": "Kind", "values": [{"label": "K", "value": "k"}]},
    {"type": "checklist", "id": "i", "key": "many", "label": "Many", "values": [{"label": "M", "value": "m"}]},
    {"type": "taglist", "id": "j", "key": "tags", "label": "Tags", "values": [{"label": "T", "value": "t"}]},
    {"type": "group", "id": "k", "label": "Group", "components": [INNER]},
    {"type": "separator", "id": "m"},
    {"type": "spacer", "id": "n"},
)

ANSWERS: dict[str, Json] = {
    "name": 'Jo <b>"Vermeer"</b>',
    "story": "\nFirst line is empty\n& so on",
    "amount": 12.5,
    "day": "2026-03-02",
    "at": "2026-03-02T10:30",
    "sure": True,
    "size": "s",
    "kind": "k",
    "many": ["m"],
    "tags": ["t"],
    "inner": "x",
}


def schema_of(*components: dict[str, Any]) -> Schema:
    return load_form("t.form", json.dumps({"id": "t", "type": "default", "components": components}).encode())


def view_of(schema: Schema, values: dict[str, Json], language: str = "en") -> FormView:
    def shown(component: Any) -> Shown:
        value = values.get(component.key)
        inner = tuple(shown(one) for one in component.components)
        return Shown(component=component, options=component.options, value=value, components=inner)

    return FormView(
        form_id="t",
        form_key=None,
        version=None,
        language=language,
        title=None,
        schema=schema.schema,
        components=tuple(shown(one) for one in schema.components),
        values=values,
    )


@pytest.fixture
def draw(app: Flask) -> Callable[[forms.Form], html.HtmlElement]:
    """Draws a form as a page would."""

    def made(form: forms.Form) -> html.HtmlElement:
        with app.test_request_context():
            return html.fromstring(
                f"<form>{render_template('forms/fragment.html', form=form, refresh='/again')}</form>"
            )

    return made


def posted(page: html.HtmlElement) -> MultiDict[str, str]:
    return MultiDict(page.form_values() if isinstance(page, html.FormElement) else page.forms[0].form_values())


def test_what_is_drawn_is_read_back(draw: Callable[[forms.Form], html.HtmlElement]) -> None:
    view = view_of(schema_of(*TYPES), ANSWERS)
    read = forms.read(view, posted(draw(forms.build(view))))
    assert read == {**ANSWERS, "story": "First line is empty\n& so on"}


def test_every_control_has_a_label(draw: Callable[[forms.Form], html.HtmlElement]) -> None:
    page = draw(forms.build(view_of(schema_of(*TYPES), {})))
    labelled = set(page.xpath("//label/@for"))
    for control in page.xpath("//input|//select|//textarea"):
        assert control.get("id") in labelled or control.get("aria-label"), html.tostring(control)


def test_an_empty_form_reads_as_no_answers() -> None:
    view = view_of(schema_of(*TYPES), {})
    read = forms.read(view, MultiDict({"name": "  ", "amount": "", "kind": ""}))
    assert {name for name, value in read.items() if value is not None} == {"sure"}
    assert read["sure"] is False


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [("en", "1,234.5", 1234.5), ("nl", "1.234,5", 1234.5), ("nl", "12.50", 12.5), ("en", "12", 12), ("nl", "a", "a")],
)
def test_numbers_are_read_in_the_readers_language(language: str, text: str, value: Json) -> None:
    view = view_of(schema_of(*TYPES), {}, language)
    assert forms.read(view, MultiDict({"amount": text}))["amount"] == value


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_no_text_makes_reading_fail(text: str) -> None:
    view = view_of(schema_of(*TYPES), {})
    forms.read(view, MultiDict(dict.fromkeys((*ANSWERS, "at-date", "at-time"), text)))


def test_errors_stand_beside_their_field_and_in_the_summary(
    app: Flask, draw: Callable[[forms.Form], html.HtmlElement]
) -> None:
    view = view_of(schema_of(*TYPES), {})
    findings = [
        Finding(rule="required", message="-", element_id="name"),
        Finding(rule="max-length", message="-", element_id="name"),
        Finding(rule="options", message="-", element_id="size"),
        Finding(rule="new-rule", message="As the engine says it.", element_id="gone"),
    ]
    with app.test_request_context():
        form = forms.build(view, forms.errors_of(findings, view))
    page = draw(form)
    control = page.get_element_by_id("f-name")
    assert control.get("aria-invalid") == "true"
    assert "at most 20 characters" in page.get_element_by_id(control.get("aria-describedby")).text_content()
    assert [target for target, _ in form.summary()] == ["f-name", "f-name", "f-size-0", "content"]
    assert form.summary()[-1][1] == "As the engine says it."


def test_what_steers_other_fields_asks_for_them_anew(draw: Callable[[forms.Form], html.HtmlElement]) -> None:
    steering = {"type": "checkbox", "id": "s", "key": "anonymous", "label": "Anonymous"}
    steered = {
        "type": "textfield",
        "id": "n",
        "key": "name",
        "label": "N",
        "conditional": {"hide": "=anonymous = true"},
    }
    page = draw(forms.build(view_of(schema_of(steering, steered), {})))
    assert page.get_element_by_id("f-anonymous").get("hx-post") == "/again"
    assert page.get_element_by_id("f-name").get("hx-post") is None


def test_fields_of_one_row_share_it() -> None:
    def field(name: str, columns: int | None) -> dict[str, Any]:
        return {"type": "textfield", "id": name, "key": name, "label": name, "layout": {"row": "r", "columns": columns}}

    form = forms.build(view_of(schema_of(field("a", None), field("b", None), field("c", 4)), {}))
    assert [one.columns for one in form.fields] == [5, 5, 4]
