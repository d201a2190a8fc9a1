"""The truth in SQLite: sources, passages, words, revision."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.documents import Audience, Authority, Kind, Metadata, PassageKind, Source, Standing, Status
from assistant.errors import IndexMismatch, IndexUnavailable, SourceNotFound
from assistant.library import registry as registry_module
from assistant.library.chunking import chunk
from assistant.library.registry import Registry
from assistant.library.rows import index_terms, metadata_from_json, metadata_to_json
from tests.libraries import make_source, traces

APPLES = "# Orchards\n\nApples are picked in autumn. The zyzzogeton hides below the leaves.\n\n## Fees\n\nThe fee is 5 million yuan."
PEARS = "# Orchards\n\nPears are picked in autumn. The fee is 7 million yuan, and the quokka watches."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Registry]:
    with closing(Registry(tmp_path / "home")) as registry:
        yield registry


def put(registry: Registry, source: Source) -> set[str]:
    return registry.put(source, chunk(source), {})


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
            library.put(version(name, word), chunk(version(name, word)), {p.id: np.zeros((1, 64), np.float32) for p in chunk(version(name, word))})
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


def test_equal_matches_come_in_the_order_of_their_ids(library: Registry) -> None:
    for name in "dbca":
        put(library, make_source(name, "# Part\n\nOne orchard."))
    found = [row.passage_id for row in library.find_words(["orchard"], 3)]
    assert found == sorted(p.id for name in "abcd" for p in library.passages_of(name) if "orchard" in p.text)[:3]


@pytest.mark.parametrize("text", ["500万元", "五百万元", "5 million yuan", "5,000,000 yuan"])
def test_a_figure_is_found_in_digits_however_it_is_written(text: str) -> None:
    assert "5000000" in index_terms(text)


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


def test_vectors_of_units_come_back_by_passage(library: Registry) -> None:
    source = make_source("a", APPLES)
    passages = chunk(source)
    given_vectors = {p.id: np.full((len(p.units), 4), n + 0.5, np.float32) for n, p in enumerate(passages[:-1])}
    library.put(source, passages, given_vectors)
    found = library.unit_vectors((p.id for p in passages), 4)
    assert found.keys() == given_vectors.keys()
    assert all(np.array_equal(found[i], v) for i, v in given_vectors.items())
    assert library.embedded_ids() == set(given_vectors)


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


DAYS = st.none() | st.dates()
METADATA = st.builds(
    Metadata,
    id=st.text(min_size=1),
    title_zh=st.text(),
    kind=st.sampled_from(Kind),
    authority=st.sampled_from(Authority),
    status=st.sampled_from(Status),
    issued=DAYS,
    effective=DAYS,
    expires=DAYS,
    supersedes=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    audience=st.sampled_from(Audience),
    standing=st.sampled_from(Standing),
    note=st.text(),
)


@given(METADATA)
def test_metadata_survives_json(metadata: Metadata) -> None:
    assert metadata_from_json(metadata_to_json(metadata)) == metadata


# -- when the disk does not serve -------------------------------------------------------------------------------------


def test_a_locked_library_is_one_clear_line(library: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "BUSY_TIMEOUT", 0.1)
    with closing(sqlite3.connect(library.path, isolation_level=None)) as other, closing(Registry(library.path.parent)) as second:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(IndexUnavailable, match="locked") as caught:
            put(second, make_source("a", APPLES))
        assert second.revision() == 0  # reading goes on
        other.execute("ROLLBACK")
        put(second, make_source("a", APPLES))
    assert str(library.path) in str(caught.value)
    assert "Close other programs" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_library_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite").write_bytes(b"not a database, just words. " * 100)
    with pytest.raises(IndexUnavailable, match=r"library\.sqlite: .*not a database"):
        Registry(tmp_path)


def test_a_library_of_another_version_names_the_remedy(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as db:
        db.execute("PRAGMA user_version = 999")
    with pytest.raises(IndexMismatch, match=r"written by a later version \(schema 999, this one knows \d+\)\. Install that version\.$"):
        Registry(tmp_path)


def test_a_home_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(IndexUnavailable, match="ASSISTANT_HOME"):
        Registry(tmp_path / "home")


ATTEMPT = """
import os, sys
from pathlib import Path
from assistant.library.index import Index
from assistant.errors import AssistantError
from tests.fakes import HashEmbedder
from tests.libraries import make_source
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)  # root may write everywhere
try:
    Index(Path(sys.argv[1]), HashEmbedder()).take(make_source("b", "Some other text."))
except AssistantError as error:
    print(f"{type(error).__name__}: {error}")
"""


@pytest.mark.parametrize("made_before", [True, False])
@pytest.mark.skipif(sys.platform == "win32", reason="rights are of another kind there")
def test_a_read_only_home_is_one_clear_line(tmp_path: Path, made_before: bool) -> None:
    home = tmp_path / "home"
    if made_before:
        with closing(Registry(home)) as registry:
            put(registry, make_source("a", APPLES))
    else:
        home.mkdir()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith("pytest-"):
            folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)
    for path in [home, *home.iterdir()]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        root = Path(__file__).parents[1]
        done = subprocess.run([sys.executable, "-c", ATTEMPT, str(home)], cwd=root, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(root)})
    finally:
        home.chmod(0o755)
    assert done.stdout.startswith("IndexUnavailable: "), done.stderr
    assert str(home) in done.stdout
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
