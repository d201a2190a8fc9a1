"""Files are kept by content, never half, and overwritten before they go."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UnreadableFile
from assistant.library.originals import Originals

DATA = b"%PDF-1.7 some bytes" * 100_000
NAME = hashlib.sha256(DATA).hexdigest() + ".pdf"


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    return Originals(tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.PDF"
    path.write_bytes(DATA)
    return path


def test_a_file_is_kept_once_for_its_owner_alone(originals: Originals, file: Path) -> None:
    assert originals.names() == set()
    originals.keep(file, NAME)
    file.unlink()
    originals.keep(file, NAME)  # there already: not even read
    assert originals.read(NAME) == DATA
    assert originals.names() == {NAME}
    assert originals.folder.stat().st_mode & 0o777 == 0o700


def test_a_file_that_changed_meanwhile_is_refused(originals: Originals, file: Path) -> None:
    file.write_bytes(DATA + b"more")
    with pytest.raises(UnreadableFile, match=r"a\.PDF: was changed while it was read\. Ingest it again\.$"):
        originals.keep(file, NAME)
    assert originals.names() == set()


def test_nothing_stays_of_a_copy_that_found_no_room(originals: Originals, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync, calls = os.fsync, iter([OSError(errno.ENOSPC, "No space left on device"), None])

    def fail_once(descriptor: int) -> None:
        if error := next(calls):
            raise error
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_once)
    with pytest.raises(OSError, match="No space left"):
        originals.keep(file, NAME)
    assert list(originals.folder.iterdir()) == []


def test_a_copy_cut_short_is_no_original_but_can_be_deleted(originals: Originals, file: Path) -> None:
    originals.keep(file, NAME)
    part = originals.folder / f"{NAME}.part"
    part.write_bytes(b"half")
    (originals.folder / "notes.txt").write_text("not ours")
    assert originals.names() == {NAME, f"{NAME}.part"}
    for name in originals.names():
        originals.delete(name)
    originals.delete(NAME)
    assert [p.name for p in originals.folder.iterdir()] == ["notes.txt"]


def test_the_bytes_are_overwritten_before_the_file_goes(originals: Originals, file: Path) -> None:
    originals.keep(file, NAME)
    os.link(originals.folder / NAME, file.with_name("second-name"))
    originals.delete(NAME)
    assert file.with_name("second-name").read_bytes() == bytes(len(DATA))


@given(st.text() | st.sampled_from(["../library.sqlite", f"../{NAME}", f"{NAME}/..", f"{NAME}\n", NAME.upper()]))
def test_no_other_file_can_be_named(name: str) -> None:
    originals = Originals(Path("/nowhere"))
    with pytest.raises(ValueError, match="names no original"):
        originals.read(name)
    with pytest.raises(ValueError, match="names no original"):
        originals.delete(name)
