"""The vector store, embedded and on a server."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import IndexUnavailable
from assistant.library.embedding import Vectors
from assistant.library.vectors import VectorStore
from tests.libraries import free_port

Opener = Callable[[], VectorStore]


@pytest.fixture(params=["embedded", "server"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    url = request.getfixturevalue("chroma_url") if request.param == "server" else ""
    with ExitStack() as stores:
        yield lambda: stores.enter_context(closing(VectorStore(tmp_path, url, f"test-{tmp_path.name}"[:60])))


def unit_vectors(count: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, 16)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_nearest_first_with_the_cosine(open_store: Opener) -> None:
    store, vectors = open_store(), unit_vectors(50)
    store.upsert([f"p{i:02}" for i in range(50)], "a", vectors)
    found = store.query(vectors[7], 50)
    cosines = vectors @ vectors[7]
    assert [i for i, _ in found] == [f"p{i:02}" for i in np.argsort(-cosines, kind="stable")]
    assert [c for _, c in found] == pytest.approx(sorted(cosines.tolist(), reverse=True), abs=1e-5)


def test_equal_vectors_come_in_the_order_of_their_ids(open_store: Opener) -> None:
    store = open_store()
    store.upsert(["c", "a", "b"], "s", np.repeat(unit_vectors(1), 3, axis=0))
    assert [i for i, _ in store.query(unit_vectors(1)[0], 3)] == ["a", "b", "c"]


def test_an_empty_store_finds_nothing(open_store: Opener) -> None:
    store = open_store()
    assert store.query(unit_vectors(1)[0], 5) == []
    assert store.ids() == set()
    assert store.count_source("a") == 0
    store.delete(["not there"])


def test_only_the_sources_wanted(open_store: Opener) -> None:
    store, vectors = open_store(), unit_vectors(30)
    for n, source in enumerate("abc"):
        store.upsert([f"{source}{i}" for i in range(10)], source, vectors[10 * n : 10 * n + 10])
    found = store.query(vectors[0], 30, ["b", "c", "unknown"])
    assert len(found) == 20
    assert {i[0] for i, _ in found} == {"b", "c"}
    assert store.query(vectors[0], 30, []) == []


def test_many_sources_wanted(open_store: Opener) -> None:
    store = open_store()
    store.upsert(["p"], "a", unit_vectors(1))
    assert [i for i, _ in store.query(unit_vectors(1)[0], 5, [*(f"source-{i}" for i in range(3000)), "a"])] == ["p"]


def test_writing_again_replaces(open_store: Opener) -> None:
    store, vectors = open_store(), unit_vectors(2)
    store.upsert(["p"], "a", vectors[:1])
    store.upsert(["p"], "a", vectors[1:])
    assert store.ids() == {"p"}
    assert store.query(vectors[1], 1)[0][1] == pytest.approx(1.0, abs=1e-5)


def test_more_rows_than_one_batch_takes(tmp_path: Path) -> None:
    store, ids = VectorStore(tmp_path), [f"p{i:04}" for i in range(6000)]
    store.upsert(ids, "a", unit_vectors(6000))
    assert store.ids() == set(ids)
    assert store.count_source("a") == 6000
    assert store.lost(ids) == set()
    store.delete(ids[:5999])
    assert store.ids() == {"p5999"}
    assert store.lost(ids[5990:]) == set(ids[5990:5999])


def test_what_was_written_is_there_when_opened_again(open_store: Opener) -> None:
    vectors = unit_vectors(3)
    open_store().upsert(["p", "q", "r"], "a", vectors)
    assert open_store().query(vectors[1], 1)[0][0] == "q"


def test_opening_again_shows_what_another_process_wrote(tmp_path: Path) -> None:
    vectors = unit_vectors(2)
    store = VectorStore(tmp_path)
    store.upsert(["mine"], "a", vectors[:1])
    assert store.query(vectors[1], 2)  # now its vectors are in memory
    write = "import sys; from tests.test_vectors import *; VectorStore(Path(sys.argv[1])).upsert(['other'], 'b', unit_vectors(2)[1:])"
    subprocess.run([sys.executable, "-c", write, str(tmp_path)], check=True, cwd=Path(__file__).parents[1])
    assert VectorStore(tmp_path).query(vectors[1], 1)[0][0] == "other"


def test_libraries_on_one_server_do_not_see_each_other(chroma_url: str, tmp_path: Path) -> None:
    one, two = (VectorStore(tmp_path, chroma_url, f"{name}-{tmp_path.name}"[:60]) for name in ("one", "two"))
    with closing(one), closing(two):
        one.upsert(["p"], "a", unit_vectors(1))
        assert two.ids() == set()


def test_no_server_is_one_clear_line(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(IndexUnavailable, match=r"ASSISTANT_CHROMA_URL") as caught:
        VectorStore(tmp_path, url)
    assert url in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["not an address", "http://127.0.0.1:99999", "ftp://127.0.0.1"])
def test_a_wrong_address_is_one_clear_line(tmp_path: Path, url: str) -> None:
    with pytest.raises(IndexUnavailable, match="ASSISTANT_CHROMA_URL"):
        VectorStore(tmp_path, url)


def test_a_damaged_store_names_the_remedy(tmp_path: Path) -> None:
    VectorStore(tmp_path).upsert(["p"], "a", unit_vectors(1))
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"not a database" * 500)
    with pytest.raises(IndexUnavailable, match="assistant doctor --rebuild"):
        VectorStore(tmp_path)


class Racing:
    """A collection from which another thread deletes while it is read, so many times in a row."""

    def __init__(self, collection: Any, races: int, words: str = "Error executing plan: Internal error: Error finding id") -> None:
        self._collection, self.races, self.words = collection, races, words

    def query(self, **arguments: Any) -> Any:
        if self.races:
            self.races -= 1
            raise RuntimeError(self.words)
        return self._collection.query(**arguments)


def test_a_read_that_races_with_a_deletion_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(VectorStore(tmp_path)) as store:
        store.upsert(["a"], "s", unit_vectors(1))
        racing = Racing(store._collection, 3)
        monkeypatch.setattr(store, "_collection", racing)
        assert [i for i, _ in store.query(unit_vectors(1)[0], 1)] == ["a"]
        assert racing.races == 0


@pytest.mark.parametrize(("races", "words", "left"), [(9, "Error finding id", 5), (9, "disk full", 8)])
def test_what_lasts_or_is_no_race_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, races: int, words: str, left: int) -> None:
    with closing(VectorStore(tmp_path)) as store:
        racing = Racing(store._collection, races, words)
        monkeypatch.setattr(store, "_collection", racing)
        with pytest.raises(IndexUnavailable, match=rf"failed to query \({words}\)\. Run: assistant doctor --rebuild"):
            store.query(unit_vectors(1)[0], 1)
        assert racing.races == left


@pytest.mark.parametrize("count", [20, 1100])
def test_no_memory_of_the_process_reaches_the_disk(tmp_path: Path, count: int) -> None:
    script = (
        "import sys, numpy as np; from pathlib import Path; from assistant.library.vectors import VectorStore;"
        "n = int(sys.argv[2]); store = VectorStore(Path(sys.argv[1]));"
        "store.upsert([f'p{i}' for i in range(n)], 'a', np.eye(n, 16, dtype=np.float32) + 1); store.close()"
    )
    dirty = {**os.environ, "MALLOC_PERTURB_": "90"}  # glibc fills what it hands out, so that nothing is zero by luck
    subprocess.run([sys.executable, "-c", script, str(tmp_path), str(count)], env=dirty, check=True, timeout=120)
    [graph] = [header.parent for header in (tmp_path / "chroma").glob("*/header.bin")]
    filled, row = struct.unpack_from("<2Q", (graph / "header.bin").read_bytes(), 20)
    for name, width in (("data_level0.bin", row), ("length.bin", 4)):
        unused = (graph / name).read_bytes()[filled * width :]
        assert not any(unused), name
    assert filled in (0, count)  # small graphs wait in SQLite


@pytest.mark.parametrize("act", [lambda store: store.delete(["p0"]), lambda store: store.blank()], ids=["delete", "blank"])
def test_what_a_killed_writer_left_beside_the_vectors_is_overwritten(tmp_path: Path, act: Callable[[VectorStore], None]) -> None:
    with closing(VectorStore(tmp_path)) as store:
        store.upsert([f"p{i}" for i in range(1100)], "a", np.eye(1100, 16, dtype=np.float32) + 1)
        [graph] = [header.parent for header in (tmp_path / "chroma").glob("*/header.bin")]
        filled, row = struct.unpack_from("<2Q", (graph / "header.bin").read_bytes(), 20)
        with (graph / "data_level0.bin").open("r+b") as file:
            file.seek(filled * row + 7)
            file.write(b"words of a removed source")
        act(store)
        assert b"removed source" not in (graph / "data_level0.bin").read_bytes()
        assert store.lost([f"p{i}" for i in range(1, 1100)]) == set()
