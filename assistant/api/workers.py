"""Threads in which requests are worked on: a fixed number, a queue with an end, and a time after which a request is given up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from assistant.api.errors import ApiError

T = TypeVar("T")
_END = object()


class Workers:
    """Runs what would block the server.

    Args:
        threads: how many requests are worked on at once.
        waiting: how many more may wait; the next are refused.
        timeout: seconds after which a request is given up. Its thread still finishes, and is not used before.
    """

    def __init__(self, threads: int = 4, waiting: int = 32, timeout: float = 120.0) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._room = threads + waiting
        self._lock = threading.Lock()
        self._timeout = timeout

    def close(self) -> None:
        """Begin nothing new."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Callable[[], T], patience: float = 1.0) -> T:
        """Return what ``work`` returns; ``patience`` times the usual timeout is waited.

        Raises:
            ApiError: too many requests wait already, or it takes too long.
        """
        future = self._submit(work)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), patience * self._timeout)
        except TimeoutError:
            future.cancel()
            raise _too_slow(patience * self._timeout) from None

    async def iterate(self, begin: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
        """Yield what an iterator yields as soon as it is there; it is stopped when nobody wants more.

        Raises:
            ApiError: too many requests wait already, or it takes too long.
        """
        loop, queue, stopped = asyncio.get_running_loop(), asyncio.Queue[object](), threading.Event()

        def work() -> None:
            try:
                for item in begin():
                    if stopped.is_set():
                        return
                    loop.call_soon_threadsafe(queue.put_nowait, item)
                loop.call_soon_threadsafe(queue.put_nowait, _END)
            except Exception as error:
                loop.call_soon_threadsafe(queue.put_nowait, error)

        future, end = self._submit(work), time.monotonic() + self._timeout
        try:
            while True:
                item = await asyncio.wait_for(queue.get(), end - time.monotonic())
                if item is _END:
                    return
                if isinstance(item, Exception):
                    raise item
                yield item  # type: ignore[misc]
        except TimeoutError:
            raise _too_slow(self._timeout) from None
        finally:
            stopped.set()
            future.cancel()

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._room <= 0:
                raise ApiError(503, "busy", "Too many requests are being worked on. Try again in some seconds.", headers={"Retry-After": "5"})
            self._room -= 1
        future = self._pool.submit(work)
        future.add_done_callback(self._done)
        return future

    def _done(self, future: Future[T]) -> None:
        with self._lock:
            self._room += 1


def _too_slow(seconds: float) -> ApiError:
    return ApiError(504, "timeout", f"It took longer than {seconds:g} s. Ask for less, or raise ASSISTANT_REQUEST_TIMEOUT.")
