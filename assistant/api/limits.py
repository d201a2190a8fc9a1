"""How much and how often: sizes of requests, requests a minute, and attempts to sign in."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.errors import ApiError, error_response

MAX_BODY = 1 << 20
"""Bytes of a request that carries no files: a long conversation of a chat client fits."""
_UPLOADS = ("/api/v1/ingest", "/gradio_api/upload", "/api/v1/tools/agreement", "/api/v1/tools/monitor", "/api/v1/tools/majors")
_KEPT = 10_000
"""Keys remembered; beyond, the one that was seen longest ago is forgotten."""


class Window:
    """Counts events of a key in the last ``seconds``, up to ``limit``."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._seconds, self._clock = limit, seconds, clock
        self._events: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Return the seconds until the next event is allowed; 0 means now."""
        with self._lock:
            events = self._recent(key)
            return events[0] + self._seconds - self._clock() if len(events) >= self._limit else 0.0

    def note(self, key: str) -> None:
        """Count an event."""
        with self._lock:
            self._recent(key).append(self._clock())

    def take(self, key: str) -> float:
        """Count an event if it is allowed; return the seconds to wait if it is not."""
        with self._lock:
            events = self._recent(key)
            if len(events) >= self._limit:
                return events[0] + self._seconds - self._clock()
            events.append(self._clock())
            return 0.0

    def clear(self, key: str) -> None:
        """Forget the events of a key."""
        with self._lock:
            self._events.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        events = self._events.setdefault(key, deque(maxlen=self._limit))
        self._events.move_to_end(key)
        if len(self._events) > _KEPT:
            self._events.popitem(last=False)
        while events and events[0] <= self._clock() - self._seconds:
            events.popleft()
        return events


def too_many(seconds: float) -> ApiError:
    """Return the error for somebody who asks too often."""
    wait = max(1, math.ceil(seconds))
    return ApiError(429, "too_many_requests", f"Too many requests. Try again in {wait} s.", headers={"Retry-After": str(wait)})


def limited(app: ASGIApp, max_upload: int, timeout: float) -> ASGIApp:
    """Return ``app`` with requests that are too large, or that do not arrive within ``timeout`` seconds, refused."""

    async def limit(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        most = max_upload if scope["path"].rstrip("/") in _UPLOADS else MAX_BODY
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > most:
            await error_response(_too_large(most))(scope, receive, send)
            return
        received, complete, begun = 0, False, time.monotonic()

        async def counted() -> Message:
            nonlocal received, complete
            if complete:  # what comes now is that the client went away
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, begun + timeout - time.monotonic()))
            except TimeoutError:
                raise ApiError(408, "timeout", f"The request did not arrive within {timeout:g} s. Send it again.") from None
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > most:
                raise _too_large(most)
            return message

        await app(scope, counted, send)

    return limit


def _too_large(most: int) -> ApiError:
    return ApiError(413, "too_large", f"The request is larger than {most:,} bytes. Send less, or raise ASSISTANT_MAX_UPLOAD_MB for uploads.")
