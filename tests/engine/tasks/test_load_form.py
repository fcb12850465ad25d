"""Forms are read into typed components, or refused with everything that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.errors import DeploymentRefused
from engine.tasks.forms import load_form

FORMS = Path(__file__).parents[3] / "forms"


def form_of(*components: dict[str, Any], **more: Any) -> bytes:
    return orjson.dumps({"id": "f", "type": "default", "components": list(components), **more})


def text(key: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "id": f"field-{key}", "key": key, "label": "A", **more}


def rules_of(content: bytes) -> set[str]:
    with pytest.raises(DeploymentRefused) as refused:
        load_form("f.form", content)
    assert all(finding.file == "f.form" for finding in refused.value.findings)
    return {finding.rule for finding in refused.value.findings}


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.form")), ids=lambda path: path.stem)
def test_every_shipped_form_is_read(path: Path) -> None:
    assert load_form(path.name, path.read_bytes()).form_id == path.stem


def test_groups_hold_components_and_fields_are_found_inside() -> None:
    form = load_form("f.form", form_of({"type": "group", "id": "g", "components": [text("inner")]}, text("outer")))
    assert list(form.fields) == ["inner", "outer"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"{", "form-json"),
        (b"[]", "form-json"),
        (b"\xff\xfe", "form-json"),
        (b" " * 600_000, "form-json"),
        (form_of(), "form-components"),
        (form_of(text(), id=None), "form-form-id"),
        (form_of("text"), "form-component"),  # type: ignore[arg-type]
        (form_of({"type": "iframe", "id": "x"}), "form-component-type"),
        (form_of(text(), text()), "form-key"),
        (form_of(text(key="a b")), "form-key"),
        (form_of(text(label=None)), "form-label"),
        (form_of(text(validate={"pattern": "(?=x)"})), "form-pattern"),
        (form_of(text(validate={"min": "one"})), "form-validate"),
        (form_of(text(validate={"minLength": -1})), "form-validate"),
        (form_of(text(conditional={"hide": "a ="})), "form-expression"),
        (form_of(text(conditional={"hide": "=if"})), "form-expression"),
        (form_of({**text(), "type": "select"}), "form-options"),
        (form_of({**text(), "type": "radio", "values": [{"value": "x"}, {"value": "x"}]}), "form-options"),
        (form_of({**text(), "type": "datetime", "subtype": "century"}), "form-subtype"),
        (form_of({"type": "group", "id": "g", "path": "p", "components": []}), "form-path"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_rule(content: bytes, rule: str) -> None:
    assert rule in rules_of(content)


def test_nesting_without_end_is_refused() -> None:
    inner: dict[str, Any] = text()
    for depth in range(20):
        inner = {"type": "group", "id": f"g{depth}", "components": [inner]}
    assert "form-components" in rules_of(form_of(inner))


def test_all_findings_are_told_at_once() -> None:
    assert rules_of(form_of(text(label=None), {"type": "html", "id": "h"})) == {"form-label", "form-component-type"}
