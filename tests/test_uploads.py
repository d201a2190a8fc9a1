"""Names of uploaded files, and how long the files are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.uploads import LONGEST_NAME, Uploads, safe_name
from assistant.types import UnreadableFile


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


def test_a_file_goes_and_its_batch_with_the_last_one(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    batch = uploads.new_batch()
    for name in ("a.md", "a.md.meta.yaml", "b.md", ".metadata.yaml"):
        (batch / name).write_text("x")
    assert uploads.kept(batch / "a.md") == 1
    uploads.forget(batch / "a.md")
    assert sorted(p.name for p in batch.iterdir()) == [".metadata.yaml", "b.md"]
    uploads.forget(str(batch / "b.md"))
    assert not batch.exists()
    assert uploads.kept(batch / "a.md") == 0


def test_files_elsewhere_are_let_be(tmp_path: Path) -> None:
    mine = tmp_path / "mine.md"
    mine.write_text("x")
    uploads = Uploads(tmp_path / "home")
    batch = uploads.new_batch()
    (batch / "link.md").symlink_to(mine)
    for path in (mine, batch / ".." / ".." / ".." / "mine.md", tmp_path / "home" / "uploads", ""):
        uploads.forget(path)
    assert mine.read_text() == "x"
    assert uploads.kept(mine) == 0
