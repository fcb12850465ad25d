"""Deployments: diagrams, tables and forms come in, all or nothing, through the gate."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Blueprint, request
from marshmallow import fields

from engine.errors import Malformed, UnsupportedContent
from engine.permissions import Permission
from engine.processes import Resource
from engine.processes.definition_views import DeployedDecision, DeployedForm, DeployedProcess
from webapi.access import actor, needs
from webapi.api.contract import answers, asks, declare, idempotency_key, load, repeatable
from webapi.api.fields import Key, Tenant
from webapi.api.schemas import Body, View
from webapi.context import engine

blueprint = Blueprint("deployments", __name__)


class _Query(Body):
    dry_run = fields.Boolean(load_default=False)


class _Files(Body):
    """Parts of the multipart body."""

    resources = fields.List(fields.Raw(metadata={"type": "string", "format": "binary"}), required=True)
    tenant_id = Tenant()


class ProcessDeployed(View):
    """A process that stands in a deployment, with the version that it got or had."""

    process_definition_key = Key()
    process_definition_id = fields.String()
    process_definition_version = fields.Integer()
    resource_name = fields.String()
    tenant_id = Tenant()


class DecisionDeployed(View):
    """A decision that stands in a deployment."""

    decision_definition_key = Key()
    decision_definition_id = fields.String()
    version = fields.Integer()
    name = fields.String(allow_none=True)
    resource_name = fields.String()
    tenant_id = Tenant()


class FormDeployed(View):
    """A form that stands in a deployment."""

    form_key = Key()
    form_id = fields.String()
    version = fields.Integer()
    resource_name = fields.String()
    tenant_id = Tenant()


class _Part(View):
    process_definition = fields.Nested(ProcessDeployed)
    decision_definition = fields.Nested(DecisionDeployed)
    form = fields.Nested(FormDeployed)

    @ma.pre_dump
    def by_kind(self, part: Any, **_: Any) -> dict[str, Any]:
        return {_KINDS[type(part)]: part}


_KINDS = {DeployedProcess: "process_definition", DeployedDecision: "decision_definition", DeployedForm: "form"}


class FindingView(View):
    """A remark of the gate that does not stop the deployment."""

    rule = fields.String()
    message = fields.String()
    cure = fields.String()
    severity = fields.String()
    file = fields.String()
    element_id = fields.String()
    line = fields.Integer()
    column = fields.Integer()

    @ma.post_dump
    def known(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Leave out what is unknown."""
        return {name: value for name, value in data.items() if value is not None}


class DeploymentView(View):
    """A deployment: each definition in an object that names its kind."""

    deployment_key = Key(allow_none=True)
    tenant_id = Tenant()
    deployments = fields.List(fields.Nested(_Part))
    findings = fields.List(fields.Nested(FindingView))


def _resources() -> list[Resource]:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedContent("A deployment is multipart/form-data with parts named resources.")
    given = [upload for upload in request.files.getlist("resources") if upload.filename]
    if not given:
        raise Malformed("resources: at least one file is needed.")
    load(_FIELDS, {"resources": [upload.filename for upload in given], **request.form.to_dict()})
    return [Resource(name=str(upload.filename), content=upload.read()) for upload in given]


_FIELDS = _Files()


@blueprint.post("/deployments")
@needs(Permission.PROCESS_DEPLOY)
@repeatable
@asks(_Query)
@answers(DeploymentView)
def deploy(query: dict[str, Any]) -> Any:
    """Deploy .bpmn, .dmn and .form files, all or none; `dryRun` only checks them.

    What is already there with the same content keeps its version, so that a repeat changes nothing. Process tests that
    are sent along (`tests.yaml`, `*.tests.yaml`) are run first and not stored.
    """
    given = _resources()
    return engine().deployments.deploy(actor(), given, dry_run=query["dry_run"], idempotency=idempotency_key())


declare(deploy, multipart=_Files)
