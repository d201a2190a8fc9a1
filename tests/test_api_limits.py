"""Counting in windows of time, and working on requests in threads, without a server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from assistant.api.errors import ApiError
from assistant.api.limits import Window
from assistant.api.workers import Workers

T = TypeVar("T")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


def test_a_window_lets_so_many_through() -> None:
    clock = Clock()
    window = Window(2, 60, clock)
    assert [window.take("a"), window.take("a"), window.take("a"), window.take("b")] == [0, 0, 60, 0]
    clock.now = 45
    assert window.wait("a") == 15
    clock.now = 60
    assert window.take("a") == 0
    assert window.wait("b") == 0
    window.note("b")
    assert window.wait("b") == 0
    window.note("b")
    assert window.wait("b") == 60
    window.clear("b")
    assert window.wait("b") == 0


def test_a_window_remembers_no_more_than_it_can_hold() -> None:
    window = Window(1, 60)
    for n in range(10_050):
        window.take(str(n))
    assert len(window._events) == 10_000
    assert window.wait("10049") > 0


def test_work_is_done_and_its_error_comes_back() -> None:
    workers = Workers(1, 1, 5)

    def fail() -> None:
        raise ValueError("x")

    async def both() -> int:
        with pytest.raises(ValueError, match="x"):
            await workers.run(fail)
        return await workers.run(lambda: 7)

    assert run(both()) == 7
    workers.close()


def test_too_many_requests_are_refused_and_room_comes_back() -> None:
    workers, go = Workers(1, 1, 5), threading.Event()

    async def crowd() -> None:
        first, second = (asyncio.ensure_future(workers.run(go.wait)) for _ in range(2))
        await asyncio.sleep(0.05)
        with pytest.raises(ApiError) as error:
            await workers.run(lambda: None)
        assert (error.value.status_code, error.value.code) == (503, "busy")
        go.set()
        await asyncio.gather(first, second)
        await workers.run(lambda: None)

    run(crowd())
    workers.close()


def test_what_takes_too_long_is_given_up() -> None:
    workers, go = Workers(2, 2, 0.05), threading.Event()

    def slowly() -> Iterator[int]:
        yield 1
        go.wait(5)
        yield 2

    async def wait() -> None:
        for waiting in (workers.run(lambda: go.wait(5)), _collect(workers, slowly, [])):
            with pytest.raises(ApiError) as error:
                await waiting
            assert (error.value.status_code, error.value.code) == (504, "timeout")
        go.set()

    run(wait())
    workers.close()


async def _collect(workers: Workers, begin: Any, into: list[int]) -> None:
    async for item in workers.iterate(begin):
        into.append(item)


def test_items_come_as_they_are_made_and_stop_when_nobody_listens() -> None:
    workers, made = Workers(1, 1, 5), []

    def count() -> Iterator[int]:
        for n in range(1000):
            made.append(n)
            yield n
            time.sleep(0.002)

    async def listen() -> None:
        items = workers.iterate(count)
        assert [await anext(items), await anext(items)] == [0, 1]
        await items.aclose()  # type: ignore[attr-defined]
        await workers.run(lambda: None)

    run(listen())
    assert len(made) < 100
    workers.close()


def test_an_error_ends_the_items() -> None:
    workers, got = Workers(1, 1, 5), list[int]()

    def fail() -> Iterator[int]:
        yield 1
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        run(_collect(workers, fail, got))
    assert got == [1]
    workers.close()
