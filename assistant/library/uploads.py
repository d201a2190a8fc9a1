"""Files that people hand in: written to a folder of their own for as long as they are taken in. The library keeps its own copy."""

from __future__ import annotations

import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import IndexUnavailable, UnreadableFile
from assistant.library.disk import disk_fault

LONGEST_NAME = 120
"""Bytes of a file's name in UTF-8 that every file system takes."""
FORGOTTEN = 24 * 3600.0
"""Seconds after which the files of an upload were left by a server that was killed."""


class Uploads:
    """The uploads of one library."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "uploads"

    @contextmanager
    def batch(self) -> Iterator[Path]:
        """Yield a new folder for the files of one upload, which goes when they are taken in.

        Raises:
            IndexUnavailable: it cannot be made.
        """
        batch = self.folder / secrets.token_hex(8)
        try:
            batch.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise self._told(error) from error
        try:
            yield batch
        finally:
            shutil.rmtree(batch, ignore_errors=True)

    def write(self, file: Path, text: str) -> None:
        """Write a text into a batch.

        Raises:
            IndexUnavailable: the disk does not serve.
        """
        try:
            file.write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            raise self._told(error) from error

    def _told(self, error: OSError) -> IndexUnavailable:
        told = IndexUnavailable(f"{self.folder}: cannot be written ({error.strerror or error}). Check its rights and the free space.")
        return disk_fault(error, self.folder.parent) or told

    def clear(self) -> int:
        """Delete what a killed server left, and return how many uploads that were; what lies far ahead was written while the clock was wrong."""
        old = [path for path in self.folder.glob("*") if abs(time.time() - path.stat().st_mtime) > FORGOTTEN]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)


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
