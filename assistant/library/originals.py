"""The files themselves, as they were taken in: kept under the hash of their bytes, so that pages can be shown as printed.

Whether a file is in use is for the registry to say; one that no live source names is deleted. Its bytes are overwritten first,
as the registry overwrites text.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from assistant.errors import UnreadableFile
from assistant.reading.loading import original_name

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z]{2,5}")
_PART = ".part"
_BLOCK = 1 << 20


class Originals:
    """The originals of one library, in a folder that only its owner can read."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "originals"

    def keep(self, path: Path, name: str) -> None:
        """Copy the file at ``path``, whose content ``name`` is of, unless it is kept already.

        Raises:
            UnreadableFile: it is no longer what was read.
            OSError: it cannot be written.
        """
        kept = self._path(name)
        if kept.exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = kept.with_name(name + _PART)
        try:
            with part.open("wb") as out, path.open("rb") as file:
                shutil.copyfileobj(file, out)
                out.flush()
                os.fsync(out.fileno())
        except OSError:
            with suppress(OSError):
                self.delete(part.name)
            raise
        if original_name(part.read_bytes(), path.suffix) != name:
            part.unlink()
            raise UnreadableFile(f"{path}: was changed while it was read. Ingest it again.")
        part.replace(kept)

    def read(self, name: str) -> bytes:
        """Return a file.

        Raises:
            OSError: it is not there, or cannot be read.
        """
        return self._path(name).read_bytes()

    def delete(self, name: str) -> None:
        """Overwrite and delete a file; one that is not there is no error."""
        path = self._path(name.removesuffix(_PART)).with_name(name)
        try:
            with path.open("r+b") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(0)
                for place in range(0, size, _BLOCK):
                    file.write(bytes(min(_BLOCK, size - place)))
                file.flush()
                os.fsync(file.fileno())
        except FileNotFoundError:
            return
        path.unlink()

    def names(self) -> set[str]:
        """Return the names of all files, those of copies that were cut short included."""
        if not self.folder.is_dir():
            return set()
        return {path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name.removesuffix(_PART))}

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} names no original")
        return self.folder / name
