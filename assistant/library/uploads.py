"""Files that people hand in: kept in the home folder as long as the source that was made of them, so that it can be shown as printed."""

from __future__ import annotations

import re
import secrets
import shutil
import unicodedata
from pathlib import Path

from assistant.reading.metadata import SIDECAR_SUFFIX
from assistant.types import UnreadableFile

LONGEST_NAME = 120
"""Bytes of a file's name in UTF-8 that every file system takes."""


class Uploads:
    """The uploads of one library."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "uploads"

    def new_batch(self) -> Path:
        """Return a new folder for the files of one upload."""
        batch = self.folder / secrets.token_hex(8)
        batch.mkdir(parents=True, mode=0o700)
        return batch

    def forget(self, path: Path | str) -> None:
        """Delete an uploaded file, and its batch when no document is left in it; anything elsewhere is let be."""
        file = Path(path)
        if self.folder.resolve() not in file.resolve().parents:
            return
        for name in (file, file.with_name(file.name + SIDECAR_SUFFIX)):
            name.unlink(missing_ok=True)
        if file.parent.is_dir() and not any(_is_document(other) for other in file.parent.iterdir()):
            shutil.rmtree(file.parent, ignore_errors=True)

    def kept(self, path: Path | str) -> int:
        """Return 1 if an uploaded file is still there, else 0."""
        file = Path(path)
        return int(self.folder.resolve() in file.resolve().parents and file.exists())


def safe_name(name: str) -> str:
    """Return the name of an uploaded file without folders and characters that mean something to a file system.

    Raises:
        UnreadableFile: nothing is left of it, or it begins with a dot.
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "", plain).strip().strip(".") if not plain.startswith(".") else ""
    stem, dot, suffix = plain.rpartition(".")
    if not plain or (dot and not stem):
        raise UnreadableFile(f"{name[:LONGEST_NAME]!r}: is no name for a file. Give it a name with a suffix.")
    while len(plain.encode()) > LONGEST_NAME:
        stem = (stem or plain)[:-1]
        plain = f"{stem}.{suffix[:20]}" if dot else stem
    return plain


def _is_document(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.endswith(SIDECAR_SUFFIX)
