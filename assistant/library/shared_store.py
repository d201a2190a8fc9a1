"""The vector store of a library that several processes read and write: one writer at a time, and no view older than the last write."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from assistant.errors import IndexUnavailable
from assistant.library.disk import disk_fault
from assistant.library.registry import Registry
from assistant.library.vectors import COLLECTION, VectorStore

LOCK_TIMEOUT = 120.0
"""Seconds that a second writer waits for the first."""


class SharedStore:
    """Opens the store when it is first needed, and an embedded one again when another process has written to it.

    The registry counts the beginnings and ends of writes by all processes; an odd count means that one is under way, or was killed.
    """

    def __init__(self, home: Path, url: str, registry: Registry) -> None:
        self._home = home
        self._url = url
        self._registry = registry
        self._store: VectorStore | None = None
        self._seen = 0
        self._opening = threading.Lock()
        self._lock = filelock.FileLock(home / "write.lock", timeout=LOCK_TIMEOUT)

    def open(self) -> VectorStore:
        """Return the store as it is now."""
        with self._opening:
            writes = self._writes()
            if self._store is None or (writes != self._seen and not self._url):
                self._store = VectorStore(self._home, self._url, self._registry.get("collection") or COLLECTION)
                self._seen = writes
            return self._store

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
            raise IndexUnavailable(
                f"{self._home}: another process has been writing for over {LOCK_TIMEOUT:.0f} s. Wait for it to finish, then run the command again."
            ) from error

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
                    yield
                finally:
                    self._end()
        except OSError as error:
            told = IndexUnavailable(f"{self._home}: cannot be written ({error.strerror or error}). Check its rights and the free space.")
            raise disk_fault(error, self._home) or told from error

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
