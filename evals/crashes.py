"""Killing the assistant at random moments, and looking at what is left. Not a test: it kills as often as it is told.

Each round starts a process that does one kind of work without end on one library, ends it with SIGKILL after a random time, and
checks what a user would meet then: one whole version of each source, answers whose citations are words of a live version, nothing
left of what was removed, and a library that ``assistant doctor`` finds sound or makes sound without loss. A migration is killed within
itself (``crash_migration``): that of this library, taken back to the first schema, and that of the libraries kept of older versions.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping, Set
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from assistant.errors import AssistantError, StoreDamaged
from assistant.pipeline import Assistant
from assistant.results import Answer
from evals.crash_library import CrashError, demand, open_library
from evals.crash_migration import FILE, OLD_HOMES, context_for, kill_kept, kill_migration

NAMES = ("alpha", "beta", "gamma", "delta")
SECTIONS = 30
QUESTIONS = ("How many oranges are counted in clause 7 of alpha?", "How many oranges are counted in clause 12 of gamma?")
_LONGEST = 0.8
"""Seconds after which a process is killed at the latest: several changes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``crashes``."""
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="how often to kill; 100 if not given")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments and kinds of work; 1 if not given")


def main(args: argparse.Namespace) -> int:
    """Kill and check; print what was done and found. The exit code is 1 as soon as something is not as it must be."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="crashes-", ignore_cleanup_errors=True) as folder:
        done, repaired, migrated, under_way = run(Path(folder), args.kills, args.seed)
    kinds = ", ".join(f"{count} during {kind}" for kind, count in sorted(done.items()))
    print(f"{sum(done.values())} kills ({kinds}) in {time.perf_counter() - started:.0f} s, seed {args.seed}")
    print(f"of {migrated} kills during a migration {under_way} met it under way")
    print(f"afterwards sound {sum(done.values()) - repaired} times, made sound by doctor {repaired} times, lost or mixed up 0 times")
    return 0


class Kills(NamedTuple):
    """How often was killed during each kind of work, how often something had to be repaired, and how many kills met a migration under way."""

    done: Mapping[str, int]
    repaired: int
    migrated: int
    under_way: int


def run(folder: Path, kills: int, seed: int) -> Kills:
    """Kill ``kills`` times.

    Raises:
        CrashError: what was left is not as it must be.
    """
    files, home, chance = _write_files(folder), folder / "home", random.Random(seed)
    done, repaired, under_way = collections.Counter[str](), 0, 0
    kept = sorted(OLD_HOMES.glob("schema-*.sql"))
    for number in range(kills):
        kind = KINDS[number % len(KINDS)]
        try:
            if kind == KEPT_HOME:
                met, broken = kill_kept(kept[number // len(KINDS) % len(kept)], folder / f"kept-{number}", context_for(*_PRELOADED), chance), False
            else:
                _prepare(kind, home, files)
                met = kind == MIGRATION and kill_migration(home, folder / f"measured-{number}", open_library, context_for(*_PRELOADED), chance)
                if kind != MIGRATION:
                    _kill(kind, home, files, chance.uniform(0.0, _LONGEST))
                broken = check(home, files)
        except AssistantError as error:
            raise CrashError(f"seed {seed}, kill {number + 1} ({kind}): {error}") from error
        done[kind], repaired, under_way = done[kind] + 1, repaired + broken, under_way + met
    migrated = done[MIGRATION] + done[KEPT_HOME]
    demand(2 * under_way > migrated or not migrated, f"only {under_way} of {migrated} kills met a migration under way")
    return Kills(done, repaired, migrated, under_way)


# -- the work that is killed --------------------------------------------------------------------------------------------


def _ingest(home: Path, files: Mapping[str, Path], begin: Callable[[], None]) -> None:
    library = open_library(home)
    library.index.vectors.ids()
    begin()
    while True:
        for version in ("old", "new"):
            collections.deque(library.ingest([files[version]]), maxlen=0)


def _remove(home: Path, files: Mapping[str, Path], begin: Callable[[], None]) -> None:
    library = open_library(home)
    library.index.vectors.ids()
    begin()
    while True:
        for row in library.sources():
            library.remove(row.metadata.id)
        collections.deque(library.ingest([files["old"]]), maxlen=0)


def _answer(home: Path, files: Mapping[str, Path], begin: Callable[[], None]) -> None:
    from assistant.dialogue import Dialogue, open_conversations

    library = open_library(home)
    dialogue = Dialogue(library, open_conversations(library))
    dialogue.ask(QUESTIONS[0])
    begin()
    while True:
        for question in QUESTIONS:
            dialogue.ask(question)


Work = Callable[[Path, Mapping[str, Path], Callable[[], None]], None]

WORK: Mapping[str, Work] = {"answer": _answer, "ingest": _ingest, "removal": _remove}
MIGRATION, KEPT_HOME = "migration", "migration of a kept home"
KINDS = (*sorted(WORK), MIGRATION, KEPT_HOME)
_PRELOADED = ("evals.crashes", "assistant.dialogue", "chromadb", "chromadb.api.rust", "chromadb.api.client")


def _prepare(kind: str, home: Path, files: Mapping[str, Path]) -> None:
    """Bring the library into the state in which work begins: filled, and of the first schema where it is to be migrated."""
    library = open_library(home)
    if len(library.sources()) < len(NAMES):
        collections.deque(library.ingest([files["old"]]), maxlen=0)
    library.index.close()
    if kind == MIGRATION:
        with closing(sqlite3.connect(home / FILE, isolation_level=None)) as db:
            db.execute("DROP TABLE questions")
            db.execute("DROP INDEX sources_by_text")
            for column in ("original", "lines", "text_sha256"):
                db.execute(f"ALTER TABLE sources DROP COLUMN {column}")
            for column in ("vector", "asked"):
                db.execute(f"ALTER TABLE passages DROP COLUMN {column}")
            db.execute("PRAGMA user_version = 1")
        shutil.rmtree(home / "originals", ignore_errors=True)


def _work(kind: str, home: Path, files: Mapping[str, Path], ready: Connection) -> None:
    os.setsid()
    WORK[kind](home, files, lambda: ready.send("begun"))


def _kill(kind: str, home: Path, files: Mapping[str, Path], delay: float) -> None:
    context = context_for(*_PRELOADED)
    ours, theirs = context.Pipe()
    with ours, theirs:
        process = context.Process(target=_work, args=(kind, home, files, theirs))
        process.start()
        if not ours.poll(120):
            raise CrashError(f"{kind}: the process did not begin")
        process.join(delay)
        if process.exitcode is not None:
            raise CrashError(f"{kind}, after {delay:.3f} s: the process ended by itself with {process.exitcode}")
        try:
            os.killpg(process.pid or 0, signal.SIGKILL)  # with the process that reads its files
        except ProcessLookupError:
            process.kill()
        process.join(60)
        process.close()


# -- what is left -------------------------------------------------------------------------------------------------------


def check(home: Path, files: Mapping[str, Path]) -> bool:
    """Check everything that must hold after a kill; return whether there was something to repair.

    Raises:
        CrashError: it does not hold.
    """
    library = open_library(home)
    try:
        before = _versions(library, files)
        with contextlib.suppress(StoreDamaged):  # Chroma was killed within its files: who asks is told to run the doctor, which fills them again
            _check_answers(library)
        found = library.doctor()
        demand(not found.lost or _was_migrated(library), f"originals are lost: {found.lost}")
        demand(_versions(library, files) == before, "doctor changed what is live")
        demand(library.doctor().clean, "doctor finds something again")
        _check_answers(library)
        demand(not (left := _traces(home, set(NAMES) - before.keys())), f"words of a removed source are left in {left}")
        return not found.clean
    finally:
        library.index.close()


def _traces(home: Path, gone: Set[str]) -> list[str]:
    """Return the files that hold words of removed sources. Conversations quote them until their turn is forgotten, which a kill may prevent."""
    files = [path for path in home.rglob("*") if path.is_file() and not path.name.startswith("conversations")]
    return [path.name for path in files if any(f"of {name} counts".encode() in path.read_bytes() for name in gone)]


def _was_migrated(library: Assistant) -> bool:
    return all(not library.source(row.metadata.id).original for row in library.sources())


def _versions(library: Assistant, files: Mapping[str, Path]) -> dict[str, str]:
    """Return which version of each source is live, having checked that it is whole."""
    out = {}
    for row in library.sources():
        source = library.source(row.metadata.id)
        known = {version: (folder / f"{source.id}.md").read_text(encoding="utf-8").strip() for version, folder in files.items()}
        version = next((name for name, text in known.items() if text == source.text), "")
        demand(version, f"{source.id}: is of no version")
        passages = library.texts.passages_of(source.id)
        whole = len(passages) == SECTIONS and all(source.text[slice(*p.span)] == p.text for p in passages)
        demand(whole, f"{source.id}: its passages are not those of its text")
        out[source.id] = version
    demand(library.texts.stray_words() == 0, "words without a passage are left")
    return out


def _check_answers(library: Assistant) -> None:
    for question in QUESTIONS:
        result = library.ask(question)
        for citation in result.citations if isinstance(result, Answer) else ():
            demand(library.source(citation.source_id).text[slice(*citation.span)] == citation.quote, f"{question}: cites what is not live")


def _write_files(folder: Path) -> dict[str, Path]:
    """Write the two versions of each source; half of their sections are the same."""
    out = {}
    for version, word in (("old", "mouldering"), ("new", "ripe")):
        out[version] = folder / version
        out[version].mkdir(parents=True)
        for name in NAMES:
            sections = (f"## Part {i}\n\nClause {i} of {name} counts {i * 7919} {word if i % 2 else 'steady'} oranges." for i in range(SECTIONS))
            (out[version] / f"{name}.md").write_text(f"# {name}\n\n" + "\n\n".join(sections) + "\n", encoding="utf-8")
            (out[version] / f"{name}.meta.yaml").write_text(f"id: {name}\n")  # so that one version replaces the other
    return out
