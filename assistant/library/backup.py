"""A whole home folder as one file, and back: taken while the library is in use, checked before it is put in place.

A backup is a ZIP archive. ``manifest.json`` in it names every file with its SHA-256. Databases are copied by SQLite's own backup,
which gives one moment of each; no process takes in or removes a source meanwhile. What can be made again (the dictionary, locks,
uploads under way) is left out. A backup holds all that the home holds, hashes of passwords included: only its owner may read it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from assistant.errors import BackupError
from assistant.library.index import Index

_FORMAT = "policy-case-assistant backup 1"
_MANIFEST = "manifest.json"
_LEFT_OUT = frozenset({"dictionary.sqlite", "uploads", "write.lock", "read.lock"})
_DATABASES = (".sqlite", ".sqlite3")
_COMPANIONS = ("-wal", "-shm", "-journal")
_BLOCK = 1 << 20


class Backup(NamedTuple):
    """What a backup holds."""

    made: str
    """Day and time, ISO 8601."""
    revision: int
    files: dict[str, str]
    """SHA-256 by path within the home folder."""


def write_backup(index: Index, file: Path) -> Backup:
    """Write everything in the home folder of ``index`` into ``file``, all of it or nothing.

    Raises:
        BackupError: ``file`` is there already, or cannot be written.
        IndexUnavailable: a writer does not finish.
    """
    if file.exists():
        raise BackupError(f"{file}: is there already. Name a new file.")
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with index.still(), _owned(part) as archive:
            made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            hashes = {name: _add(archive, name, path) for name, path in _files(index.home)}
            backup = Backup(made, index.registry.revision(), hashes)
            archive.writestr(_MANIFEST, json.dumps({"format": _FORMAT, **backup._asdict()}, indent=1))
        part.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{file}: the backup cannot be written ({_reason(error)}). Check the folder, its rights and the free space.") from error
    finally:
        part.unlink(missing_ok=True)
    return backup


@contextmanager
def _owned(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a new archive that only its owner can read; it is on the disk when this ends."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            yield archive
        stream.flush()
        os.fsync(stream.fileno())


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home)
        passed_over = name.parts[0] in _LEFT_OUT or path.name.endswith((*_COMPANIONS, ".part"))
        if path.is_file() and not path.is_symlink() and not passed_over:
            yield name.as_posix(), path


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    if path.suffix not in _DATABASES:
        return _copy(archive, name, path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".", suffix=".part") as folder:  # beside the database: it may be too large for /tmp
        copy = Path(folder) / path.name
        with closing(sqlite3.connect(path, timeout=60)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        return _copy(archive, name, copy)


def _copy(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file, archive.open(name, "w", force_zip64=True) as out:
        while block := file.read(_BLOCK):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def restore_backup(file: Path, home: Path) -> Backup:
    """Unpack a backup into ``home``, which must be empty or not there: checked as a whole first, then moved into place.

    Raises:
        BackupError: ``home`` holds something, ``file`` is no backup or damaged, or the disk fails.
    """
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise BackupError(f"{home}: is not empty. Set ASSISTANT_HOME to a new folder, and restore there.")
    home.parent.mkdir(parents=True, exist_ok=True)
    part = home.with_name(f".{home.name}.{secrets.token_hex(4)}.part")
    try:
        with zipfile.ZipFile(file) as archive:
            backup = _read_manifest(archive, file)
            for name, digest in backup.files.items():
                _unpack(archive, name, digest, part, file)
        if home.exists():
            home.rmdir()
        part.replace(home)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise BackupError(f"{file}: is damaged ({_reason(error)}). Take another backup.") from error
    except OSError as error:
        raise BackupError(f"{file}: cannot be restored to {home} ({_reason(error)}). Check the file, the folder's rights and the free space.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return backup


def _read_manifest(archive: zipfile.ZipFile, file: Path) -> Backup:
    no_backup = BackupError(f"{file}: is no backup of this program. Name a file that `assistant backup` wrote.")
    if _MANIFEST not in archive.namelist():
        raise no_backup
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        fine = manifest["format"] == _FORMAT
        backup = Backup(str(manifest["made"]), int(manifest["revision"]), {str(k): str(v) for k, v in manifest["files"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise no_backup from error
    if not fine:
        raise no_backup
    return backup


def _unpack(archive: zipfile.ZipFile, name: str, digest: str, folder: Path, file: Path) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
        raise BackupError(f"{file}: names a file outside the home folder, {name!r}. This is no backup that this program wrote.")
    target = folder.joinpath(*place.parts)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = hashlib.sha256()
    with archive.open(name) as source, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while block := source.read(_BLOCK):
            found.update(block)
            out.write(block)
        out.flush()
        os.fsync(out.fileno())
    if found.hexdigest() != digest:
        raise BackupError(f"{file}: is damaged ({name} is not what was written). Take another backup.")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
