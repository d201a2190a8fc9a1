"""What the machine does to a library, and the sentence about it that the page shows in each language. The faults are real ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import filelock
import pytest

from assistant.config import load_settings
from assistant.errors import DiskFull, IndexUnavailable, StoreDamaged
from assistant.library import shared_store, sqlite_file
from assistant.page.library_view import FileState, render_files
from assistant.page.library_words import FAULTS
from assistant.page.page_words import words
from assistant.page.troubles import reworded
from assistant.pipeline import Assistant
from tests.fakes import HashEmbedder
from tests.libraries import free_port

Fault = Callable[[Path, pytest.MonkeyPatch], AbstractContextManager[None]]


@contextmanager
def another_ingest(home: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setattr(shared_store, "LOCK_TIMEOUT", 0.1)
    with filelock.FileLock(home / "write.lock"):
        yield


@contextmanager
def a_locked_database(home: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setattr(sqlite_file, "BUSY_TIMEOUT", 0.1)
    with closing(sqlite3.connect(home / "library.sqlite", isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def a_server_that_is_away(home: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setenv("ASSISTANT_CHROMA_URL", f"http://127.0.0.1:{free_port()}")
    yield


@contextmanager
def damaged_vectors(home: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    (home / "chroma" / "chroma.sqlite3").write_bytes(b"no database " * 1000)
    yield


@contextmanager
def refusing(code: int, home: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let SQLite refuse each change as it does on a disk that is full or may not be written; ``test_disk`` and ``test_sqlite_file`` have real ones."""

    def fail(self: sqlite_file.SqliteFile, key: str, value: str) -> None:
        with self._guard():
            error = sqlite3.OperationalError("refused")
            error.sqlite_errorcode = code
            raise error

    patch.setattr(sqlite_file.SqliteFile, "store", fail)
    yield


@contextmanager
def a_full_disk(home: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    with refusing(sqlite3.SQLITE_FULL, home, patch):
        yield


@contextmanager
def a_read_only_folder(home: Path, patch: pytest.MonkeyPatch) -> Iterator[None]:
    with refusing(sqlite3.SQLITE_READONLY, home, patch):
        yield


FAULTY = [
    (another_ingest, "IndexUnavailable", "unavailable", "another process has been writing"),
    (a_locked_database, "IndexUnavailable", "unavailable", "database is locked"),
    (a_server_that_is_away, "IndexUnavailable", "unavailable", "The vector server at http://127.0.0.1:"),
    (damaged_vectors, "StoreDamaged", "unavailable", "Run: assistant doctor --rebuild"),
    (a_full_disk, "DiskFull", "disk_full", "no space left on the disk of this folder"),
    (a_read_only_folder, "IndexUnavailable", "unavailable", "no right to write in this folder"),
]


@pytest.mark.parametrize(("fault", "kind", "sentence", "said"), FAULTY, ids=[row[0].__name__ for row in FAULTY])
def test_each_fault_has_its_sentence_in_both_languages(
    fault: Fault, kind: str, sentence: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, file = tmp_path / "home", tmp_path / "pay.md"
    file.write_text("# Pay\n\n## Article 1\n\nA mentor is paid 500 yuan a month.\n", encoding="utf-8")

    def take_in() -> list[str]:
        library = Assistant(load_settings(home=home, corpus=""), HashEmbedder())
        try:
            (report,) = library.ingest([file])
        finally:
            library.index.close()
        if report.outcome != "failed":
            return [report.outcome]
        assert said in report.error
        assert report.fault == kind
        return [render_files([FileState(file.name, report.outcome, report)], language) for language in ("en", "zh")]

    assert take_in() == ["added"]
    file.write_text("# Pay\n\n## Article 1\n\nA mentor is paid 600 yuan a month.\n", encoding="utf-8")
    with monkeypatch.context() as patch, fault(home, patch):
        shown = take_in()
    english, chinese = shown
    assert FAULTS[kind].zh in chinese
    assert FAULTS[kind].zh not in english
    error = {"DiskFull": DiskFull, "IndexUnavailable": IndexUnavailable, "StoreDamaged": StoreDamaged}[kind](f"{home}: x")
    assert [reworded(error, language) for language in ("en", "zh")] == [getattr(words(language), sentence) for language in ("en", "zh")]
    assert getattr(words("en"), sentence) != getattr(words("zh"), sentence)
