"""Figures for Prometheus: requests by route and status, their time, and what the engine has waiting."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

requests = Counter("amends_http_requests", "Answered requests", ("method", "route", "status"), registry=REGISTRY)
seconds = Histogram(
    "amends_http_request_seconds",
    "Time from receipt to answer",
    ("method", "route"),
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


def register(app: Flask) -> None:
    """Count every request of `app`."""

    @app.after_request
    def count(response: Response) -> Response:
        route = str(request.url_rule or "-")
        requests.labels(request.method, route, str(response.status_code)).inc()
        began = g.get("began")
        if began is not None:
            seconds.labels(request.method, route).observe(time.perf_counter() - began)
        return response


def page() -> bytes:
    """All figures of this process in Prometheus' text format."""
    return generate_latest(REGISTRY)
