"""A store that several processes share: one writer at a time, and no view older than the last write."""

from __future__ import annotations

import errno
import threading
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


# -- readers and writers in several processes: each with a store of its own here, whose locks know nothing of one another ----------


def test_nobody_reads_while_another_process_writes(open_shared: ExitStack, tmp_path: Path) -> None:
    """Chroma writes when it reads: with both at once, vectors were lost."""
    mine, other = shared(open_shared, tmp_path), shared(open_shared, tmp_path)
    found: list[set[str]] = []
    reader = threading.Thread(target=lambda: found.append(mine.open().ids()))
    with other.writing():
        other.open().upsert(["p"], "s", ONE)
        reader.start()
        reader.join(0.2)
        assert found == []
        assert other.open().ids() == {"p"}, "who writes may read"
    reader.join(10)
    assert found == [{"p"}]


def test_nobody_writes_while_another_process_reads(open_shared: ExitStack, tmp_path: Path) -> None:
    mine, other = shared(open_shared, tmp_path), shared(open_shared, tmp_path)
    begun = threading.Event()

    def write() -> None:
        with other.writing():
            begun.set()

    writer = threading.Thread(target=write)
    with mine.reading():
        writer.start()
        assert not begun.wait(0.2)
    assert begun.wait(10)
    writer.join(10)


def test_threads_of_the_process_that_writes_may_read(open_shared: ExitStack, tmp_path: Path) -> None:
    store = shared(open_shared, tmp_path)
    found: list[set[str]] = []
    with store.writing():
        store.open().upsert(["p"], "s", ONE)
        reader = threading.Thread(target=lambda: found.append(store.open().ids()))
        reader.start()
        reader.join(10)
        assert found == [{"p"}]


def test_a_reader_that_began_before_the_end_of_its_own_process_s_write_ends_first(open_shared: ExitStack, tmp_path: Path) -> None:
    mine, other = shared(open_shared, tmp_path), shared(open_shared, tmp_path)
    reads, may_end, written = threading.Event(), threading.Event(), threading.Event()

    def read() -> None:
        with mine.reading():
            reads.set()
            may_end.wait(10)

    def write() -> None:
        with mine.writing():
            reader.start()
            reads.wait(10)
        with other.writing():
            written.set()

    reader, writer = threading.Thread(target=read), threading.Thread(target=write)
    writer.start()
    assert not written.wait(0.3)
    may_end.set()
    assert written.wait(10)
    writer.join(10)


def test_nobody_waits_for_a_writer_that_was_killed(open_shared: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_store, "LOCK_TIMEOUT", 0.1)
    mine, counted = shared(open_shared, tmp_path), Registry(tmp_path)
    with closing(counted):
        with mine.writing():
            mine.open().upsert(["p"], "s", ONE)
        counted.store("vector_writes", "3")
        assert mine.open().ids() == {"p"}


def test_who_reads_in_vain_is_told(open_shared: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = shared(open_shared, tmp_path), shared(open_shared, tmp_path)
    view = mine.open()
    with other.writing():
        monkeypatch.setattr(shared_store, "LOCK_TIMEOUT", 0.1)
        for act in (mine.open, view.ids, lambda: view.lost(["p"])):
            with pytest.raises(IndexUnavailable, match=r"another process has been writing for over 0 s\. Wait for it to finish"):
                act()
    assert view.ids() == set()
