"""The library's file when the disk does not serve: one clear line, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.errors import IndexMismatch, IndexUnavailable
from assistant.library import sqlite_file
from assistant.library.registry import Registry
from tests.libraries import APPLES, make_source, put


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Registry]:
    with closing(Registry(tmp_path / "home")) as registry:
        yield registry


def test_a_locked_library_is_one_clear_line(library: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT", 0.1)
    with closing(sqlite3.connect(library.path, isolation_level=None)) as other, closing(Registry(library.path.parent)) as second:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(IndexUnavailable, match="locked") as caught:
            put(second, make_source("a", APPLES))
        assert second.revision() == 0  # reading goes on
        other.execute("ROLLBACK")
        put(second, make_source("a", APPLES))
    assert str(library.path) in str(caught.value)
    assert "Close other programs" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_library_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"not a database, just words. " * 100)
    with pytest.raises(IndexUnavailable, match=r"library\.sqlite: .*not a database"):
        Registry(tmp_path)


def test_a_library_of_another_version_names_the_remedy(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(IndexMismatch, match=r"written by a later version \(schema 999, this one knows \d+\)\. Install that version\.$"):
        Registry(tmp_path)


def test_a_home_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(IndexUnavailable, match="ASSISTANT_HOME"):
        Registry(tmp_path / "home")


ATTEMPT = """
import os, sys
from pathlib import Path
from assistant.library.index import Index
from assistant.errors import AssistantError
from tests.fakes import HashEmbedder
from tests.libraries import make_source
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)  # root may write everywhere
try:
    Index(Path(sys.argv[1]), HashEmbedder()).take(make_source("b", "Some other text."))
except AssistantError as error:
    print(f"{type(error).__name__}: {error}")
"""


@pytest.mark.parametrize("made_before", [True, False])
@pytest.mark.skipif(sys.platform == "win32", reason="rights are of another kind there")
def test_a_read_only_home_is_one_clear_line(tmp_path: Path, made_before: bool) -> None:
    home = tmp_path / "home"
    if made_before:
        with closing(Registry(home)) as registry:
            put(registry, make_source("a", APPLES))
    else:
        home.mkdir()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith("pytest-"):
            folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)
    for path in [home, *home.iterdir()]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        root = Path(__file__).parents[1]
        done = subprocess.run([sys.executable, "-c", ATTEMPT, str(home)], cwd=root, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(root)})
    finally:
        home.chmod(0o755)
    remedy = "Give the user that runs the assistant that right, or choose another with ASSISTANT_HOME."
    assert done.stdout == f"IndexUnavailable: {home}: no right to write in this folder. {remedy}\n", done.stderr
    assert done.stderr == ""
