"""Decorators of a view: what it takes, what it answers. The OpenAPI document is read from the same declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeAlias, TypeVar

import marshmallow as ma
from flask import Response, current_app, request
from werkzeug.exceptions import UnsupportedMediaType

from engine.errors import Finding, Malformed
from webapi import json_provider

View = TypeVar("View", bound=Callable[..., Any])
AnyView: TypeAlias = Callable[..., Any]
Responding: TypeAlias = Callable[..., Response]
_MARK = "__contract__"


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What the OpenAPI document says of a view."""

    body: type[ma.Schema] | None = None
    multipart: type[ma.Schema] | None = None
    query: type[ma.Schema] | None = None
    answer: type[ma.Schema] | None = None
    status: int = 200
    media_type: str = "application/json"
    repeatable: bool = False
    conditional: bool = False
    many: bool = False
    """The answer is a list of what the schema says."""


def contract_of(view: Callable[..., Any]) -> Contract | None:
    """What `view` declares, or None for a view outside the contract (a page)."""
    found = getattr(view, _MARK, None)
    return found if isinstance(found, Contract) else None


def declare(view: Callable[..., Any], **changes: Any) -> None:
    """Add to what `view` declares."""
    setattr(view, _MARK, replace(contract_of(view) or Contract(), **changes))


def takes(schema: type[ma.Schema], *, optional: bool = False) -> Callable[[AnyView], AnyView]:
    """Read the JSON body by `schema` and hand it to the view as `body`. `optional`: no body is an empty object.

    The view is not called for a body that does not fit: `Malformed` with one finding a field, 415 for another type.
    """
    reader = schema()

    def wrap(view: AnyView) -> AnyView:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            return view(*args, body=load(reader, read_json(optional=optional)), **kwargs)

        declare(run, body=schema)
        return run

    return wrap


def asks(schema: type[ma.Schema]) -> Callable[[AnyView], AnyView]:
    """Read the query string by `schema` and hand it to the view as `query`."""
    reader = schema()

    def wrap(view: AnyView) -> AnyView:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            return view(*args, query=load(reader, request.args.to_dict()), **kwargs)

        declare(run, query=schema)
        return run

    return wrap


def answers(
    schema: type[ma.Schema] | None = None, status: int = 200, *, many: bool = False
) -> Callable[[AnyView], Responding]:
    """Write what the view returns by `schema` (`many`: a bare list of it); without one the answer is 204 and empty.

    A thing that counts its changes (`rev`) carries the count as `ETag`.
    """
    writer = schema(many=many) if schema is not None else None

    def wrap(view: AnyView) -> Responding:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Response:
            found = view(*args, **kwargs)
            return found if isinstance(found, Response) else _present(writer, found, status)

        declare(run, answer=schema, many=many, status=status if schema is not None else 204)
        return run

    return wrap


def _present(writer: ma.Schema | None, found: Any, status: int) -> Response:
    if writer is None:
        return current_app.response_class(status=204)
    text = current_app.json.dumps(writer.dump(found))
    answer = current_app.response_class(text, status=status, mimetype="application/json")
    revision = getattr(found, "rev", None)
    if revision is not None:
        answer.set_etag(str(revision))
        if request.method == "GET":
            answer.make_conditional(request)
    return answer


def read_json(*, optional: bool = False) -> Any:
    """The JSON of the body. Raises `Malformed`, or 415 where the body claims to be something else."""
    raw = request.get_data()  # kept: the view may be run again when the database was lost
    if not raw.strip():
        if optional:
            return {}
        raise Malformed("A JSON body is needed.")
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise UnsupportedMediaType
    return json_provider.read(raw)


def load(reader: ma.Schema, value: Any) -> Any:
    """What `reader` makes of `value`. Raises `Malformed` with a finding for each field that does not fit."""
    try:
        return reader.load(value)
    except ma.ValidationError as error:
        messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]  # it has no types
        findings = tuple(_findings(messages))
        raise Malformed(_sentence(findings), findings=findings) from error


def _sentence(findings: tuple[Finding, ...]) -> str:
    first = findings[0]
    where = f"{first.element_id}: " if first.element_id else ""
    more = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
    return f"{where}{first.message}{more}"


def _findings(messages: Mapping[Any, Any] | list[Any], path: str = "") -> Iterator[Finding]:
    if isinstance(messages, list):
        yield from (Finding(rule="field", message=str(message), element_id=path or None) for message in messages)
        return
    for name, inner in messages.items():
        below = path if name == "_schema" else f"{path}.{name}".lstrip(".")
        yield from _findings(inner, below)


def expected_revision() -> int | None:
    """The revision in `If-Match`, or None where any will do. Raises `Malformed` for a tag that was never ours."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    text = given.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()):
        raise Malformed("If-Match takes the ETag of an earlier answer.")
    return int(text)


def idempotency_key() -> str | None:
    """The `Idempotency-Key`, or None. Raises `Malformed` for one that is empty or longer than 200 characters."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given.strip()
    if not 1 <= len(key) <= 200:
        raise Malformed("An Idempotency-Key has 1 to 200 characters.")
    return key


def repeatable(view: View) -> View:
    """Declare that the view honours `Idempotency-Key`."""
    declare(view, repeatable=True)
    return view


def conditional(view: View) -> View:
    """Declare that the view honours `If-Match`."""
    declare(view, conditional=True)
    return view


def refuse_unhonoured() -> None:
    """Refuse a header that asks for a promise which the call does not give: silence would be taken for a yes.

    `Idempotency-Key` needs no such care: every call that creates honours it, and others may be repeated as they are.
    """
    contract = contract_of(current_app.view_functions.get(request.endpoint or "", _nowhere))
    if contract is None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if "If-Match" in request.headers and not contract.conditional:
        raise Malformed("This call takes no If-Match.")


def _nowhere() -> None:
    """Stands for a view where there is none."""
