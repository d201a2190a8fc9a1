"""Scores of words in memory: the very ones that SQLite gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library import postings
from assistant.library.chunking import chunk
from assistant.library.postings import Postings
from assistant.library.registry import Registry
from tests.libraries import make_source

WORDS = "apple pear don't plum 2019 3.5 企业 学校 the".split()
texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=300).map(" ".join), min_size=1, max_size=6)
asked = st.lists(st.sampled_from([*WORDS, "o'clock", "absent"]), min_size=1, max_size=6, unique=True)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with closing(Registry(tmp_path_factory.mktemp("postings"))) as registry:
        yield registry


def by_sqlite(db: sqlite3.Connection, words: list[str]) -> dict[int, float]:
    match = " OR ".join(f'"{word}"' for word in words)
    return dict(db.execute("SELECT rowid, -bm25(words, 1.0, 0.5) FROM words WHERE words MATCH ?", (match,)))


@given(texts, asked)
def test_scores_are_those_of_sqlite_to_the_last_bit(library: Registry, written: list[str], words: list[str]) -> None:
    for number, text in enumerate(written):
        source = make_source(f"s{number}", f"# Part of plum\n\n{text}.\n\n# Other\n\nThe pear and the apple.")
        library.put(source, chunk(source), {})
    with closing(sqlite3.connect(library.path, isolation_level=None)) as db:
        assert Postings(db).best(db, words, 1000) == by_sqlite(db, words)


def test_only_the_best_and_those_that_score_alike_come(tmp_path: Path) -> None:
    with closing(Registry(tmp_path)) as registry:
        for name, text in {"a": "Pears.", "b": "Pears.", "c": "Pears pears.", "d": "Plums."}.items():
            source = make_source(name, f"# Part\n\n{text}")
            registry.put(source, chunk(source), {})
        with closing(sqlite3.connect(registry.path, isolation_level=None)) as db:
            kept = Postings(db)
            every = by_sqlite(db, ["pear"])
            best = max(every, key=every.__getitem__)
            assert len(every) == 3
            assert kept.best(db, ["pear"], 1) == {best: every[best]}
            assert kept.best(db, ["pear"], 2) == every
            mine = {row for (row,) in db.execute("SELECT row FROM passages WHERE source_id = 'a'")}
            assert kept.best(db, ["pear"], 1, ["a", "d", "absent"]) == {row: score for row, score in every.items() if row in mine}
            assert kept.best(db, ["absent"], 5) == kept.best(db, ["pear"], 5, []) == {}


def test_no_more_is_kept_than_there_is_room_for(library: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source("s0", "\n\n".join(f"# Part {n}\n\n{' '.join(WORDS)}." for n in range(9)))
    library.put(source, chunk(source), {})
    monkeypatch.setattr(postings, "KEPT_POSTINGS", 12)
    with closing(sqlite3.connect(library.path, isolation_level=None)) as db:
        kept = Postings(db)
        for words in (["apple"], ["pear", "plum"], ["apple"], ["企业", "学校"]):
            assert kept.best(db, words, 1000) == by_sqlite(db, words)
            assert len(kept._kept) == 1
