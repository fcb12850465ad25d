"""Files that import each other."""

from __future__ import annotations

import pytest

from engine.dmn import load_models, needed_files, read_header
from engine.errors import DeploymentRefused
from engine.feel import to_json
from tests.engine.dmn.modelling import definitions, literal, now

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def importing(prefix: str, namespace: str) -> str:
    return f'<import name="{prefix}" namespace="{namespace}" importType="{DMN}"/>'


def requiring(identity: str, text: str, href: str) -> str:
    needs = f'<informationRequirement><requiredDecision href="{href}"/></informationRequirement>'
    return f'<decision id="{identity}" name="{identity}"><variable name="{identity}"/>{needs}{literal(text)}</decision>'


BASE = definitions(
    '<itemDefinition name="tAge"><typeRef>number</typeRef></itemDefinition>'
    f'<decision id="base" name="base"><variable name="base" typeRef="tAge"/>{literal("40 + extra")}</decision>',
    namespace="urn:base",
)
MIDDLE = definitions(
    importing("b", "urn:base"), requiring("middle", "b.base + 1", "urn:base#base"), namespace="urn:mid"
)
TOP = definitions(importing("m", "urn:mid"), requiring("top", "m.middle * 2", "urn:mid#middle"), namespace="urn:top")
NAMELESS = definitions(importing("", "urn:base"), requiring("flat", "base + 2", "urn:base#base"), namespace="urn:flat")
FILES = {"top.dmn": TOP, "middle.dmn": MIDDLE, "base.dmn": BASE, "flat.dmn": NAMELESS}


def test_several_levels_in_any_order() -> None:
    models = load_models(FILES)
    assert to_json(models["top.dmn"].evaluate("top", {"extra": 1}, now=now).value) == 84
    assert to_json(models["flat.dmn"].evaluate("flat", {"extra": 1}, now=now).value) == 43


def test_only_what_is_needed() -> None:
    broken = {**FILES, "other.dmn": b"no xml"}
    assert set(needed_files("top.dmn", broken)) == {"top.dmn", "middle.dmn", "base.dmn"}
    assert read_header("top.dmn", TOP).imports == ("urn:mid",)


def test_models_that_are_known_already() -> None:
    base = load_models({"base.dmn": BASE})["base.dmn"]
    models = load_models({"middle.dmn": MIDDLE}, known=[base])
    assert to_json(models["middle.dmn"].evaluate("middle", {"extra": 0}, now=now).value) == 41


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"middle.dmn": MIDDLE}, "dmn-import"),
        (
            {
                "a.dmn": definitions(importing("b", "urn:b"), namespace="urn:a"),
                "b.dmn": definitions(importing("a", "urn:a"), namespace="urn:b"),
            },
            "dmn-import-cycle",
        ),
    ],
)
def test_refused(files: dict[str, bytes], rule: str) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        load_models(files)
    assert rule in [finding.rule for finding in refused.value.findings]
