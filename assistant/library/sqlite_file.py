"""One library's SQLite file: a connection for each thread, transactions, and the revision that each change raises."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.documents import Audience
from assistant.errors import IndexUnavailable
from assistant.library.disk import disk_fault
from assistant.library.schema import bring_up

BUSY_TIMEOUT = 30.0
"""Seconds to wait for another program that has the file locked."""


class SqliteFile:
    """The file with its tables, and the facts about the library itself that it holds. Safe to use from several threads.

    Deleted text is overwritten in the file (``secure_delete``).

    Raises:
        IndexUnavailable: the file cannot be opened or written.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "library.sqlite"
        self._local = threading.local()
        try:
            home.mkdir(parents=True, exist_ok=True)
            with self._guard() as db:
                bring_up(db, self.path)
        except OSError as error:
            told = IndexUnavailable(f"{home}: the library folder cannot be used ({error.strerror}). Choose another with ASSISTANT_HOME.")
            raise disk_fault(error, home) or told from error

    def _connect(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA foreign_keys = ON")
            self._local.db = db
        return db

    def close(self) -> None:
        """Close this thread's connection; it is opened again when needed."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            del self._local.db
            db.close()

    @contextmanager
    def _guard(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connect()
        except sqlite3.DatabaseError as error:
            told = IndexUnavailable(
                f"{self.path}: the library file cannot be used ({error}). Close other programs that use it, check the disk, then run: assistant doctor"
            )
            raise disk_fault(error, self.path.parent) or told from error

    @contextmanager
    def _change(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One write transaction that raises the revision."""
        with self._guard() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                revision = self.revision() + 1
                db.execute("INSERT OR REPLACE INTO meta VALUES ('revision', ?)", (str(revision),))
                yield db, revision
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """Let several reads see the same revision, whatever others write meanwhile."""
        with self._guard() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                if db.in_transaction:
                    db.execute("COMMIT")

    def revision(self) -> int:
        """Return the number of committed changes."""
        return int(self.get("revision") or 0)

    def revision_for(self, audiences: Iterable[Audience]) -> int:
        """Return the number of committed changes that touched a source for one of ``audiences``."""
        return sum(int(self.get(f"revision:{audience.value}") or 0) for audience in audiences)

    def get(self, key: str) -> str | None:
        """Return a stored fact about the index itself (embedder, dimension, chunker), or ``None``."""
        with self._guard() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def store(self, key: str, value: str) -> None:
        """Store a fact about the index itself. Does not raise the revision."""
        with self._guard() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
