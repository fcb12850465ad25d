"""The shipped forms: readable, translated in full, and keeping free text and personal data out of the process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from lxml import etree

from engine.tasks.forms.load import load_form
from engine.tasks.forms.model import CHOICES, Component, Form

FORMS = sorted((Path(__file__).parents[2] / "forms").glob("*.form"))
PUBLIC = {"file-complaint", "survey"}
CODES_ONLY = {"referralBody", "productOrService", "orderReference"}
"""Names of organisations, products and orders: no free text about a person."""


@pytest.fixture(params=FORMS, ids=lambda path: path.stem)
def form(request: pytest.FixtureRequest) -> Form:
    path: Path = request.param
    loaded = load_form(path.name, path.read_bytes())
    assert loaded.form_id == path.stem
    return loaded


def walk(components: tuple[Component, ...]) -> Iterator[Component]:
    for component in components:
        yield component
        yield from walk(component.components)


def texts(form: Form) -> Iterator[str]:
    """Every key that a translation must have."""
    yield "title"
    for component in walk(form.components):
        name = component.key or component.id
        yield from (f"{name}.{part}" for part in ("label", "description", "text") if getattr(component, part))
        yield from (f"{name}.values.{option.value}" for option in component.options)


def test_it_is_translated_into_dutch_and_nothing_else_is(form: Form, forms: Path) -> None:
    dutch = orjson.loads((forms / f"{form.form_id}.nl.json").read_bytes())
    assert {key for key in dutch if not key.endswith(".dateLabel")} == set(texts(form))
    assert all(isinstance(text, str) and text.strip() for text in dutch.values())


def test_free_text_belongs_to_the_register(form: Form) -> None:
    written = [c for c in walk(form.components) if c.type in {"textarea", "textfield"} and c.key not in CODES_ONLY]
    assert [c.key for c in written if c.register is None] == []


def test_free_text_has_a_limit(form: Form) -> None:
    written = [c for c in walk(form.components) if c.type in {"textarea", "textfield"}]
    assert [c.key for c in written if c.rules.max_length is None] == []


def test_choices_come_from_the_form_or_from_a_catalogue(form: Form) -> None:
    for component in (c for c in walk(form.components) if c.type in CHOICES):
        assert component.options or component.options_from is not None


def test_every_form_is_used(library: Path) -> None:
    zeebe = "{http://camunda.org/schema/zeebe/1.0}formDefinition"
    used = {e.get("formId") for path in library.glob("*.bpmn") for e in etree.parse(path).iter(zeebe)}
    assert {path.stem for path in FORMS} == used | PUBLIC
