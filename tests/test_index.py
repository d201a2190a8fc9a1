"""The index keeps registry and vectors in step. The same tests run with an embedded Chroma and with a server."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pytest

from assistant.documents import Box, PrintedLine, Source, Span
from assistant.errors import IndexMismatch, IndexUnavailable, SourceNotFound
from assistant.library import index as index_module
from assistant.library import shared_store
from assistant.library.chunking import chunk
from assistant.library.encoding import embedded_text
from assistant.library.index import Change, Index
from tests.fakes import HashEmbedder
from tests.libraries import free_port, make_source, many_passages, traces

ROOT = Path(__file__).parents[1]
FEES = make_source("fees", "# Fees\n\nThe inspection fee is 300 yuan. The zyzzogeton sits in a tree.\n\n## Terms\n\nIt is paid within thirty days.")
FEES_NEW = make_source("fees", "# Fees\n\nThe inspection fee is 450 yuan, and the quokka watches.\n\n## Terms\n\nIt is paid within thirty days.")
PAY = make_source("pay", "# Wages\n\nInterns are paid monthly. A thylacine guards the wages office at night.")

Opener = Callable[[], Index]


@pytest.fixture(params=["embedded", "server"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("chroma_url")) if request.param == "server" else ""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def open_index(home: Path, url: str) -> Iterator[Opener]:
    with ExitStack() as indexes:
        yield lambda: indexes.enter_context(closing(Index(home, HashEmbedder(), url)))


@pytest.fixture
def index(open_index: Opener) -> Index:
    return open_index()


def nearest(index: Index, text: str, k: int = 5) -> list[str]:
    """Return the ids that the dense leg finds for ``text``, dead ones included."""
    return [i for i, _ in index.vectors.query(index.embedder.embed([text])[0], k)]


def are_found(index: Index, *sources: Source, every: int = 1) -> bool:
    """Whether all passages (or each ``every``-th) are found by their own words; of many that are nearly alike, the graph may miss a few."""
    found = [p.id in nearest(index, embedded_text(source, p), 20) for source in sources for p in chunk(source)[::every]]
    return sum(found) >= 0.95 * len(found)


def state(index: Index) -> dict[str, object]:
    """Return all rows of the registry's tables but those that count writes."""
    with closing(sqlite3.connect(index.registry.path)) as db:
        tables = ("sources", "passages", "words", "vocabulary")
        return {table: db.execute(f"SELECT rowid, * FROM {table}" if table != "vocabulary" else "SELECT * FROM vocabulary").fetchall() for table in tables}


def holds_exactly(index: Index, *sources: Source) -> bool:
    """Whether registry and vectors hold these sources and nothing else, and all passages are found by their own words."""
    passages = [p for source in sources for p in chunk(source)]
    ids = {p.id for p in passages}
    assert {row.metadata.id: index.registry.source(row.metadata.id) for row in index.registry.sources()} == {s.id: s for s in sources}
    assert index.registry.passages(ids).keys() == ids
    assert index.registry.statistics()[0] == len(passages)
    assert index.vectors.ids() == ids
    assert are_found(index, *sources)
    return index.diagnose().clean


# -- taking in ----------------------------------------------------------------------------------------------------------


def test_taking_in_makes_a_source_found_by_words_and_vectors(index: Index) -> None:
    assert index.take(FEES) is Change.ADDED
    assert index.take(PAY) is Change.ADDED
    assert [row.source_id for row in index.registry.find_words(["thylacin"], 5)] == ["pay"]
    assert holds_exactly(index, FEES, PAY)


def test_an_unchanged_source_changes_nothing(index: Index) -> None:
    index.take(FEES)
    before, revision, writes = state(index), index.registry.revision(), index.registry.get("vector_writes")
    assert index.take(FEES) is Change.UNCHANGED
    assert (state(index), index.registry.revision(), index.registry.get("vector_writes")) == (before, revision, writes)


def test_a_changed_source_leaves_no_ghost(index: Index) -> None:
    index.take(FEES)
    index.take(PAY)
    assert index.take(FEES_NEW) is Change.REPLACED
    assert index.registry.find_words(["zyzzogeton"], 5) == []
    assert {row.source_id for row in index.registry.find_words(["quokka"], 5)} == {"fees"}
    with closing(sqlite3.connect(index.registry.path)) as db:
        assert db.execute("SELECT count(*) FROM words_seen WHERE term IN ('zyzzogeton', '300')").fetchone() == (0,)
    assert holds_exactly(index, FEES_NEW, PAY)


def test_changed_metadata_is_a_change(index: Index) -> None:
    index.take(FEES)
    renamed = make_source("fees", FEES.text, title_en="Another title")
    assert index.take(renamed) is Change.REPLACED
    assert holds_exactly(index, renamed)


def test_each_change_raises_the_revision_by_one(index: Index) -> None:
    revisions = [index.registry.revision()]
    for change in (
        lambda: index.take(FEES),
        lambda: index.take(FEES),
        lambda: index.take(FEES_NEW),
        lambda: index.take(PAY),
        lambda: index.repair(),
        lambda: index.remove("pay"),
    ):
        change()
        revisions.append(index.registry.revision())
    assert revisions == [0, 1, 1, 2, 3, 3, 4]


def test_text_that_the_embedder_cannot_read_is_found_by_words_only(home: Path, url: str) -> None:
    with closing(Index(home, HashEmbedder(unknown=frozenset("职业学校应当")), url)) as index:
        index.take(make_source("zh", "职业学校应当", language="zh"))
        index.take(PAY)
        assert index.vectors.count_source("zh") == 0
        assert [row.source_id for row in index.registry.find_words(["职业"], 5)] == ["zh"]
        assert index.diagnose().clean


def test_a_library_is_there_when_opened_again(open_index: Opener) -> None:
    open_index().take(FEES)
    again = open_index()
    assert again.take(FEES) is Change.UNCHANGED
    assert holds_exactly(again, FEES)


def test_thousands_of_passages_at_once(index: Index, url: str) -> None:
    large = many_passages("large", 2000 if url else 6000)  # more than one batch of an embedded Chroma
    assert index.take(large) is Change.ADDED
    assert index.vectors.count_source("large") == len(index.registry.embedded_ids()) == len(chunk(large))
    assert set(index.remove("large").values()) == {0}
    assert index.vectors.ids() == set()


def test_two_libraries_are_two(tmp_path: Path, url: str) -> None:
    with closing(Index(tmp_path / "one", HashEmbedder(), url)) as one, closing(Index(tmp_path / "two", HashEmbedder(), url)) as two:
        one.take(FEES)
        two.take(PAY)
        assert holds_exactly(one, FEES)
        assert holds_exactly(two, PAY)
        assert two.repair().clean
        assert holds_exactly(one, FEES)


# -- removing -----------------------------------------------------------------------------------------------------------


def test_a_removed_source_leaves_no_word_no_vector_and_no_text(index: Index, home: Path) -> None:
    index.take(FEES)
    index.take(PAY)
    assert index.remove("fees") == {"sources": 0, "passages": 0, "words": 0, "vectors": 0, "originals": 0}
    assert index.vectors.count_source("fees") == 0
    assert index.registry.find_words(["zyzzogeton"], 5) == []
    with closing(sqlite3.connect(index.registry.path)) as db:
        assert db.execute("SELECT count(*) FROM words_seen WHERE term IN ('zyzzogeton', 'inspect', '300')").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM words WHERE words MATCH 'zyzzogeton OR inspect'").fetchone() == (0,)
    assert traces(home, "zyzzogeton", "zyzzogeton"[::-1], "The inspection fee is", "paid within thirty days") == []
    assert holds_exactly(index, PAY)


def test_chinese_text_is_gone_after_removal_too(index: Index, home: Path) -> None:
    index.take(make_source("zh", "第一条 为了饕餮与貔貅的和睦相处，制定本办法。", language="zh", title_zh="瑞兽办法", title_en=""))
    assert traces(home, "饕餮") != []
    index.remove("zh")
    assert traces(home, "饕餮", "貔貅", "瑞兽") == []


def test_removing_what_is_not_there(index: Index) -> None:
    index.take(FEES)
    with pytest.raises(SourceNotFound, match="'nothing'"):
        index.remove("nothing")
    assert holds_exactly(index, FEES)


def test_a_removed_source_can_be_taken_in_again(index: Index) -> None:
    for _ in range(2):
        index.take(FEES)
        index.remove("fees")
    assert index.take(FEES) is Change.ADDED
    assert holds_exactly(index, FEES)


# -- health -------------------------------------------------------------------------------------------------------------


def test_a_sound_library_has_nothing_to_repair(index: Index) -> None:
    index.take(FEES)
    assert index.diagnose().clean
    assert index.repair().clean


def test_orphaned_vectors_are_found_and_cleared(index: Index) -> None:
    index.take(FEES)
    index.vectors.upsert(["orphan"], "gone", index.embedder.embed(["an orphan"]))
    assert index.diagnose().orphans == ("orphan",)
    assert index.repair().orphans == ("orphan",)
    assert holds_exactly(index, FEES)


def test_missing_vectors_are_found_and_made_again(index: Index) -> None:
    index.take(FEES)
    index.take(PAY)
    missing = chunk(FEES)[0].id
    index.vectors.delete([missing])
    assert index.diagnose().missing == (missing,)
    assert index.repair().missing == (missing,)
    assert holds_exactly(index, FEES, PAY)


def test_all_vectors_can_be_made_again(index: Index) -> None:
    index.take(FEES)
    index.take(PAY)
    index.vectors.delete(index.vectors.ids())
    index.vectors.upsert(["orphan"], "gone", index.embedder.embed(["an orphan"]))
    assert len(index.rebuild().missing) == len(chunk(FEES)) + len(chunk(PAY))
    assert holds_exactly(index, FEES, PAY)


def test_the_store_is_filled_again_from_what_the_library_keeps(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.take(PAY)
    asked = index.embedder.embed(["the pay of interns"])[0]
    before = index.vectors.query(asked, 9)
    monkeypatch.setattr(index.embedder, "embed", lambda texts: pytest.fail(f"embedded again: {texts}"))
    index.rebuild()
    assert index.vectors.query(asked, 9) == before != []


def test_a_library_that_keeps_no_vectors_of_passages_gets_them(index: Index) -> None:
    index.take(PAY)
    kept = index.registry.vectors(index.registry.embedded_ids(), 64)
    with sqlite3.connect(index.registry.path) as db:
        db.execute("UPDATE passages SET vector = NULL")  # as the second schema left it
    assert {v.own for v in index.registry.vectors(kept, 64).values()} == {None}
    index.rebuild()
    again = index.registry.vectors(kept, 64)
    assert all(np.array_equal(np.asarray(again[i].own), np.asarray(own)) and np.array_equal(again[i].units, units) for i, (own, units) in kept.items())


def test_a_library_of_another_model_is_made_again(home: Path, url: str) -> None:
    with closing(Index(home, HashEmbedder(), url)) as index:
        index.take(FEES)
        index.take(PAY)
    other = HashEmbedder(32, "other")
    with closing(Index(home, other, url, remake=True)) as index:
        assert len(index.rebuild().missing) == len(chunk(FEES)) + len(chunk(PAY))
        assert holds_exactly(index, FEES, PAY)
        words, vectors = index.registry.vocabulary(32)
        assert "inspect" in words
        assert vectors.shape == (len(words), 32)
    with closing(Index(home, other, url)) as index:
        assert index.take(FEES) is Change.UNCHANGED
        assert index.diagnose().clean
    with pytest.raises(IndexMismatch, match="built with other/"):
        Index(home, HashEmbedder(), url)


def test_a_process_that_runs_with_the_former_model_is_told(home: Path) -> None:
    with closing(Index(home, HashEmbedder())) as running:
        running.take(FEES)
        with closing(Index(home, HashEmbedder(32, "other"), remake=True)) as index:
            index.rebuild()
        with pytest.raises(IndexMismatch, match="built with other/"):
            nearest(running, "fee")
        with pytest.raises(IndexMismatch, match="built with other/"):
            running.take(PAY)


def test_where_lines_are_printed_outlives_a_new_cut(home: Path) -> None:
    line = PrintedLine(1, Span(0, 6), Box(1.0, 2.0, 3.0, 4.0))
    with closing(Index(home, HashEmbedder())) as index:
        index.take(replace(FEES, lines=(line,)))
    with closing(Index(home, HashEmbedder(32, "other"), remake=True)) as index:
        index.rebuild()
        assert index.registry.lines("fees", 1) == [line]
        index.renew(index.registry.source("fees"))
        assert index.registry.lines("fees", 1) == [line]
        index.take(FEES_NEW)
        assert index.registry.lines("fees", 1) == []


def test_a_library_made_again_halfway_fits_no_model_and_can_be_made_again_to_the_end(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Index(home, HashEmbedder())) as index:
        index.take(FEES)
        index.take(PAY)
    other = HashEmbedder(32, "other")
    with closing(Index(home, other, remake=True)) as index:
        put, done = index.registry.put, []

        def cut_off(source: Source, *args: Any) -> set[str]:
            done.append(source.id)
            if len(done) == 2:
                raise OSError("cut off")
            return put(source, *args)

        monkeypatch.setattr(index.registry, "put", cut_off)
        with pytest.raises(IndexUnavailable):
            index.rebuild()
    for embedder in (HashEmbedder(), other):
        with pytest.raises(IndexMismatch, match=r"not yet made again to the end.*assistant doctor --rebuild"):
            Index(home, embedder)
    with closing(Index(home, HashEmbedder(), remake=True)) as index:
        index.rebuild()
        assert holds_exactly(index, FEES, PAY)


def delete_folder(chroma: Path) -> None:
    shutil.rmtree(chroma)


def delete_vector_files(chroma: Path) -> None:
    for folder in chroma.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


def corrupt_database(chroma: Path) -> None:
    (chroma / "chroma.sqlite3").write_bytes(b"not a database" * 500)


def corrupt_vectors(chroma: Path) -> None:
    for path in chroma.glob("*/*.bin"):
        path.write_bytes(b"no vectors" * 10)


def put_a_file_in_its_place(chroma: Path) -> None:
    shutil.rmtree(chroma)
    chroma.write_text("not a folder")


@pytest.mark.parametrize("damage", [delete_folder, delete_vector_files, corrupt_database, corrupt_vectors, put_a_file_in_its_place])
def test_vectors_are_made_again_whatever_happened_to_them(home: Path, damage: Callable[[Path], None]) -> None:
    source = many_passages("large", 1100)  # Chroma writes vector files from 1,000 on
    with closing(Index(home, HashEmbedder())) as index:
        index.take(source)
    damage(home / "chroma")
    with closing(Index(home, HashEmbedder())) as index:
        index.rebuild()
        assert index.diagnose().clean
        assert are_found(index, source, every=20)
        index.take(PAY)
        assert index.diagnose().clean


@pytest.mark.parametrize("damage", [corrupt_database, corrupt_vectors, put_a_file_in_its_place])
def test_a_store_that_cannot_be_read_is_filled_again_by_a_repair(home: Path, damage: Callable[[Path], None]) -> None:
    source = many_passages("large", 1100)
    with closing(Index(home, HashEmbedder())) as index:
        index.take(source)
    damage(home / "chroma")
    with closing(Index(home, HashEmbedder())) as index:
        assert len(index.repair().missing) > 900
        assert index.repair().clean
        assert are_found(index, source, every=20)


@pytest.mark.parametrize("damage", [delete_folder, delete_vector_files])
def test_lost_vectors_are_noticed(home: Path, damage: Callable[[Path], None]) -> None:
    with closing(Index(home, HashEmbedder())) as index:
        index.take(many_passages("large", 1100))
    damage(home / "chroma")
    with closing(Index(home, HashEmbedder())) as index:
        assert len(index.diagnose().missing) > 900
        assert len(index.repair().missing) > 900
        assert index.diagnose().clean


def test_a_repair_overwrites_what_a_killed_writer_left_beside_the_vectors(home: Path) -> None:
    with closing(Index(home, HashEmbedder())) as index:
        index.take(many_passages("large", 1100))
        [file] = (home / "chroma").glob("*/data_level0.bin")
        with file.open("ab") as graph:
            graph.write(b"words of a removed source")
        assert index.repair().clean
        assert b"removed source" not in file.read_bytes()
        assert index.diagnose().clean


def test_a_store_that_cannot_be_read_names_the_remedy(home: Path) -> None:
    with closing(Index(home, HashEmbedder())) as index:
        index.take(many_passages("large", 1100))
    corrupt_vectors(home / "chroma")
    with closing(Index(home, HashEmbedder())) as index, pytest.raises(IndexUnavailable, match="assistant doctor --rebuild"):
        nearest(index, "oranges")


# -- what does not fit --------------------------------------------------------------------------------------------------


def test_another_embedder_is_refused_with_the_remedy(home: Path) -> None:
    with closing(Index(home, HashEmbedder())) as index:
        index.take(FEES)
    with pytest.raises(IndexMismatch, match=r"hash/.*other/.*ASSISTANT_EMBEDDING_MODEL.*ASSISTANT_HOME") as caught:
        Index(home, HashEmbedder(name="other"))
    assert str(home) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_chunker_is_refused_with_the_remedy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Index(home, HashEmbedder())) as index:
        index.take(FEES)
    monkeypatch.setattr(index_module, "CHUNKER_VERSION", "other")
    with pytest.raises(IndexMismatch, match=r"chunker-other.*ASSISTANT_HOME"):
        Index(home, HashEmbedder())


def test_an_empty_library_takes_any_embedder(home: Path) -> None:
    Index(home, HashEmbedder()).close()
    with closing(Index(home, HashEmbedder(name="other", dimension=32))) as index:
        assert index.take(FEES) is Change.ADDED


def test_a_server_that_is_away_is_one_clear_line(home: Path) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with closing(Index(home, HashEmbedder(), away)) as index:
        assert index.registry.sources() == []  # what needs no vectors works
        with pytest.raises(IndexUnavailable, match=r"ASSISTANT_CHROMA_URL") as caught:
            index.take(FEES)
        assert index.registry.revision() == 0
    assert away in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nothing_is_removed_while_the_server_is_away(home: Path, chroma_url: str) -> None:
    with closing(Index(home, HashEmbedder(), chroma_url)) as index:
        index.take(FEES)
    with closing(Index(home, HashEmbedder(), f"http://127.0.0.1:{free_port()}")) as index:
        with pytest.raises(IndexUnavailable):
            index.remove("fees")
        assert index.registry.sha256("fees") == FEES.sha256


def test_a_second_writer_that_waits_in_vain_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_store, "LOCK_TIMEOUT", 0.1)
    with closing(Index(home, HashEmbedder())) as index, filelock.FileLock(home / "write.lock"):
        with pytest.raises(IndexUnavailable, match="another process has been writing") as caught:
            index.take(FEES)
        assert index.registry.revision() == 0
    assert "\n" not in str(caught.value)


# -- several at once ----------------------------------------------------------------------------------------------------

WRITE = """
import sys
from pathlib import Path
from tests.test_index import *
with closing(Index(Path(sys.argv[1]), HashEmbedder(), sys.argv[2])) as index:
    for n in range(3):
        index.take(many_passages(f"{sys.argv[3]}-{n}", 300))
"""


def test_writers_in_several_processes_lose_nothing(index: Index, home: Path, url: str) -> None:
    index.take(FEES)
    assert nearest(index, "fee")  # this process has its vectors in memory from here on
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, str(home), url, name], cwd=ROOT) for name in "ab"]
    while any(writer.poll() is None for writer in writers):
        assert nearest(index, "oranges")
    assert [writer.returncode for writer in writers] == [0, 0]
    index.take(PAY)
    assert index.registry.revision() == 8
    assert index.diagnose().clean
    for source in (FEES, PAY, *(many_passages(f"{name}-{n}", 300) for name in "ab" for n in range(3))):
        assert are_found(index, source, every=10)
    with closing(Index(home, HashEmbedder(), url)) as fresh:
        assert fresh.diagnose().clean


def test_the_same_file_from_two_processes_is_taken_in_once(home: Path, tmp_path: Path) -> None:
    Index(home, HashEmbedder()).close()
    write = WRITE.replace("sys.argv[3]", "'same'")
    writers = [subprocess.Popen([sys.executable, "-c", write, str(home), ""], cwd=ROOT) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    with closing(Index(home, HashEmbedder())) as index:
        assert index.registry.revision() == 3
        assert index.diagnose().clean


def test_readers_and_writers_in_several_threads(index: Index) -> None:
    errors: list[BaseException] = []

    def work(source: Source) -> None:
        try:
            for _ in range(3):
                index.take(source)
                assert nearest(index, source.text)
                index.remove(source.id)
        except BaseException as error:
            errors.append(error)
        finally:
            index.registry.close()

    index.take(FEES)
    threads = [threading.Thread(target=work, args=(many_passages(name, 20),)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert holds_exactly(index, FEES)
