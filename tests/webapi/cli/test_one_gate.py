"""`amends lint` and `POST /v2/deployments?dryRun=true` are one gate: the same findings, in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.engine.bpmn.drawing import draw
from tests.engine.bpmn.lint.examples import EXAMPLES, MADE_WRONG
from tests.webapi import diagrams
from tests.webapi.callers import Caller

Amends = Callable[..., Result]
FIELDS = {"rule", "message", "cure", "severity", "file", "elementId", "line", "column"}
SOUND = draw("start s\nuser u\nend e\ns -> u -> e", "sound")
STUCK = draw("start s\nand f\nuser a\nuser b\nand j\nend e\ns -> f\nf -> a -> j\nf -> b\nj -> e", "stuck")
BATCHES = {
    "nothing wrong": {"sound": SOUND},
    "remarks only": {"stuck": STUCK},
    "not XML": {"sound": SOUND, "broken": b"<bpmn:definitions"},
    "other files too": {"order": diagrams.process("order", diagrams.user_task(form="nobody-has-this")), "stuck": STUCK},
}


def _example(rule: str) -> bytes:
    """The diagram that breaks a rule."""
    lines, old, new, top = EXAMPLES[rule]
    first, second = draw(lines, extra=top), draw(lines.replace(old, new), extra=top.replace(old, new))
    if first == second:
        second = first.replace(old.encode(), new.encode())
    return second if rule in MADE_WRONG else first


def _linted(amends: Amends, folder: Path, files: dict[str, bytes]) -> list[dict[str, Any]]:
    paths = []
    for name, content in files.items():
        path = folder / f"{name}.bpmn"
        path.write_bytes(content)
        paths.append(str(path))
    found = json.loads(amends("lint", *paths, "--json").stdout)
    return [_plain(finding) for finding in found]


def _plain(finding: dict[str, Any]) -> dict[str, Any]:
    names = {"element_id": "elementId"}
    said = {names.get(name, name): value for name, value in finding.items() if value is not None}
    return {name: said[name] for name in sorted(FIELDS & set(said))}


def _tried(admin: Caller, files: dict[str, bytes]) -> list[dict[str, Any]]:
    upload = diagrams.upload(**{f"{name}_bpmn": content for name, content in files.items()})
    answer = admin.call("POST", "/v2/deployments?dryRun=true", **upload)
    refused = any(finding["severity"] == "error" for finding in answer.json["findings"])
    assert answer.status_code == (422 if refused else 200)
    return [_plain(finding) for finding in answer.json["findings"]]


@pytest.mark.parametrize("files", BATCHES.values(), ids=BATCHES)
def test_both_say_the_same(amends: Amends, admin: Caller, tmp_path: Path, files: dict[str, bytes]) -> None:
    files = {name.replace("_", "-"): content for name, content in files.items()}
    assert _linted(amends, tmp_path, files) == _tried(admin, files)


def test_both_say_the_same_of_every_rule(amends: Amends, admin: Caller, tmp_path: Path) -> None:
    files = {f"rule-{rule}": _example(rule) for rule in EXAMPLES}
    told = _linted(amends, tmp_path, files)
    assert told == _tried(admin, files)
    assert {finding["rule"] for finding in told} >= set(EXAMPLES)
    assert admin.found("process-definitions") == []
