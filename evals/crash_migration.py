"""Killing the migration of an old library within itself: a process stops where it has been told to, and is killed while it stands there.

SQLite tells the process each statement that it begins, and each turn of its own machine within one; these are the points at which the migration
may be killed. Its page cache is made so small that what is not yet committed is in the files as well.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from assistant.results import Answer
from evals.crash_library import CrashError, demand, open_kept

OLD_HOMES = Path(__file__).parents[1] / "tests" / "homes"
"""Libraries as older versions left them, as statements of SQL."""
FILE = "library.sqlite"
_QUESTION, _ANSWER = "What is a mentor paid a month?", "500 yuan"
"""What the kept libraries answer."""
_PATIENCE = 120.0
_connect = sqlite3.connect

Open = Callable[[Path], object]
"""Opens the library in a folder, which brings its file up."""


def restore(dump: Path, home: Path) -> None:
    """Make the library file whose statements ``dump`` holds, as that version wrote it."""
    home.mkdir(parents=True, exist_ok=True)
    with closing(_connect(home / FILE)) as db:
        db.executescript(dump.read_text(encoding="utf-8"))


def schema_of(home: Path) -> int:
    """Return the version of the tables in a home."""
    with closing(_connect(home / FILE)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def context_for(*preload: str) -> ForkServerContext:
    """Return where processes come from that are not this one's copies, with modules imported that take long."""
    context: ForkServerContext = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *preload])
    return context


def points_of(home: Path, opened: Open, context: ForkServerContext) -> int:
    """Return at how many points the migration of a home can be killed. It is migrated afterwards: give a copy."""
    return _run(home, opened, context, 0)[1]


def kill_at(home: Path, opened: Open, context: ForkServerContext, point: int) -> bool:
    """Open a home in a process and kill it at ``point``, from 1; return whether the migration was under way."""
    return _run(home, opened, context, point)[0]


def _run(home: Path, opened: Open, context: ForkServerContext, point: int) -> tuple[bool, int]:
    ours, theirs = context.Pipe()
    with ours, theirs:
        process = context.Process(target=_work, args=(home, opened, point, theirs))
        process.start()
        theirs.close()  # so that the end of the process is seen
        try:
            said: tuple[bool, int] | None = ours.recv() if ours.poll(_PATIENCE) else None
        except EOFError:
            said = None
        process.kill()
        process.join(60)
        killed = process.exitcode == -signal.SIGKILL
        process.close()
    if not killed or said is None:
        raise CrashError(f"{home}: the process that opens it ended by itself. Open the library by hand.")
    return said


# -- killed and looked at -------------------------------------------------------------------------------------


def kill_migration(home: Path, measured: Path, opened: Open, context: ForkServerContext, chance: random.Random) -> bool:
    """Kill the migration of a library at a point of it; return whether it was under way. ``measured`` is the folder of a copy."""
    measured.mkdir()
    with closing(_connect(home / FILE)) as db:
        db.execute("VACUUM INTO ?", (str(measured / FILE),))
    return kill_at(home, opened, context, chance.randint(1, points_of(measured, opened, context)))


def kill_kept(dump: Path, home: Path, context: ForkServerContext, chance: random.Random) -> bool:
    """Kill the migration of a library kept of an older version, and check what is left; return whether it was under way.

    Raises:
        CrashError: something is not as it must be.
    """
    restore(dump, home)
    kept, old = _rows(home), schema_of(home)
    met = kill_migration(home, home / "measured", open_kept, context, chance)
    demand(_rows(home) == kept, f"{dump.name}: its sources and passages are not what they were")
    demand((schema_of(home) == old) == met, f"{dump.name}: is of version {schema_of(home)} half way")
    library = open_kept(home)
    try:
        demand((schema_of(home), _rows(home)) == (schema_of(home / "measured"), kept), f"{dump.name}: does not come up the next time")
        library.doctor(rebuild=True)  # it has no vectors beside it
        demand(library.doctor().clean, f"{dump.name}: doctor finds something again")
        result = library.ask(_QUESTION)
        quotes = [c.quote for c in result.citations if library.source(c.source_id).text[slice(*c.span)] == c.quote] if isinstance(result, Answer) else []
        demand(any(_ANSWER in quote for quote in quotes), f"{dump.name}: does not answer as before")
    finally:
        library.index.close()
    return met


def _rows(home: Path) -> list[tuple[Any, ...]]:
    with closing(_connect(home / FILE)) as db:
        columns = (("id, text, sha256, revision", "sources"), ("id, source_id, start, text", "passages"))
        return [row for names, table in columns for row in db.execute(f"SELECT {names} FROM {table} ORDER BY id")]


# -- in the process that is killed ----------------------------------------------------------------------------


class _Watched:
    """Counts the points of the first transaction that is written to a library's file, and stops at one."""

    def __init__(self, point: int, parent: Connection) -> None:
        self.count, self._point, self._parent, self._over = 0, point, parent, False

    def connect(self, path: Any, *args: Any, **options: Any) -> sqlite3.Connection:
        """Open a database as ``sqlite3.connect`` does."""
        db: sqlite3.Connection = _connect(path, *args, **options)
        if Path(path).name == FILE:
            db.execute("PRAGMA cache_size = 1")
            db.set_trace_callback(lambda sql: self._turn(db))
            db.set_progress_handler(lambda: self._turn(db), 1)
        return db

    def _turn(self, db: sqlite3.Connection) -> None:
        if not db.in_transaction:
            self._over |= self.count > 0
        elif not self._over:
            self.count += 1
            if self.count == self._point:
                self._parent.send((True, self.count))
                time.sleep(2 * _PATIENCE)


def _work(home: Path, opened: Open, point: int, parent: Connection) -> None:
    watched = _Watched(point, parent)
    sqlite3.connect = watched.connect  # type: ignore[assignment]
    opened(home)
    parent.send((False, watched.count))
    time.sleep(_PATIENCE)
    os._exit(1)
