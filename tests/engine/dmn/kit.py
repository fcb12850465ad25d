"""Reads the test cases of the DMN Technology Compatibility Kit and compares results with them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from engine.dmn import Model, load_model
from engine.dmn.xml import kid, kids, name_of, normal, tag
from engine.feel import DateTime, FeelLimitExceeded, LazyContext, Time
from engine.feel.literals import parse_date, parse_date_time, parse_duration, parse_time

SUITE = Path(__file__).parents[3] / ".." / "shared" / "suites" / "dmn-tck"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBERS = {"decimal", "double", "integer", "int", "long", "float", "short"}
_PARSERS = {"date": parse_date, "time": parse_time, "dateTime": parse_date_time, "duration": parse_duration}


@dataclass(frozen=True)
class Failure:
    case: str
    node: str
    got: object
    want: object
    diagnostics: object


def _now() -> datetime:
    return datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def value(element: etree._Element | None) -> object:
    if element is None:
        return None
    for child in element:
        kind = tag(child)
        if kind == "value":
            return _scalar(child)
        if kind == "list":
            return None if child.get(_XSI + "nil") == "true" else [value(item) for item in kids(child, "item")]
        if kind == "component":
            return {name_of(part): value(part) for part in kids(element, "component")}
    return None


def _scalar(element: etree._Element) -> object:
    if element.get(_XSI + "nil") == "true":
        return None
    text, kind = element.text or "", (element.get(_XSI + "type") or "xsd:string").split(":")[-1]
    if kind in _NUMBERS:
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() in ("true", "1")
    return _PARSERS[kind](text.strip()) if kind in _PARSERS else text


def same(got: object, want: object) -> bool:
    """Numbers to eight digits, as the kit compares them; moments by instant."""
    got = dict(got) if isinstance(got, LazyContext) else got
    if isinstance(got, Decimal) and isinstance(want, Decimal):
        return abs(got - want) <= Decimal("1e-8") * max(1, abs(want))
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(same, got, want))
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(same(got[key], want[key]) for key in want)
    if type(got) is not type(want):
        return False
    if isinstance(got, Time | DateTime) and isinstance(want, Time | DateTime):
        return got == want or (got.utc_offset() is not None and got.key() == want.key())
    return got == want


def _load(path: Path, loaded: dict[Path, Model]) -> Model:
    if path not in loaded:
        root = etree.parse(path).getroot()
        wanted = {element.get("namespace") for element in kids(root, "import")}
        imports: dict[str, Model] = {}
        for other in path.parent.glob("*.dmn") if wanted else ():
            if other != path and etree.parse(other).getroot().get("namespace") in wanted:
                model = _load(other, loaded)
                imports[model.namespace] = model
        loaded[path] = load_model(path.name, path.read_bytes(), imports=imports, strict=False)
    return loaded[path]


def _inputs(case: etree._Element, model: Model) -> dict[str, object]:
    inputs: dict[str, object] = {}
    for element in kids(case, "inputNode"):
        target = inputs
        namespace = element.get("namespace")
        if namespace and namespace != model.namespace:
            prefix = next((prefix for prefix, found in model.imports.items() if found.namespace == namespace), None)
            if prefix:
                target = inputs.setdefault(prefix, {})  # type: ignore[assignment]  # only dicts are put there
        target[name_of(element)] = value(element)
    return inputs


def failures_of(test_file: Path) -> tuple[int, list[Failure]]:
    """How many cases a file has, and what went wrong."""
    root = etree.parse(test_file, etree.XMLParser(remove_comments=True)).getroot()
    model_name = kid(root, "modelName")
    assert model_name is not None
    model = _load(test_file.parent / (model_name.text or "").strip(), {})
    cases, failures = 0, []
    for case in kids(root, "testCase"):
        cases += 1
        failures += list(_failures(case, model))
    return cases, failures


def _failures(case: etree._Element, model: Model) -> Iterator[Failure]:
    invocable = case.get("invocableName") if case.get("type") in ("decisionService", "bkm") else None
    for result in kids(case, "resultNode"):
        name = normal(result.get("name"))
        want = value(kid(result, "expected"))
        diagnostics: object = ()
        try:
            outcome = model.evaluate(invocable or name, _inputs(case, model), now=_now)
            got, diagnostics = outcome.value, outcome.diagnostics
        except FeelLimitExceeded as error:
            got = None
            diagnostics = (error,)
        whole = isinstance(want, dict) and isinstance(got, dict) and want.keys() == got.keys()
        if invocable and isinstance(got, dict) and name in got and not whole:
            got = got[name]
        good = got is None and bool(diagnostics) if result.get("errorResult") == "true" else same(got, want)
        if not good:
            yield Failure(case.get("id") or "", name, got, want, diagnostics)


def main() -> None:
    """Prints what fails, for work on the engine."""
    start, totals = time.monotonic(), dict[str, list[int]]()
    for test_file in sorted(SUITE.glob("compliance-level-*/*/*-test-*.xml")):
        level, directory = test_file.parts[-3:-1]
        cases, failures = failures_of(test_file)
        bad = {failure.case for failure in failures}
        row = totals.setdefault(level, [0, 0])
        row[0] += cases - len(bad)
        row[1] += cases
        for failure in failures:
            print(directory, failure)  # noqa: T201 - a tool
    print(totals, time.monotonic() - start)  # noqa: T201 - a tool


if __name__ == "__main__":
    main()
