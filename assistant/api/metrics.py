"""What the server counts, as Prometheus reads it. No label says what was asked, by whom, or what was found."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.results import Abstention, Answer

_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("assistant_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry)
        self._seconds = Histogram(
            "assistant_request_seconds", "Seconds until a response was complete.", ("route",), registry=self._registry, buckets=_BUCKETS
        )
        self._outcomes = Counter("assistant_outcomes", "Questions answered or declined.", ("outcome", "reason"), registry=self._registry)
        self._files = Counter("assistant_files", "Files taken in.", ("outcome",), registry=self._registry)
        self._sign_ins = Counter("assistant_sign_ins", "Attempts to sign in.", ("outcome",), registry=self._registry)
        self._sources = Gauge("assistant_sources", "Sources in the library.", registry=self._registry)

    def count_outcome(self, result: Answer | Abstention) -> None:
        """Count a question by what became of it."""
        if isinstance(result, Answer):
            self._outcomes.labels("answer", "").inc()
        else:
            self._outcomes.labels("abstention", result.reason.value).inc()

    def count_file(self, outcome: str) -> None:
        """Count a file by what became of it."""
        self._files.labels(outcome).inc()

    def count_sign_in(self, outcome: str) -> None:
        """Count an attempt to sign in: ``ok``, ``wrong`` or ``throttled``."""
        self._sign_ins.labels(outcome).inc()

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by the template of its route."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, sources: int) -> bytes:
        """Return all counters in Prometheus's text format."""
        self._sources.set(sources)
        return generate_latest(self._registry)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measured(app: ASGIApp, metrics: Metrics, route_of: Callable[[Scope], str]) -> ASGIApp:
    """Return ``app`` with each of its requests counted under the route that has served it."""

    async def measure(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status, begun = 500, time.monotonic()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, note)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            metrics.count_request(method, route_of(scope), status, time.monotonic() - begun)

    return measure
