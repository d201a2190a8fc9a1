"""Names of uploaded files, and how long the files are kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UnreadableFile
from assistant.library.uploads import FORGOTTEN, LONGEST_NAME, Uploads, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("a.md", "a.md"),
        ("办法（试行）.docx", "办法（试行）.docx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.pdf", "a.pdf"),
        ("a\x00b\n.md", "ab.md"),
        ("a:b?.md", "ab.md"),
        ("名" * 200 + ".md", "名" * 39 + ".md"),
        ("Cafe\u0301.txt", "Caf\u00e9.txt"),
    ],
)
def test_names(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.parametrize("name", ["", ".", "..", "a/", ".hidden", "///", "\x00"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(UnreadableFile, match="is no name for a file"):
        safe_name(name)


@given(st.text(max_size=300))
def test_a_safe_name_stays_in_its_folder(name: str) -> None:
    try:
        safe = safe_name(name)
    except UnreadableFile:
        return
    assert Path("/batch") in (Path("/batch") / safe).resolve().parents
    assert "/" not in safe
    assert not safe.startswith(".")
    assert 0 < len(safe.encode()) <= LONGEST_NAME


def test_an_upload_lasts_as_long_as_it_is_taken_in(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    with uploads.batch() as batch:
        (batch / "a.md").write_text("x")
        assert batch.stat().st_mode & 0o777 == 0o700
    assert list(uploads.folder.iterdir()) == []


def test_what_a_killed_server_left_is_cleared_after_a_day(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    assert uploads.clear() == 0
    with uploads.batch() as running:
        left = uploads.folder / "left"
        left.mkdir()
        (left / "a.md").write_text("x")
        yesterday = time.time() - FORGOTTEN - 1
        os.utime(left, (yesterday, yesterday))
        assert uploads.clear() == 1
        assert list(uploads.folder.iterdir()) == [running]


@pytest.mark.parametrize("days", [-400, 400])
def test_what_a_wrong_clock_dated_is_cleared_as_well(days: int, tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    left = uploads.folder / "left"
    left.mkdir(parents=True)
    with uploads.batch() as running:
        os.utime(left, (time.time() + days * 86_400,) * 2)
        assert uploads.clear() == 1
        assert list(uploads.folder.iterdir()) == [running]
