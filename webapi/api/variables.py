"""Variables of process instances, each with the scope that holds it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SearchRequest
from webapi.access import actor, needs
from webapi.api.contract import answers, takes
from webapi.api.fields import JsonText, Key, Tenant, by_key, by_switch, by_text
from webapi.api.lineage import root
from webapi.api.schemas import Body, View, page_of, search_body
from webapi.context import engine

blueprint = Blueprint("variables", __name__)


class VariableView(View):
    """A variable; the value is JSON in a string, always whole."""

    variable_key = Key()
    name = fields.String()
    value = JsonText()
    is_truncated = fields.Constant(constant=False)
    scope_key = Key()
    process_instance_key = Key()
    root_process_instance_key = root()
    tenant_id = Tenant()


class VariableFilter(Body):
    """What variables can be searched by."""

    variable_key = by_key()
    name = by_text()
    scope_key = by_key()
    process_instance_key = by_key()
    value = by_text()
    is_truncated = by_switch()
    tenant_id = Tenant()


_SORT = ("variableKey", "name", "value", "scopeKey", "processInstanceKey")


@blueprint.get("/variables/<key:key>")
@needs(Permission.PROCESS_READ)
@answers(VariableView)
def get(key: int) -> Any:
    """One variable."""
    return engine().history.variable(actor(), key)


@blueprint.post("/variables/search")
@needs(Permission.PROCESS_READ)
@takes(search_body("Variable", VariableFilter, _SORT), optional=True)
@answers(page_of("Variable", VariableView))
def search(body: SearchRequest) -> Any:
    """Search the variables of process instances."""
    return engine().instances.search_variables(actor(), body)
