"""Who the caller is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from webapi.access import actor, signed_in
from webapi.api.contract import answers
from webapi.api.fields import DEFAULT_TENANT, always
from webapi.api.schemas import View
from webapi.context import engine

blueprint = Blueprint("authentication", __name__)


class CallerView(View):
    """The account behind the credentials, and what they allow."""

    username = fields.String()
    display_name = fields.String(attribute="name")
    email = fields.String(allow_none=True)
    groups = fields.List(fields.String())
    roles = always([])
    tenants = always([{"tenantId": DEFAULT_TENANT, "name": "Default", "description": None}])
    authorized_components = always(["*"])
    sales_plan_type = always()
    c8_links = always({})
    can_logout = always(value=True)
    permissions = fields.Function(lambda _: sorted(actor().permissions))
    locale = fields.String(allow_none=True)


@blueprint.get("/authentication/me")
@signed_in
@answers(CallerView)
def me() -> Any:
    """The account behind the credentials, its groups and permissions."""
    return engine().people.get(actor(), actor().username)
