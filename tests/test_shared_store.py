"""A store that several processes share: one writer at a time, and no view older than the last write."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import filelock
import numpy as np
import pytest

from assistant.errors import IndexUnavailable
from assistant.library import shared_store
from assistant.library.registry import Registry
from assistant.library.shared_store import SharedStore

ONE = np.eye(4, dtype=np.float32)[:1]


@pytest.fixture
def open_shared(tmp_path: Path) -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def shared(stack: ExitStack, home: Path, url: str = "") -> SharedStore:
    registry = Registry(home)
    stack.callback(registry.close)
    store = SharedStore(home, url, registry)
    stack.callback(store.close)
    return store


def test_it_is_opened_once_and_again_when_another_has_written(open_shared: ExitStack, tmp_path: Path) -> None:
    mine, other = shared(open_shared, tmp_path), shared(open_shared, tmp_path)
    first = mine.open()
    assert mine.open() is first
    with other.writing():
        other.open().upsert(["p"], "s", ONE)
    assert mine.open() is not first
    assert mine.open().ids() == {"p"}


def test_the_writes_of_all_are_counted_and_an_odd_count_means_that_one_is_under_way(open_shared: ExitStack, tmp_path: Path) -> None:
    store, counted = shared(open_shared, tmp_path), Registry(tmp_path)
    with closing(counted):
        with store.writing():
            assert counted.get("vector_writes") == "1"
        assert counted.get("vector_writes") == "2"
        counted.store("vector_writes", "3")  # one was killed
        with store.writing():
            assert counted.get("vector_writes") == "5"
        assert counted.get("vector_writes") == "6"


def test_what_fails_while_writing_is_over_all_the_same(open_shared: ExitStack, tmp_path: Path) -> None:
    store = shared(open_shared, tmp_path)
    with pytest.raises(IndexUnavailable, match=r"cannot be written \(full\)\. Check its rights and the free space\."), store.writing():
        raise OSError("full")
    with pytest.raises(IndexUnavailable) as caught, store.writing():
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(caught.value) == f"{tmp_path}: no space left on the disk of this folder. Free some, then try again: nothing was lost."
    with store.writing():
        store.open().upsert(["p"], "s", ONE)
    assert store.open().ids() == {"p"}


def test_who_waits_in_vain_is_told(open_shared: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_store, "LOCK_TIMEOUT", 0.1)
    store = shared(open_shared, tmp_path)
    with filelock.FileLock(tmp_path / "write.lock"), pytest.raises(IndexUnavailable, match="another process has been writing for over 0 s"), store.still():
        pass


@pytest.mark.parametrize("kept", ["folder", "server"])
def test_emptied_anew_it_takes_vectors_of_another_length(request: pytest.FixtureRequest, open_shared: ExitStack, tmp_path: Path, kept: str) -> None:
    url = str(request.getfixturevalue("chroma_url")) if kept == "server" else ""
    store = shared(open_shared, tmp_path, url)
    store.open().upsert(["p"], "s", ONE)
    store.empty(anew=True)
    assert store.open().ids() == set()
    store.open().upsert(["q"], "s", np.eye(7, dtype=np.float32)[:1])
    assert store.open().ids() == {"q"}
    store.empty(anew=False)
    assert store.open().ids() == set()
