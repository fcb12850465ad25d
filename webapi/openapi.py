"""The OpenAPI document, read from the routes and what their views declare."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import Schema, fields
from werkzeug.routing import Rule

from webapi.access import declared
from webapi.api.contract import Contract, contract_of
from webapi.api.fields import Filter, Instant, JsonText, Key, Tenant
from webapi.errors import PROBLEM_TYPE, PROBLEMS
from webapi.release import release

_CONVERTERS = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_METHODS = ("get", "post", "put", "patch", "delete")


def document(app: Flask) -> dict[str, Any]:
    """The whole contract of `app` as an OpenAPI 3.1 document."""
    plugin = MarshmallowPlugin(schema_name_resolver=_name)
    spec = APISpec(
        title="Amends",
        version=release(),
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": "Complaint handling after ISO 10002, run by a workflow engine."},
        security=[{"bearer": []}, {"basic": []}],
    )
    _describe_fields(plugin)
    spec.components.schema("Problem", _PROBLEM)
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    for rule, view, contract in routes(app):
        spec.path(path=path_of(rule), operations=_operations(rule, view, contract))
    return spec.to_dict()


def routes(app: Flask) -> Iterator[tuple[Rule, Callable[..., Any], Contract]]:
    """Every route of `app` that belongs to the contract."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        contract = contract_of(view)
        if contract is not None:
            yield rule, view, contract


def path_of(rule: Rule) -> str:
    """The path as OpenAPI writes it: `/v2/jobs/{key}`."""
    return _CONVERTERS.sub(r"{\2}", rule.rule)


def _name(schema: type[Schema] | Schema) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    name = kind.__name__.lstrip("_")
    return f"{name.removesuffix('View')}Result" if name.endswith("View") else name


def _describe_fields(plugin: MarshmallowPlugin) -> None:
    converter = plugin.converter
    assert converter is not None  # noqa: S101 - set when the spec took the plugin
    converter.add_attribute_function(_own_field)  # type: ignore[no-untyped-call]  # apispec leaves it untyped


def _own_field(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    if isinstance(field, (Key, Tenant, JsonText)):
        return {"type": "string"}
    if isinstance(field, Instant):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, Filter):
        return {"description": f"A value, or an object of {', '.join(field.operators)}."}
    return {}


def _operations(rule: Rule, view: Callable[..., Any], contract: Contract) -> dict[str, Any]:
    access = declared(view)
    text = (view.__doc__ or "").strip()
    operation: dict[str, Any] = {
        "operationId": rule.endpoint,
        "tags": [rule.endpoint.split(".")[0].replace("_", " ")],
        "summary": text.splitlines()[0] if text else rule.endpoint,
        "parameters": [*_path_parameters(rule), *_query_parameters(contract), *_headers(contract)],
        "responses": _responses(contract),
    }
    if access is not None and access.permissions:
        operation["x-permissions"] = sorted(access.permissions)
    if access is not None and access.public:
        operation["security"] = []
    body = _request_body(contract)
    if body:
        operation["requestBody"] = {"content": body}
    return {method: operation for method in _METHODS if method.upper() in (rule.methods or ())}


def _request_body(contract: Contract) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if contract.body is not None:
        body["application/json"] = {"schema": contract.body}
    if contract.multipart is not None:
        body["multipart/form-data"] = {"schema": contract.multipart}
    return body


def _path_parameters(rule: Rule) -> Iterator[dict[str, Any]]:
    for _, name in _CONVERTERS.findall(rule.rule):
        yield {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}


def _query_parameters(contract: Contract) -> Iterator[dict[str, Any]]:
    if contract.query is not None:
        yield {"in": "query", "schema": contract.query}


def _headers(contract: Contract) -> Iterator[dict[str, Any]]:
    if contract.repeatable:
        yield {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "maxLength": 200}}
    if contract.conditional:
        yield {"in": "header", "name": "If-Match", "schema": {"type": "string"}}


def _responses(contract: Contract) -> dict[str, Any]:
    right: dict[str, Any] = {"description": "Done"}
    if contract.answer is not None:
        schema: Any = {"type": "array", "items": contract.answer} if contract.many else contract.answer
        right["content"] = {contract.media_type: {"schema": schema}}
    elif contract.media_type != "application/json":
        right["content"] = {contract.media_type: {"schema": {"type": "string"}}}
    problem = {"description": "A problem (RFC 9457)", "content": {PROBLEM_TYPE: {"schema": "Problem"}}}
    return {str(contract.status): right, "default": problem}


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "enum": sorted(PROBLEMS)},
        "requestId": {"type": "string"},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "rule": {"type": "string"},
                    "message": {"type": "string"},
                    "cure": {"type": "string"},
                    "severity": {"type": "string"},
                    "file": {"type": "string"},
                    "elementId": {"type": "string"},
                    "line": {"type": "integer"},
                    "column": {"type": "integer"},
                },
            },
        },
    },
}
