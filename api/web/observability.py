"""What can be seen from outside without seeing anybody: request ids, logs, counters, health.

Logs name the route, never the path, the query or the body: codes, tokens and names travel in those.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
from functools import cache

import structlog
from flask import Flask, Response, g, has_request_context, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# A name somebody made up would be one more series for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


def configure_logs(level: str = "info") -> None:
    """Write one JSON object a line to stderr. Safe to repeat."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_number_of(level)),
        # stderr is looked up at each call, because tests and servers replace it.
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _number_of(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def request_id() -> str:
    """Return the id of the running request: the caller's own where it is well formed."""
    if not has_request_context():
        return ""
    known: str | None = g.get("request_id")
    if known is None:
        given = request.headers.get("X-Request-Id", "")
        known = given if _REQUEST_ID.fullmatch(given) else os.urandom(16).hex()
        g.request_id = known
    return known


class Meters:
    """Counters of one app; a registry of its own lets a process hold several apps."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = Counter("tannha_requests", "Answered requests.", labels, registry=self._registry)
        self._seconds = Histogram(
            "tannha_request_seconds", "Time to answer.", ("route",), buckets=_SECONDS, registry=self._registry
        )
        # Found once for each: looking a counter up by its labels takes longer than counting.
        self._counter_of = cache(lambda route, method, status: self._requests.labels(route, method, str(status)))
        self._timer_of = cache(self._seconds.labels)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._counter_of(route, method, status).inc()
        self._timer_of(route).observe(seconds)

    def exposition(self) -> Response:
        """Return the counters as Prometheus reads them."""
        return Response(generate_latest(self._registry), content_type=CONTENT_TYPE_LATEST)


def register(app: Flask, meters: Meters, log_level: str) -> None:
    """Time and count every request, and log it where the level asks for it."""
    log = structlog.get_logger("tannha")
    is_logged = _number_of(log_level) <= logging.INFO

    @app.before_request
    def start() -> None:
        g.started_s = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        took_s = time.perf_counter() - g.get("started_s", time.perf_counter())
        rule, asked = request.url_rule, request.method
        route = rule.rule if rule is not None else "unknown"
        method = asked if asked in _METHODS else "OTHER"
        response.headers["X-Request-Id"] = request_id()
        meters.count(route, method, response.status_code, took_s)
        if is_logged:
            log.info(
                "request",
                route=route,
                method=method,
                status=response.status_code,
                took_ms=round(took_s * 1000, 1),
                request_id=request_id(),
            )
        return response
