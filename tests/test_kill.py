"""A writer may be killed at any moment: what is left is one whole version, and ``repair`` makes it sound."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

from assistant.documents import Source
from assistant.errors import SourceNotFound
from assistant.language.glossary import Dictionary, Glossary
from assistant.library.chunking import chunk
from assistant.library.encoding import embedded_text
from assistant.library.index import Index
from assistant.library.registry import Registry
from assistant.library.vectors import VectorStore
from assistant.questions.query import QueryReader
from assistant.results import Scope
from assistant.search.retrieval import Retriever
from tests.fakes import HashEmbedder
from tests.libraries import make_source, traces

SIZE = 40
NAMES = ("alpha", "beta", "gamma", "delta")


def version(name: str, word: str) -> Source:
    """Return a version of a source: half of its sections are the same in all versions."""
    sections = [f"## Part {i}\n\nClause {i} of {name} is {i * 7919} {word if i % 2 else 'steady'} oranges." for i in range(SIZE)]
    return make_source(name, "\n\n".join(sections))


OLD = {name: version(name, "mouldering") for name in NAMES}
NEW = {name: version(name, "zyzzogeton") for name in NAMES}
LATER = version("omega", "quokka")


# -- what the killed process does ---------------------------------------------------------------------------------------


def die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def open_index(home: Path) -> Index:
    return Index(home, HashEmbedder())


def replace_and_die_before_the_commit(home: Path, _: Connection) -> None:
    open_index(home).take(NEW["alpha"], before_commit=die)


def replace_and_die_after_the_commit(home: Path, _: Connection) -> None:
    VectorStore.delete = die  # type: ignore[method-assign, assignment]
    open_index(home).take(NEW["alpha"])


def replace_and_die_before_compacting(home: Path, _: Connection) -> None:
    Registry.compact = die  # type: ignore[method-assign, assignment]
    open_index(home).take(NEW["alpha"])


def remove_and_die_after_the_commit(home: Path, _: Connection) -> None:
    VectorStore.delete = die  # type: ignore[method-assign, assignment]
    open_index(home).remove("alpha")


def remove_and_die_before_wiping(home: Path, _: Connection) -> None:
    Registry.wipe = die  # type: ignore[method-assign, assignment]
    open_index(home).remove("alpha")


def work_until_killed(home: Path, ready: Connection) -> None:
    index = open_index(home)
    assert index.vectors.ids()
    ready.send("go")
    while True:
        for versions in (NEW, OLD):
            for name in NAMES:
                index.take(versions[name])
            index.take(LATER)


# -- what is left -------------------------------------------------------------------------------------------------------

CONTEXT: ForkServerContext = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.test_kill", "chromadb", "chromadb.api.rust", "chromadb.api.client"])


def run_killed(act: Callable[[Path, Connection], None], home: Path, delay: float | None = None) -> None:
    """Run ``act`` in a process of its own, which kills itself, or is killed ``delay`` seconds after it says that it is ready."""
    ours, theirs = CONTEXT.Pipe()
    with ours, theirs:
        process = CONTEXT.Process(target=act, args=(home, theirs))
        process.start()
        if delay is not None:
            assert ours.poll(60)
            process.join(delay)
            process.kill()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        process.close()


@pytest.fixture
def reader(dictionary: Dictionary) -> QueryReader:
    return QueryReader(Glossary([]), dictionary)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with closing(open_index(tmp_path)) as index:
        for source in OLD.values():
            index.take(source)
    return tmp_path


def traces_of_text(home: Path, *secrets: str) -> list[str]:
    """Return the SQLite files that hold ``secrets``. Chroma's others hold whatever was in its memory where it had nothing to write."""
    return [path for path in traces(home, *secrets) if not path.endswith(".bin")]


def versions_left(index: Index, possible: Sequence[Source]) -> list[Source]:
    """Return the version that is live of each source, having checked that it is whole."""
    left = []
    for row in index.registry.sources():
        source = index.registry.source(row.metadata.id)
        assert source in possible
        passages = index.registry.passages_of(source.id)
        assert passages == chunk(source)
        assert all(source.text[p.span.start : p.span.end] == p.text for p in passages)
        left.append(source)
    assert index.registry.statistics()[0] == sum(len(chunk(s)) for s in left)
    assert index.registry.stray_words() == 0
    return left


def check_hits(index: Index, reader: QueryReader, live: Sequence[Source]) -> None:
    texts = {source.id: source.text for source in live}
    for question in ("How many zyzzogeton oranges?", "How many mouldering oranges are in clause 7?", "steady oranges of gamma"):
        hits = Retriever(index).search(reader.read(question), Scope(), 20)
        assert hits
        for hit in hits:
            span = hit.passage.span
            assert texts[hit.source.id][span.start : span.end] == hit.passage.text


def check_left(home: Path, reader: QueryReader, possible: Sequence[Source]) -> list[Source]:
    """Check everything that must hold after a kill, before and after a repair; return the versions that are live."""
    with closing(open_index(home)) as index:
        revision = index.registry.revision()
        live = versions_left(index, possible)
        check_hits(index, reader, live)
        index.repair()
        assert index.diagnose().clean
        assert index.registry.revision() == revision
        assert versions_left(index, possible) == live
        passages = {p.id: embedded_text(source, p) for source in live for p in chunk(source)}
        assert index.vectors.ids() == passages.keys()
        sample = list(passages.items())[::8]
        found = [passage_id in dict(index.vectors.query(index.embedder.embed([text])[0], 20)) for passage_id, text in sample]
        assert sum(found) >= len(sample) - 1  # the graph is an approximation: seldom, one of many that are nearly alike cannot be reached
        check_hits(index, reader, live)
    return live


def test_killed_before_the_commit_the_old_version_is_left(home: Path, reader: QueryReader) -> None:
    run_killed(replace_and_die_before_the_commit, home)
    with closing(open_index(home)) as index:
        orphans = index.diagnose().orphans
    assert set(orphans) == {p.id for p in chunk(NEW["alpha"])} - {p.id for p in chunk(OLD["alpha"])}
    assert check_left(home, reader, [*OLD.values(), *NEW.values()]) == sorted(OLD.values(), key=lambda s: s.id)
    assert traces_of_text(home, "zyzzogeton") == []


@pytest.mark.parametrize("act", [replace_and_die_after_the_commit, replace_and_die_before_compacting])
def test_killed_after_the_commit_the_new_version_is_left(home: Path, reader: QueryReader, act: Callable[[Path, Connection], None]) -> None:
    run_killed(act, home)
    live = check_left(home, reader, [*OLD.values(), *NEW.values()])
    assert live == sorted([NEW["alpha"], *(OLD[name] for name in NAMES[1:])], key=lambda s: s.id)
    assert traces_of_text(home, "of alpha is 7919 mouldering") == []


@pytest.mark.parametrize("act", [remove_and_die_after_the_commit, remove_and_die_before_wiping])
def test_killed_while_removing_nothing_is_left_of_the_source(home: Path, reader: QueryReader, act: Callable[[Path, Connection], None]) -> None:
    run_killed(act, home)
    assert check_left(home, reader, list(OLD.values())) == sorted((OLD[name] for name in NAMES[1:]), key=lambda s: s.id)
    assert traces_of_text(home, "of alpha is") == []
    with closing(open_index(home)) as index, pytest.raises(SourceNotFound):
        index.remove("alpha")


@pytest.mark.parametrize("seed", range(10))
def test_killed_at_any_moment_one_whole_version_is_left(home: Path, reader: QueryReader, seed: int) -> None:
    run_killed(work_until_killed, home, delay=random.Random(seed).uniform(0.0, 0.6))
    live = check_left(home, reader, [*OLD.values(), *NEW.values(), LATER])
    assert {s.id for s in live} >= set(NAMES)
    with closing(open_index(home)) as index:  # and the work can be finished
        for source in (*NEW.values(), LATER):
            index.take(source)
        assert versions_left(index, [*NEW.values(), LATER]) == sorted([*NEW.values(), LATER], key=lambda s: s.id)
        assert index.diagnose().clean
        index.repair()
    assert traces_of_text(home, "mouldering") == []
