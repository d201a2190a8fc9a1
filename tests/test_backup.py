"""A home as one file and back: consistent while in use, checked as a whole, and never outside its folder."""

from __future__ import annotations

import json
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.access.accounts import Accounts
from assistant.access.people import Role
from assistant.config import load_settings
from assistant.documents import Span
from assistant.errors import BackupError
from assistant.library.backup import restore_backup, write_backup
from assistant.library.index import Index
from assistant.pdf_view import page_image
from assistant.pipeline import Assistant
from tests.fakes import HashEmbedder
from tests.libraries import make_source
from tests.test_pdf_view import line_pdf, take


def open_library(home: Path) -> Assistant:
    return Assistant(load_settings(home=home, corpus=""), HashEmbedder())


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Assistant]:
    found = open_library(tmp_path / "home")
    take(found, tmp_path / "a.pdf", line_pdf((60, 700, "A mentor is paid 500 yuan a month, and no more than that.")))
    found.index.take(make_source("fees", "# Fees\n\n## Article 1\n\nThe fee for a course is 300 yuan.\n"))
    yield found
    found.index.close()


def changed(backup: Path, name: str, data: bytes) -> Path:
    """Return a copy of a backup with one file replaced or added."""
    other = backup.with_name("changed.zip")
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(other, "w") as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, data)
    return other


def test_a_restored_home_is_the_same_library(library: Assistant, tmp_path: Path) -> None:
    home = library.settings.home
    with closing(Accounts(library.settings.accounts_file)) as accounts:
        accounts.add("wang", Role.READER, "a long enough password")
    (home / "glossary.yaml").write_text("[]\n")
    (home / "provisions").mkdir()
    (home / "provisions" / "own.yaml").write_text("[]\n")
    file = tmp_path / "backup.zip"
    made = write_backup(library.index, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []
    before = library.sources()
    library.remove("a")
    assert restore_backup(file, tmp_path / "new" / "home") == made
    restored = open_library(tmp_path / "new" / "home")
    assert restored.sources() == before
    assert restored.doctor().clean
    assert restored.index.registry.revision() == made.revision
    assert page_image(restored, "a", Span(0, 8)).boxes
    assert [h.source.id for h in restored.search("What is a mentor paid?", 1)] == ["a"]
    assert (tmp_path / "new" / "home" / "provisions" / "own.yaml").read_text() == "[]\n"
    with closing(Accounts(restored.settings.accounts_file)) as accounts:
        assert [a.name for a in accounts.accounts()] == ["wang"]
    restored.index.close()


def test_a_backup_taken_amid_writes_is_of_one_moment(library: Assistant, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        index = Index(library.settings.home, HashEmbedder())
        number = 0
        while not stop.is_set():
            number += 1
            for name in ("one", "two"):
                index.take(make_source(name, f"# {name}\n\n## Article 1\n\nVersion {number} of {name} counts {number * 7919} oranges.\n"))
        index.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            made = write_backup(library.index, tmp_path / f"{n}.zip")
            restore_backup(tmp_path / f"{n}.zip", tmp_path / f"home-{n}")
            with closing(Index(tmp_path / f"home-{n}", HashEmbedder())) as index:
                assert index.registry.revision() == made.revision
                assert index.repair().clean
                for row in index.registry.sources():
                    source = index.registry.source(row.metadata.id)
                    assert all(source.text[slice(*p.span)] == p.text for p in index.registry.passages_of(source.id))
    finally:
        stop.set()
        writer.join()


def test_a_folder_in_use_is_not_overwritten(library: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    write_backup(library.index, file)
    with pytest.raises(BackupError, match=r"b\.zip: is there already\. Name a new file\.$"):
        write_backup(library.index, file)
    with pytest.raises(BackupError, match=r"home: is not empty\. Set ASSISTANT_HOME to a new folder, and restore there\.$"):
        restore_backup(file, library.settings.home)
    (tmp_path / "empty").mkdir()
    restore_backup(file, tmp_path / "empty")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("originals/../../escaped", "names a file outside the home folder"),
        ("/etc/escaped", "names a file outside the home folder"),
        ("..\\escaped", "names a file outside the home folder"),
        ("C:escaped", "names a file outside the home folder"),
    ],
)
def test_a_backup_made_to_escape_is_refused(name: str, message: str, library: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    write_backup(library.index, file)
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["files"][name] = "0" * 64
    wrong = changed(changed(file, name, b"x").rename(tmp_path / "step.zip"), "manifest.json", json.dumps(manifest).encode())
    with pytest.raises(BackupError, match=message):
        restore_backup(wrong, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert list(tmp_path.rglob("*escaped*")) == []


def test_what_is_damaged_is_not_put_in_place(library: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    write_backup(library.index, file)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    flipped = bytearray(file.read_bytes())
    flipped[len(flipped) // 3] ^= 0xFF
    (tmp_path / "flipped.zip").write_bytes(flipped)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    other_format = changed(file, "manifest.json", b'{"format": "another", "made": "", "revision": 1, "files": {}}').rename(tmp_path / "format.zip")
    for wrong, message in (
        (cut, "is damaged"),
        (tmp_path / "flipped.zip", "is damaged"),
        (changed(file, "library.sqlite", b"x").rename(tmp_path / "swapped.zip"), r"is damaged \(library\.sqlite is not what was written\)"),
        (tmp_path / "other.zip", "is no backup of this program"),
        (other_format, "is no backup of this program"),
    ):
        with pytest.raises(BackupError, match=message):
            restore_backup(wrong, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_databases_are_copied_with_what_is_still_in_their_log(library: Assistant, tmp_path: Path) -> None:
    with closing(sqlite3.connect(library.settings.home / "library.sqlite", isolation_level=None)) as held:
        held.execute("BEGIN")
        held.execute("SELECT count(*) FROM sources").fetchone()  # keeps the log from being folded in
        library.index.take(make_source("late", "# Late\n\n## Article 1\n\nThe late source is in the log only.\n"))
        write_backup(library.index, tmp_path / "b.zip")
    restore_backup(tmp_path / "b.zip", tmp_path / "new")
    with closing(open_library(tmp_path / "new").index) as index:
        assert "late" in [row.metadata.id for row in index.registry.sources()]
