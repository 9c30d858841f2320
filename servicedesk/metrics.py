"""What Prometheus reads: requests as counted by every web process, and the findings of health."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from django.http.response import HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from servicedesk.health import findings

REQUESTS = Counter("servicedesk_requests", "Requests answered", ["page", "method", "status"])
SECONDS = Histogram("servicedesk_request_seconds", "Time to answer", ["page"], buckets=(0.05, 0.1, 0.3, 1, 3, 10))
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
log = structlog.get_logger("servicedesk.requests")


def measured(get_response: Callable[[Any], HttpResponseBase]) -> Callable[[Any], HttpResponseBase]:
    """Counts a request and logs one line for it. A page is named by its route: a path can hold a secret."""

    def middleware(request: Any) -> HttpResponseBase:
        started = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - started
        page = _page(request)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(page, method, response.status_code).inc()
        SECONDS.labels(page).observe(seconds)
        log.info("request", page=page, method=method, status=response.status_code, ms=round(seconds * 1000))
        return response

    return middleware


def _page(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return (match.view_name or match.route) if match else "none"


class Health(Collector):
    def collect(self) -> Iterator[Metric]:
        ok = GaugeMetricFamily("servicedesk_ok", "1 when this part is well", labels=["part"])
        value = GaugeMetricFamily("servicedesk_value", "Seconds, or per cent of free disk", labels=["part"])
        for finding in findings():
            ok.add_metric([finding.name], float(finding.ok))
            if finding.value is not None:
                value.add_metric([finding.name], finding.value)
        yield from (ok, value)


def exposition() -> bytes:
    """All workers' counts where gunicorn keeps them together, this process's own otherwise."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry = REGISTRY
    health = CollectorRegistry()
    health.register(Health())
    return generate_latest(registry) + generate_latest(health)
