"""Every field that a search offers, to filter or to sort by, is one that the engine knows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from marshmallow import fields

from tests.webapi.callers import Caller
from webapi.api.contract import contract_of
from webapi.api.fields import Filter, Instant, Key

SEARCHES = (
    "process-definitions",
    "process-instances",
    "element-instances",
    "variables",
    "user-tasks",
    "jobs",
    "incidents",
    "decision-definitions",
    "decision-instances",
    "complaints",
    "audit-logs",
)


def some_value(field: fields.Field) -> object:
    if isinstance(field, Filter):
        return some_value(field.inner)
    if isinstance(field, fields.List):
        of_one = field.inner.schema.load_fields.values()
        return [{one.data_key: some_value(one) for one in of_one if one.required or one.name == "state"}]
    if isinstance(field, fields.Boolean):
        return True
    if isinstance(field, Key):
        return "17"
    if isinstance(field, Instant):
        return "2026-03-02T09:00:00Z"
    choices = getattr(field.validate, "choices", None) or ["x"]
    return 3 if isinstance(field, fields.Integer) else choices[0]


def operators(field: fields.Field) -> Iterator[object]:
    value = some_value(field)
    yield value
    if isinstance(field, Filter):
        for operator in field.operators:
            yield {operator: {"$in": [value], "$exists": True}.get(operator, value)}


@pytest.mark.parametrize("things", SEARCHES)
def test_every_filter_and_every_order_is_known(app: Flask, admin: Caller, things: str) -> None:
    view = app.view_functions[f"{things.replace('-', '_').replace('decision_definitions', 'decisions')}.search"]
    schema = contract_of(view).body()
    narrow = schema.fields["filter"].schema
    for name, field in narrow.load_fields.items():
        for value in operators(field) if name != "tenant_id" else ["<default>"]:
            answer = admin.post(f"/v2/{things}/search", {"filter": {field.data_key: value}})
            assert answer.status_code == 200, (field.data_key, value, answer.text)
    by = schema.fields["sort"].inner.schema.fields["field"]
    for name in by.validate.choices:
        for order in ("ASC", "DESC"):
            answer = admin.post(f"/v2/{things}/search", {"sort": [{"field": name, "order": order}]})
            assert answer.status_code == 200, (name, answer.text)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filter": {"state": "WRONG"}}, "filter.state"),
        ({"filter": {"startDate": {"$like": "x"}}}, "filter.startDate"),
        ({"filter": {"state": {}}}, "filter.state"),
        ({"filter": {"unknown": 1}}, "filter.unknown"),
        ({"sort": [{"field": "snapshot"}]}, "sort.0.field"),
        ({"page": {"limit": 0}}, "page.limit"),
        ({"page": {"limit": 10_000}}, "page.limit"),
        ({"page": {"from": 5}}, "page.from"),
    ],
)
def test_a_search_that_makes_no_sense_names_the_field(admin: Caller, body: object, field: str) -> None:
    answer = admin.post("/v2/process-instances/search", body)
    assert answer.status_code == 400
    assert answer.json["findings"][0]["elementId"] == field


@pytest.mark.parametrize("cursor", ["x", "AAAA", "WzEsMl0", "bnVsbA"])
def test_a_cursor_that_was_never_ours_is_malformed(admin: Caller, cursor: str) -> None:
    assert admin.post("/v2/process-instances/search", {"page": {"after": cursor}}).status_code == 400
