"""The truth in SQLite: sources and passages, whole or gone."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.documents import Audience, Kind, Passage, Source, Standing
from assistant.errors import IndexUnavailable, SourceNotFound
from assistant.library.chunking import chunk
from assistant.library.embedding import PassageVectors
from assistant.library.registry import Registry
from tests.libraries import APPLES, PEARS, make_source, put, traces

NOTHING = np.zeros((1, 64), np.float32)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Registry]:
    with closing(Registry(tmp_path / "home")) as registry:
        yield registry


def words_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {row[0] for row in db.execute("SELECT term FROM words_seen")}


def test_a_source_comes_back_as_it_was_put(library: Registry) -> None:
    source = make_source(
        "fees-2019",
        APPLES,
        title_zh="收费办法",
        issued=dt.date(2019, 1, 2),
        expires=dt.date(2029, 1, 2),
        supersedes=("fees-2009", "fees-1999"),
        audience=Audience.STAFF,
        kind=Kind.CASE,
        standing=Standing.SECONDARY,
        reported_by="the gazette",
    )
    put(library, source)
    assert library.source("fees-2019") == source
    assert library.passages_of("fees-2019") == chunk(source)
    assert library.passages(p.id for p in chunk(source)) == {p.id: p for p in chunk(source)}
    assert library.owners([chunk(source)[0].id, "unknown"]) == {chunk(source)[0].id: "fees-2019"}
    (row,) = library.sources()
    assert (row.metadata, row.passages, row.characters, row.revision) == (source.metadata, len(chunk(source)), len(APPLES), 1)


def test_every_passage_is_a_slice_of_the_stored_text(library: Registry) -> None:
    put(library, make_source("a", APPLES))
    text = library.source("a").text
    for passage in library.passages_of("a"):
        assert text[passage.span.start : passage.span.end] == passage.text


def test_each_committed_change_raises_the_revision_by_one(library: Registry) -> None:
    assert library.revision() == 0
    put(library, make_source("a", APPLES))
    assert library.revision() == 1
    put(library, make_source("a", PEARS))
    assert library.revision() == 2
    library.store("fingerprint", "anything")
    assert library.revision() == 2
    library.remove("a")
    assert library.revision() == 3


def test_a_failed_change_leaves_everything_as_it_was(library: Registry) -> None:
    old, new = make_source("a", APPLES), make_source("a", PEARS)
    put(library, old)
    twice = [*chunk(new), *chunk(new)]
    with pytest.raises(IndexUnavailable):
        library.put(new, twice, {})
    assert (library.revision(), library.source("a"), library.passages_of("a")) == (1, old, chunk(old))
    assert library.stray_words() == 0
    put(library, new)
    assert library.revision() == 2


def test_a_replaced_source_leaves_no_word_behind(library: Registry) -> None:
    put(library, make_source("a", APPLES))
    dead = put(library, make_source("a", PEARS))
    library.compact()
    assert dead == {p.id for p in chunk(make_source("a", APPLES))}
    assert library.find_words(["zyzzogeton"], 5) == []
    assert len(library.find_words(["quokka"], 5)) == 1
    assert "zyzzogeton" not in words_in(library.path)
    library.wipe()
    assert traces(library.path.parent, "zyzzogeton") == []


def test_text_is_gone_after_much_coming_and_going(library: Registry) -> None:
    def version(name: str, word: str) -> Source:
        return make_source(name, "\n\n".join(f"## Part {i}\n\nClause {i} of {name} is {i * 7919} {word if i % 2 else 'steady'} oranges." for i in range(40)))

    for word in ("mouldering", "fresh", "mouldering", "fresh"):
        for name in ("alpha", "beta", "gamma", "omega"):
            passages = chunk(version(name, word))
            library.put(version(name, word), passages, dict.fromkeys((p.id for p in passages), PassageVectors(NOTHING[0], NOTHING)))
            library.compact()
    library.remove("beta")
    library.wipe()
    assert traces(library.path.parent, "mouldering", "of beta") == []
    assert library.find_words(["steadi"], 1) != []


def test_passages_that_stay_are_not_reported_dead(library: Registry) -> None:
    put(library, make_source("a", APPLES, note="one"))
    assert put(library, make_source("a", APPLES, note="two")) == set()
    assert library.source("a").metadata.note == "two"


def test_a_removed_source_leaves_nothing(library: Registry) -> None:
    put(library, make_source("a", APPLES))
    put(library, make_source("b", PEARS))
    library.remove("a")
    library.wipe()
    assert library.sha256("a") is None
    assert library.passages_of("a") == []
    assert [row.metadata.id for row in library.sources()] == ["b"]
    assert library.find_words(["zyzzogeton"], 5) == []
    assert "zyzzogeton" not in words_in(library.path)
    assert traces(library.path.parent, "zyzzogeton", "hides below the leaves") == []
    assert library.stray_words() == 0


def test_what_is_not_there_cannot_be_read_or_removed(library: Registry) -> None:
    for act in (library.source, library.remove):
        with pytest.raises(SourceNotFound, match=r"'nothing'.*assistant sources"):
            act("nothing")
    assert library.revision() == 0


def given_vectors(passages: list[Passage], value: float) -> dict[str, PassageVectors]:
    return {p.id: PassageVectors(np.full(4, n - value, np.float32), np.full((len(p.units), 4), n + value, np.float32)) for n, p in enumerate(passages)}


def test_vectors_come_back_by_passage(library: Registry) -> None:
    source = make_source("a", APPLES)
    passages = chunk(source)
    given = given_vectors(passages[:-1], 0.5)
    library.put(source, passages, given)
    found = library.vectors((p.id for p in passages), 4)
    assert found.keys() == given.keys() == library.embedded_ids()
    assert all(np.array_equal(np.asarray(found[i].own), np.asarray(own)) and np.array_equal(found[i].units, units) for i, (own, units) in given.items())


def test_what_is_asked_finds_a_passage_comes_back_and_is_not_its_text(library: Registry) -> None:
    source = make_source("a", '# Orchards\n\n## Fees {asked="what does a visit cost; Eintritt"}\n\nEach person gives 5 yuan.\n\n## Rest\n\nNothing more.')
    put(library, source)
    fees, rest = library.passages_of("a")
    assert (fees.asked, rest.asked) == (("what does a visit cost", "Eintritt"), ())
    assert [row.passage_id for row in library.find_words(["eintritt"], 5)] == [fees.id]
    assert "Eintritt" not in fees.text + fees.heading + fees.locator


def test_vectors_that_are_kept_later_change_nothing_else(library: Registry) -> None:
    source = make_source("a", APPLES)
    passages = chunk(source)
    library.put(source, passages, given_vectors(passages, 0.5))
    revision = library.revision()
    later = given_vectors(passages[:1], 2.0)
    library.keep_vectors({**later, "not there": later[passages[0].id]})
    found = library.vectors([p.id for p in passages], 4)
    assert np.asarray(found[passages[0].id].own).tolist() == [-2.0] * 4
    assert np.array_equal(found[passages[1].id].units, given_vectors(passages, 0.5)[passages[1].id].units)
    assert (library.revision(), library.passages_of("a")) == (revision, passages)


def test_several_threads_read_and_write(library: Registry) -> None:
    errors: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for n in range(5):
                put(library, make_source(name, f"{APPLES} {n}"))
                assert library.source(name).text.endswith(str(n))
        except BaseException as error:
            errors.append(error)
        finally:
            library.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert library.revision() == 15
