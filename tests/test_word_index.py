"""The word index: what is found by words, how often they occur, and that the counts follow every change."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.documents import PassageKind
from assistant.library import postings
from assistant.library.postings import Postings, Scored
from assistant.library.registry import Registry
from assistant.library.rows import index_terms
from tests.libraries import APPLES, PEARS, make_source, put


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Registry]:
    with closing(Registry(tmp_path / "home")) as registry:
        yield registry


def test_the_count_of_words_follows_every_change(library: Registry) -> None:
    def expected() -> tuple[int, float]:
        lengths = [len(index_terms(p.text)) for row in library.sources() for p in library.passages_of(row.metadata.id)]
        return len(lengths), sum(lengths) / len(lengths)

    put(library, make_source("a", APPLES))
    assert library.statistics() == expected()
    put(library, make_source("b", PEARS))
    assert library.statistics() == expected()
    put(library, make_source("a", PEARS + " And more besides."))
    assert library.statistics() == expected()
    library.remove("b")
    assert library.statistics() == expected()
    library.remove("a")
    assert library.statistics()[0] == 0


def test_document_frequency_counts_passages_with_their_titles_and_headings(library: Registry) -> None:
    put(library, make_source("a", APPLES))
    put(library, make_source("b", PEARS))
    with closing(sqlite3.connect(library.path)) as db:
        counted = Counter(t for row in db.execute("SELECT body || ' ' || context FROM words") for t in set(row[0].split()))
    words = ["autumn", "pear", "zyzzogeton", "absent"]
    assert library.document_frequency(words) == {w: counted[w] for w in words if counted[w]}


def test_the_limit_counts_only_passages_of_the_sources_wanted(library: Registry) -> None:
    put(library, make_source("crowd", "\n\n".join(f"## Part {i}\n\nAn orchard {i}." for i in range(30))))
    put(library, make_source("rare", "# Part\n\nOne orchard among many other words of no concern to anybody."))
    assert {row.source_id for row in library.find_words(["orchard"], 5)} == {"crowd"}
    assert {row.source_id for row in library.find_words(["orchard"], 5, ["rare", "absent"])} == {"rare"}
    assert library.find_words(["orchard"], 5, []) == []
    assert len(library.find_words(["orchard"], 500)) == len(library.passages_of("crowd")) + len(library.passages_of("rare"))


def test_what_was_read_ahead_is_not_read_again(library: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, make_source("crowd", "\n\n".join(f"## Part {i}\n\nAn orchard {i}." for i in range(30))))
    found = library.find_words(["orchard", "29"], 50)
    put(library, make_source("other", "# Part\n\nNothing."))
    library.remove("other")
    library.read_ahead()
    read: list[str] = []
    from_file = Postings._read

    def noted(self: Postings, db: sqlite3.Connection, word: str) -> Scored:
        read.append(word)
        return from_file(self, db, word)

    monkeypatch.setattr(Postings, "_read", noted)
    assert library.find_words(["orchard", "29"], 50) == found
    assert read == ["29"], "which few passages have is read when it is asked for"


def test_reading_ahead_ends_where_there_is_no_room_and_when_the_library_changes(library: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    put(library, make_source("crowd", "\n\n".join(f"## Part {i}\n\nAn orchard here {i}." for i in range(30))))
    read: list[str] = []
    of = Postings.of

    def noted(self: Postings, db: sqlite3.Connection, word: str) -> Scored:
        read.append(word)
        if len(read) == 2:
            library.store("revision", str(library.revision() + 1))
        return of(self, db, word)

    monkeypatch.setattr(Postings, "of", noted)
    library.read_ahead()
    assert len(read) == 2
    monkeypatch.setattr(postings, "KEPT_POSTINGS", 0)
    library.read_ahead()
    assert len(read) == 2


def test_equal_matches_come_in_the_order_of_their_ids(library: Registry) -> None:
    for name in "dbca":
        put(library, make_source(name, "# Part\n\nOne orchard."))
    found = [row.passage_id for row in library.find_words(["orchard"], 3)]
    assert found == sorted(p.id for name in "abcd" for p in library.passages_of(name) if "orchard" in p.text)[:3]


@pytest.mark.parametrize("word", ["校企合作", "3.5", "don't", "第二十七条", "a.b", "C++", "ｆｕｌｌ"])
def test_each_term_of_a_text_finds_it(library: Registry, word: str) -> None:
    put(library, make_source("a", f"Here we read {word} in a sentence."))
    for term in index_terms(word):
        assert [row.source_id for row in library.find_words([term], 5)] == ["a"], term


def test_references_are_kept_but_not_found(library: Registry) -> None:
    source = make_source("a", "# Study\n\nSome finding about orchards.\n\n# References\n\n[1] Zyzzogeton, A. Leaves. Nature, 2019.\n")
    put(library, source)
    kinds = {p.kind for p in library.passages_of("a") if "Zyzzogeton" in p.text}
    assert kinds == {PassageKind.REFERENCE}
    assert library.find_words(["zyzzogeton"], 5) == []
