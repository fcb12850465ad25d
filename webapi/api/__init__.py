"""The REST API under `/v2`: one blueprint a resource, each with its schemas."""

from __future__ import annotations

from flask import Flask

from webapi.api import (
    absences,
    audit_logs,
    authentication,
    clock,
    complaints,
    conditionals,
    decision_instances,
    decisions,
    deployments,
    docs,
    element_instances,
    incidents,
    jobs,
    messages,
    process_definitions,
    process_instance_history,
    process_instance_operations,
    process_instances,
    service,
    timers,
    user_tasks,
    variables,
)

_V2 = (
    absences,
    audit_logs,
    authentication,
    clock,
    complaints,
    conditionals,
    decision_instances,
    decisions,
    deployments,
    docs,
    element_instances,
    incidents,
    jobs,
    messages,
    process_definitions,
    process_instance_history,
    process_instance_operations,
    process_instances,
    timers,
    user_tasks,
    variables,
)


def register(app: Flask) -> None:
    """Serve every resource by `app`."""
    for resource in _V2:
        app.register_blueprint(resource.blueprint, url_prefix="/v2")
    app.register_blueprint(service.blueprint)
