"""What a disk can do to a library's folder, told apart so that somebody can put it right: no space is left, or it may not be written."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from assistant.errors import DiskFull, IndexUnavailable

ROOM = 1 << 20
"""Bytes with which no transaction gets far: where fewer are free, a failure of input and output is for want of space."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_BARRED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_SAID_OF_FULL = ("disk is full", "no space left on device")
_SAID_OF_BARRED = ("readonly database", "permission denied", "read-only file system")
"""How Chroma words what happened below it, in lower case."""


def disk_fault(error: Exception, home: Path) -> IndexUnavailable | None:
    """Return what to tell where ``error`` came of a full disk or a missing right to write in ``home``; nothing where it came of something else."""
    if _for_want_of_space(error, home):
        folder = (_crowded(home) or home) if isinstance(error, sqlite3.Error) else home
        return DiskFull(f"{folder}: no space left on the disk of this folder. Free some, then try again: nothing was lost.")
    if _for_want_of_rights(error, home):
        return IndexUnavailable(
            f"{home}: no right to write in this folder. Give the user that runs the assistant that right, or choose another with ASSISTANT_HOME."
        )
    return None


def _for_want_of_space(error: Exception, home: Path) -> bool:
    if isinstance(error, sqlite3.Error):
        code = _code(error) & 0xFF
        return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _crowded(home) is not None)
    if isinstance(error, OSError):
        return error.errno in _FULL
    return any(said in str(error).lower() for said in _SAID_OF_FULL) or _crowded(home) == home  # Chroma does not always say why


def _for_want_of_rights(error: Exception, home: Path) -> bool:
    if isinstance(error, sqlite3.Error):
        code = _code(error)
        if code & 0xFF == sqlite3.SQLITE_CANTOPEN:
            return any(os.access(path, os.F_OK) and not os.access(path, os.R_OK | os.W_OK) for path in (home, *home.glob("library.sqlite*")))
        return code & 0xFF == sqlite3.SQLITE_READONLY and code != sqlite3.SQLITE_READONLY_DBMOVED
    if isinstance(error, OSError):
        return error.errno in _BARRED
    return any(said in str(error).lower() for said in _SAID_OF_BARRED)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0)  # what Python's own module raises has none


def _crowded(home: Path) -> Path | None:
    """Return the folder on whose disk hardly anything is free: ``home``, or the one where SQLite rewrites a file."""
    for folder in (home, Path(tempfile.gettempdir())):
        try:
            if shutil.disk_usage(folder).free < ROOM:
                return folder
        except OSError:
            continue
    return None
