"""The service itself: is it there, is it ready, how does it fare."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request
from marshmallow import fields

from engine.permissions import Permission
from engine.types import SYSTEM
from webapi import metrics
from webapi.access import needs, public
from webapi.api.contract import answers, declare
from webapi.api.fields import Instant, always
from webapi.api.schemas import View
from webapi.context import engine
from webapi.release import release

blueprint = Blueprint("service", __name__)


class _Partition(View):
    partition_id = fields.Integer()
    role = fields.String()
    health = fields.String()


class _Broker(View):
    node_id = fields.Integer()
    host = fields.String()
    port = fields.Integer()
    partitions = fields.List(fields.Nested(_Partition))
    version = fields.String()


class _Node(View):
    """One process of the service. `clockSkew`: seconds by which its machine's clock is ahead of the database's."""

    host = fields.String()
    pid = fields.Integer()
    release = fields.String()
    revision = fields.String(metadata={"description": "Newest revision of the tables that it knows."})
    roles = fields.List(fields.String(), metadata={"description": "Of api, timers, jobs and jobs:TYPE."})
    started_at = Instant()
    seen_at = Instant()
    clock_skew = fields.Float()
    alive = fields.Boolean(metadata={"description": "Whether it was seen in the last minute."})


class TopologyView(View):
    """One broker with one partition, as Camunda's clients look for it; `nodes` are the processes behind it."""

    brokers = fields.List(fields.Nested(_Broker))
    cluster_size = fields.Integer()
    partitions_count = fields.Integer()
    replication_factor = fields.Integer()
    gateway_version = fields.String()
    last_completed_change_id = fields.String()
    cluster_id = always()
    nodes = fields.List(fields.Nested(_Node))


class HealthView(View):
    """`UP`, or an error."""

    status = fields.String()


@blueprint.get("/v2/status")
@public
@answers()
def status() -> None:
    """204 while the service can do its work."""
    engine().check()


@blueprint.get("/v2/topology")
@needs(*Permission)
@answers(TopologyView)
def topology() -> dict[str, Any]:
    """The shape of the cluster, as clients of Camunda 8 ask for it, and which processes run."""
    host, _, port = request.host.partition(":")
    broker = {
        "node_id": 0,
        "host": host,
        "port": int(port) if port.isdigit() else 80,
        "partitions": [{"partition_id": 1, "role": "leader", "health": "healthy"}],
        "version": release(),
    }
    return {
        "brokers": [broker],
        "cluster_size": 1,
        "partitions_count": 1,
        "replication_factor": 1,
        "gateway_version": release(),
        "last_completed_change_id": "-1",
        "nodes": engine().nodes.running(SYSTEM),
    }


@blueprint.get("/health/live")
@public
@answers(HealthView)
def live() -> dict[str, str]:
    """Whether the process answers at all; asks nobody else."""
    return {"status": "UP"}


@blueprint.get("/health/ready")
@public
@answers(HealthView)
def ready() -> dict[str, str]:
    """Whether the database answers too: 503 tells a load balancer to look elsewhere."""
    engine().check()
    return {"status": "UP"}


@blueprint.get("/metrics")
@public
def figures() -> Response:
    """Figures for Prometheus; counts and times only, of this process."""
    return current_app.response_class(metrics.page(), content_type=metrics.CONTENT_TYPE)


declare(figures, media_type="text/plain")
