"""What a disk did, told apart: full, not to be written, or something else."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import IndexUnavailable
from assistant.library.disk import disk_fault
from assistant.library.index import Index
from tests.fakes import HashEmbedder
from tests.libraries import APPLES, make_source, many_passages

FULL = "no space left on the disk of this folder. Free some, then try again: nothing was lost."
BARRED = "no right to write in this folder. Give the user that runs the assistant that right, or choose another with ASSISTANT_HOME."
Usage = namedtuple("Usage", "total used free")


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("in its own words")
    error.sqlite_errorcode = code
    return error


def told(error: Exception, home: Path) -> str:
    return str(disk_fault(error, home) or "")


def free(monkeypatch: pytest.MonkeyPatch, **rooms: int) -> None:
    """Let so many bytes be free in folders of these names, and plenty in all others."""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1 << 40, 0, rooms.get(Path(folder).name, 1 << 39)))


def test_what_a_full_disk_does_is_known_by_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    free(monkeypatch)
    full = [of_sqlite(sqlite3.SQLITE_FULL), OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x"), RuntimeError("(code: 13) database or disk is full")]
    assert {told(error, home) for error in full} == {f"{home}: {FULL}"}
    assert told(of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), home) == "", "with room on the disk it is something else"
    free(monkeypatch, home=4096)
    unsaid = [of_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), RuntimeError("Failed to apply logs to the metadata segment")]
    assert {told(error, home) for error in unsaid} == {f"{home}: {FULL}"}
    monkeypatch.setattr(tempfile, "gettempdir", lambda: "/small")
    free(monkeypatch, small=0)
    assert told(of_sqlite(sqlite3.SQLITE_FULL), home) == f"/small: {FULL}", "where SQLite rewrites the file"


def test_a_missing_right_is_known_by_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "error returned from database: (code: 8) attempt to write a readonly database"
    barred = [of_sqlite(sqlite3.SQLITE_READONLY), OSError(errno.EACCES, "x"), OSError(errno.EROFS, "x"), RuntimeError(words)]
    assert {told(error, tmp_path) for error in barred} == {f"{tmp_path}: {BARRED}"}
    assert told(of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), tmp_path) == "", "somebody has moved the file"
    assert told(of_sqlite(sqlite3.SQLITE_CANTOPEN), tmp_path) == "", "too many open files, say"
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.F_OK)
    assert told(of_sqlite(sqlite3.SQLITE_CANTOPEN), tmp_path) == f"{tmp_path}: {BARRED}"


OTHERS = [of_sqlite(sqlite3.SQLITE_BUSY), of_sqlite(sqlite3.SQLITE_NOTADB), sqlite3.ProgrammingError("x"), OSError("x"), ValueError("x")]


@pytest.mark.parametrize("error", OTHERS)
def test_all_else_is_not_the_disk(error: Exception, tmp_path: Path) -> None:
    assert told(error, tmp_path) == ""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of its own, of 48 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a disk in memory")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(file: Path, left: int) -> None:
    """Fill the disk but for so many bytes."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT), "wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(4096))
        except OSError:
            out.truncate(max(0, out.tell() - left))


@pytest.mark.parametrize("left", [0, 40_000, 600_000])
@pytest.mark.parametrize("opened", [False, True])
def test_a_disk_that_is_really_full_is_told_and_costs_nothing(small_disk: Path, left: int, opened: bool) -> None:
    home = small_disk / "home"
    index = Index(home, HashEmbedder())
    index.take(make_source("apples", APPLES))
    if not opened:
        index.close()
    fill(small_disk / "other", left)
    with pytest.raises(IndexUnavailable) as caught:
        (index if opened else Index(home, HashEmbedder())).take(many_passages("big", 800))
    assert str(caught.value) == f"{home}: {FULL}"
    index.close()
    (small_disk / "other").unlink()
    with closing(Index(home, HashEmbedder())) as again:
        assert [row.metadata.id for row in again.registry.sources()] == ["apples"]
        again.repair()
        assert again.diagnose().clean
        again.take(many_passages("big", 800))
