"""Killing the assistant at random moments, and looking at what is left. Not a test: it kills as often as it is told.

Each round starts a process that does one kind of work without end on one library, ends it with SIGKILL after a random time, and
checks what a user would meet then: one whole version of each source, answers whose citations are words of a live version, nothing
left of what was removed, and a library that ``assistant doctor`` finds sound or makes sound without loss.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from assistant.config import load_settings
from assistant.errors import AssistantError
from assistant.library.embedding import Embedder
from assistant.pipeline import Assistant
from assistant.results import Answer

NAMES = ("alpha", "beta", "gamma", "delta")
SECTIONS = 30
QUESTIONS = ("How many oranges are counted in clause 7 of alpha?", "How many oranges are counted in clause 12 of gamma?")
_LONGEST = 0.8
"""Seconds after which a process is killed at the latest: several changes."""


class CrashError(AssistantError):
    """What was left after a kill is not as it must be."""


class WordHashes(Embedder):
    """Stands in for the model, which has no part in what is tested: bags of hashed words, the same in every process."""

    name, dimension = "word-hashes", 32

    def embed(self, texts: Sequence[str]) -> Any:
        """Return unit vectors of shape ``(len(texts), dimension)``."""
        vectors = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[hashlib.blake2b(word.encode(), digest_size=1).digest()[0] % self.dimension] += 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def reads(self, text: str) -> float:
        """Return the share of the words that it knows: all."""
        return 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``crashes``."""
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="how often to kill; 100 if not given")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the moments and kinds of work; 1 if not given")


def main(args: argparse.Namespace) -> int:
    """Kill and check; print what was done and found. The exit code is 1 as soon as something is not as it must be."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="crashes-", ignore_cleanup_errors=True) as folder:
        done, repaired = run(Path(folder), args.kills, args.seed)
    kinds = ", ".join(f"{count} during {kind}" for kind, count in sorted(done.items()))
    print(f"{sum(done.values())} kills ({kinds}) in {time.perf_counter() - started:.0f} s, seed {args.seed}")
    print(f"afterwards sound {sum(done.values()) - repaired} times, made sound by doctor {repaired} times, lost or mixed up 0 times")
    return 0


def run(folder: Path, kills: int, seed: int) -> tuple[Mapping[str, int], int]:
    """Kill ``kills`` times; return how often during each kind of work, and how often something had to be repaired.

    Raises:
        CrashError: what was left is not as it must be.
    """
    files, home, chance = _write_files(folder), folder / "home", random.Random(seed)
    done, repaired = collections.Counter[str](), 0
    kinds = sorted(WORK)
    for number in range(kills):
        kind = kinds[number % len(kinds)]
        _prepare(kind, home, files)
        delay = chance.uniform(0.0, _LONGEST)
        _kill(kind, home, files, delay)
        try:
            repaired += check(home, files)
        except AssistantError as error:
            raise CrashError(f"seed {seed}, kill {number + 1} ({kind}, after {delay:.3f} s): {error}") from error
        done[kind] += 1
    return done, repaired


def open_library(home: Path) -> Assistant:
    """Return the library in ``home``, bare and without the model."""
    return Assistant(load_settings(home=home, corpus=""), WordHashes())


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


def _migrate(home: Path, files: Mapping[str, Path], begin: Callable[[], None]) -> None:
    begin()
    collections.deque(open_library(home).ingest([files["new"]]), maxlen=0)
    while True:
        time.sleep(1)


Work = Callable[[Path, Mapping[str, Path], Callable[[], None]], None]

WORK: Mapping[str, Work] = {"answer": _answer, "ingest": _ingest, "migration": _migrate, "removal": _remove}


def _prepare(kind: str, home: Path, files: Mapping[str, Path]) -> None:
    """Bring the library into the state in which work begins: filled, and of the first schema where it is to be migrated."""
    library = open_library(home)
    if len(library.sources()) < len(NAMES):
        collections.deque(library.ingest([files["old"]]), maxlen=0)
    library.index.close()
    if kind == "migration":
        with closing(sqlite3.connect(home / "library.sqlite", isolation_level=None)) as db:
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
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["evals.crashes", "assistant.dialogue", "chromadb", "chromadb.api.rust", "chromadb.api.client"])
    ours, theirs = context.Pipe()
    with ours, theirs:
        process = context.Process(target=_work, args=(kind, home, files, theirs))
        process.start()
        if not ours.poll(120):
            raise CrashError(f"{kind}: the process did not begin")
        process.join(delay)
        if process.exitcode is not None:
            raise CrashError(f"{kind}: the process ended by itself with {process.exitcode}")
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
        _check_answers(library)
        found = library.doctor()
        _demand(not found.lost or _was_migrated(library), f"originals are lost: {found.lost}")
        _demand(_versions(library, files) == before, "doctor changed what is live")
        _demand(library.doctor().clean, "doctor finds something again")
        _check_answers(library)
        _demand(not (left := _traces(home, set(NAMES) - before.keys())), f"words of a removed source are left in {left}")
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
        _demand(version, f"{source.id}: is of no version")
        passages = library.texts.passages_of(source.id)
        whole = len(passages) == SECTIONS and all(source.text[slice(*p.span)] == p.text for p in passages)
        _demand(whole, f"{source.id}: its passages are not those of its text")
        out[source.id] = version
    _demand(library.texts.stray_words() == 0, "words without a passage are left")
    return out


def _check_answers(library: Assistant) -> None:
    for question in QUESTIONS:
        result = library.ask(question)
        for citation in result.citations if isinstance(result, Answer) else ():
            _demand(library.source(citation.source_id).text[slice(*citation.span)] == citation.quote, f"{question}: cites what is not live")


def _demand(holds: object, otherwise: str) -> None:
    if not holds:
        raise CrashError(otherwise)


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
