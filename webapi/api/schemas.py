"""What all bodies have in common: camelCase names, unknown fields refused, searches with cursors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from engine.store.search import COUNT_LIMIT
from engine.types import SearchRequest
from webapi.api.fields import Whole

Fields = Mapping[str, fields.Field[Any]]
S = TypeVar("S", bound=ma.Schema)

_UNDERSCORE = re.compile(r"_([a-z0-9])")
_CAPITAL = re.compile(r"([A-Z])")
MOST_ITEMS = 1_000
USUAL_ITEMS = 100


def camel(name: str) -> str:
    """`process_instance_key` -> `processInstanceKey`."""
    return _UNDERSCORE.sub(lambda found: found[1].upper(), name)


def snake(name: str) -> str:
    """`processInstanceKey` -> `process_instance_key`."""
    return _CAPITAL.sub(lambda found: "_" + found[1].lower(), name)


class View(ma.Schema):
    """What is answered: attributes in snake_case inside, camelCase names outside."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give every field its camelCase name."""
        field_obj.data_key = field_obj.data_key or camel(field_name)


class Body(View):
    """What is taken. A field that nobody knows is refused, so that a misspelt one is not silently without effect."""

    class Meta:
        """Refuse what is unknown."""

        unknown = ma.RAISE

    @ma.pre_load
    def drop_empty(self, data: Any, **_: Any) -> Any:
        """Clients spell out optional fields as `null`: an unknown one without a value asks for nothing."""
        if not isinstance(data, dict):
            return data
        known = {field.data_key for field in self.load_fields.values()}
        return {name: value for name, value in data.items() if value is not None or name in known}


class _PageRequest(Body):
    limit = Whole(load_default=USUAL_ITEMS, validate=Range(1, MOST_ITEMS))
    after = fields.String(load_default=None, allow_none=True, validate=Length(0, 2_000))


class PageView(View):
    """Where this page stands. `endCursor` goes into the next search as `page.after`."""

    total_items = fields.Integer()
    has_more_total_items = fields.Function(lambda page: page.total_items >= COUNT_LIMIT, metadata={"type": "boolean"})
    start_cursor = fields.String(allow_none=True)
    end_cursor = fields.String(allow_none=True)


class _Search(Body):
    @ma.post_load
    def request(self, data: dict[str, Any], **_: Any) -> SearchRequest:
        page = data.get("page") or {"limit": USUAL_ITEMS, "after": None}
        sort = tuple((snake(item["field"]), item["order"].lower()) for item in data.get("sort") or ())
        wanted = {name: value for name, value in (data.get("filter") or {}).items() if name != "tenant_id"}
        return SearchRequest(filter=wanted, sort=sort, limit=page["limit"], after=page["after"])


def search_body(name: str, narrow: type[Body], sort: Sequence[str]) -> type[ma.Schema]:
    """The body of `POST .../search`: filter by `narrow`, sort by the camelCase names `sort`; loads a SearchRequest."""
    order = fields.String(load_default="ASC", validate=OneOf(["ASC", "DESC", "asc", "desc"]))
    by = Body.from_dict(
        {"field": fields.String(required=True, validate=OneOf(sort)), "order": order}, name=f"{name}Sort"
    )
    parts: Fields = {
        "filter": fields.Nested(narrow, allow_none=True),
        "sort": fields.List(fields.Nested(by), allow_none=True, validate=Length(0, 5)),
        "page": fields.Nested(_PageRequest, allow_none=True),
    }
    return _Search.from_dict(dict(parts), name=f"{name}Search")


def page_of(name: str, item: type[View]) -> type[ma.Schema]:
    """The answer of a search: `items` and `page`, read from an `engine.types.Page`."""
    return _PageOf.from_dict({"items": fields.List(fields.Nested(item))}, name=f"{name}Page")


class _PageOf(View):
    page = fields.Nested(PageView)

    @ma.pre_dump
    def apart(self, page: Any, **_: Any) -> dict[str, Any]:
        return {"items": page.items, "page": page}


def list_of(name: str, item: type[View]) -> type[ma.Schema]:
    """The answer of a list that is never long: `items` alone."""
    return _ListOf.from_dict({"items": fields.List(fields.Nested(item))}, name=f"{name}List")


class _ListOf(View):
    @ma.pre_dump
    def apart(self, items: Any, **_: Any) -> dict[str, Any]:
        return {"items": items}
