"""Who may call a route: declared beside the route, enforced before it runs.

A route that declares nothing is refused to everybody, so that a forgotten declaration is a broken page and
never an open door. The engine asks the same permissions again: this is the outer of two walls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import current_app, g, request

from engine.errors import Forbidden, Malformed, Unauthenticated
from engine.permissions import Permission, may
from engine.types import Actor
from webapi import auth
from webapi.security import csrf

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "__access__"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, kw_only=True)
class Access:
    """What a route asks of its caller: nothing (`public`), to be known, or one of `permissions`."""

    public: bool = False
    permissions: frozenset[Permission] = frozenset()


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Declare that the caller must hold one of `permissions`."""
    return _declare(Access(permissions=frozenset(permissions)))


def public(view: View) -> View:
    """Declare that anybody may call: the complainant's pages, health, the contract itself."""
    return _declare(Access(public=True))(view)


def signed_in(view: View) -> View:
    """Declare that everybody who is logged in may call."""
    return _declare(Access())(view)


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, access)
        return view

    return mark


def declared(view: Callable[..., Any]) -> Access | None:
    """What `view` declares, or None."""
    found = getattr(view, _MARK, None)
    return found if isinstance(found, Access) else None


def actor() -> Actor:
    """Who calls. Raises `Unauthenticated` where nobody is logged in."""
    found = caller()
    if found is None:
        raise Unauthenticated
    return found


def caller() -> Actor | None:
    """Who calls, or None for a stranger (on public routes)."""
    found: Actor | None = g.get("actor")
    return found


def holds(who: Actor, *permissions: Permission) -> bool:
    """Whether `who` holds one of `permissions`."""
    return any(may(who, permission) for permission in permissions)


def guard() -> None:
    """Before every request: find the caller, refuse forged forms and missing permissions."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return
    _refuse_null()
    access = declared(view)
    if access is None:
        raise Forbidden("This address is closed: it declares no permission.")
    who = auth.identify()
    g.actor = who
    if who is None and not access.public:
        raise Unauthenticated
    if not auth.by_header():
        csrf.protect()
    if who is not None and access.permissions and not holds(who, *access.permissions):
        raise Forbidden(f"This needs the permission {_listed(access.permissions)}.")


def _refuse_null() -> None:
    """PostgreSQL stores no null character, and no person types one: refuse it wherever a text may come from."""
    texts = [request.path, *request.args.values()]
    if request.mimetype in _FORMS:
        texts += [value for values in request.form.listvalues() for value in values]
        texts += [file.filename or "" for files in request.files.listvalues() for file in files]
    if any("\0" in text for text in texts):
        raise Malformed("A null character is in a text where none may be.")


def _listed(permissions: frozenset[Permission]) -> str:
    return " or ".join(sorted(permissions))
