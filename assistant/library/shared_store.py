"""The vector store of a library that several processes read and write: one writer at a time, and no view older than the last write.

Chroma brings its files up to date when it is read as well. So nobody reads an embedded store while another process writes to it: who reads
shares ``read.lock``, and who writes has it alone. That lasts as long as one document is brought in; its vectors are made before.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from assistant.errors import IndexUnavailable
from assistant.library.disk import disk_fault
from assistant.library.registry import Registry
from assistant.library.vectors import COLLECTION, VectorStore

LOCK_TIMEOUT = 120.0
"""Seconds that a second writer, or a reader in another process, waits for the first writer."""
_POLL = 0.01


class SharedStore:
    """Opens the store when it is first needed, and an embedded one again when another process has written to it.

    The registry counts the beginnings and ends of writes by all processes; an odd count means that one is under way, or was killed. Readers that
    see it wait, so that a writer need not wait for readers without end.
    """

    def __init__(self, home: Path, url: str, registry: Registry) -> None:
        self._home = home
        self._url = url
        self._registry = registry
        self._store: VectorStore | None = None
        self._seen = 0
        self._opening = threading.Lock()
        self._lock = filelock.FileLock(home / "write.lock", timeout=LOCK_TIMEOUT)
        self._turn = threading.Condition()
        self._writes_here = False
        self._reading_here = 0
        """Threads of this process that read while it writes: Chroma lets them."""

    def open(self) -> VectorStore:
        """Return the store as it is now."""
        with self.reading() as store:
            return store

    @contextmanager
    def reading(self) -> Iterator[VectorStore]:
        """Let no other process write, and yield the store as it is now.

        Raises:
            IndexUnavailable: a writer does not finish, or the store cannot be opened.
        """
        with self._turn:
            joins = self._writes_here and not self._url
            self._reading_here += joins
        try:
            if joins or self._url:
                yield self._current()
            else:
                with self._between_writes():
                    yield self._current()
        finally:
            with self._turn:
                self._reading_here -= joins
                self._turn.notify_all()

    def _current(self) -> VectorStore:
        with self._opening:
            writes = self._writes()
            if self._store is None or (writes != self._seen and not self._url):
                self._store = VectorStore(self._home, self._url, self._registry.get("collection") or COLLECTION, self.reading)
                self._seen = writes
            return self._store

    @contextmanager
    def _between_writes(self) -> Iterator[None]:
        deadline = time.monotonic() + LOCK_TIMEOUT
        while True:
            with self._locked(exclusive=False):
                writes = self._writes()
                if writes % 2 == 0 or writes == self._seen or self._was_killed():
                    yield
                    return
            if time.monotonic() > deadline:
                raise self._busy()
            time.sleep(_POLL)

    def _was_killed(self) -> bool:
        """Whether the writer that began does not live any more: it held a lock."""
        try:
            with self._lock.acquire(timeout=0):
                return True
        except filelock.Timeout:
            return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only process that uses an embedded store."""
        if self._url:
            yield
            return
        with self._turn:
            self._writes_here = True
        try:
            with self._locked(exclusive=True):
                try:
                    yield
                finally:
                    with self._turn:
                        self._writes_here = False
                        self._turn.wait_for(lambda: not self._reading_here)
        finally:
            self._writes_here = False

    @contextmanager
    def _locked(self, exclusive: bool) -> Iterator[None]:
        deadline = time.monotonic() + LOCK_TIMEOUT
        try:
            descriptor = os.open(self._home / "read.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._told(error) from error
        try:
            while not _try_lock(descriptor, exclusive):
                if time.monotonic() > deadline:
                    raise self._busy()
                time.sleep(_POLL)
            yield
        finally:
            os.close(descriptor)  # lets go of the lock

    def empty(self, anew: bool) -> None:
        """Delete all vectors, whatever state the store is in; with ``anew`` those that come may have another dimension."""
        if self._url and anew:
            self.open().clear()
        elif self._url:
            self.open().delete(self.open().ids())
        else:
            self._store = None
            folder = self._home / "chroma"
            if folder.is_dir():
                shutil.rmtree(folder)
            else:
                folder.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of files and connections."""
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = None

    @contextmanager
    def still(self) -> Iterator[None]:
        """Let no process write meanwhile.

        Raises:
            IndexUnavailable: a writer does not finish, or the lock cannot be made.
        """
        try:
            with self._lock:
                yield
        except filelock.Timeout as error:
            raise self._busy() from error

    def _busy(self) -> IndexUnavailable:
        return IndexUnavailable(
            f"{self._home}: another process has been writing for over {LOCK_TIMEOUT:.0f} s. Wait for it to finish, then run the command again."
        )

    def _told(self, error: OSError) -> IndexUnavailable:
        told = IndexUnavailable(f"{self._home}: cannot be written ({error.strerror or error}). Check its rights and the free space.")
        return disk_fault(error, self._home) or told

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one that writes.

        Raises:
            IndexUnavailable: another writer does not finish, or the disk fails.
        """
        try:
            with self.still():
                self._begin()
                try:
                    with self._alone():
                        yield
                finally:
                    self._end()
        except OSError as error:
            raise self._told(error) from error

    def _writes(self) -> int:
        return int(self._registry.get("vector_writes") or 0)

    def _begin(self) -> None:
        with self._opening:
            writes = self._writes()
            if (writes != self._seen or writes % 2) and not self._url:  # odd: a writer was killed, its last vectors may be newer than this view
                self._store = None
            self._seen = writes + 1 + writes % 2
            self._registry.store("vector_writes", str(self._seen))

    def _end(self) -> None:
        with self._opening:
            self._seen += 1
            self._registry.store("vector_writes", str(self._seen))


def _try_lock(descriptor: int, exclusive: bool) -> bool:
    if sys.platform == "win32":
        return True  # has no lock that several may share
    import fcntl

    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
