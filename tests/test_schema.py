"""Libraries of older versions are brought up, with everything that they hold, in one step or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.language.glossary import Dictionary, Glossary
from assistant.library import schema
from assistant.library.index import Index
from assistant.library.registry import Registry
from assistant.questions.query import QueryReader
from assistant.results import Scope
from assistant.search.retrieval import Retriever
from tests.fakes import HashEmbedder
from tests.libraries import make_source

KEPT = Path(__file__).with_name("homes")
OLD = sorted(KEPT.glob("schema-*.sql"))


def restore(dump: Path, home: Path) -> None:
    """Make the library file whose statements ``dump`` holds, as that version wrote it."""
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / "library.sqlite")) as db:
        db.executescript(dump.read_text(encoding="utf-8"))


def tables(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index') ORDER BY name")]
        return [(name, *(f"{c[1]} {c[2]} {c[3]} {c[4]} {c[5]}" for c in db.execute(f"PRAGMA table_info({name})"))) for name in names]


def test_every_older_version_is_kept() -> None:
    assert [path.stem for path in OLD] == [f"schema-{n}" for n in range(1, schema.SCHEMA_VERSION)]


@pytest.mark.parametrize("dump", OLD, ids=lambda path: path.stem)
def test_an_old_library_answers_as_before_and_takes_in_more(dump: Path, tmp_path: Path, dictionary: Dictionary) -> None:
    restore(dump, tmp_path / "old")
    Registry(tmp_path / "new").close()
    with closing(Index(tmp_path / "old", HashEmbedder())) as index:
        assert index.registry.revision() == 2
        assert [row.metadata.id for row in index.registry.sources()] == ["fees", "pay"]
        source = index.registry.source("pay")
        assert (source.original, source.lines, index.registry.lines("pay", 1)) == ("", (), [])
        assert [p.text for p in index.registry.passages_of("pay")] == ["Article 7 A mentor is paid 500 yuan a month."]
        assert set(index.repair().missing) == index.registry.embedded_ids(), "the dump has no vectors; they are made again"
        assert index.repair().clean
        hits = Retriever(index).search(QueryReader(Glossary([]), dictionary).read("What is a mentor paid?"), Scope(), 3)
        assert hits[0].source.id == "pay"
        index.take(make_source("leave", "# Leave\n\n## Article 1\n\nAn intern has two days of leave.\n"))
        assert index.registry.revision() == 3
        assert set(index.remove("fees").values()) == {0}
    assert tables(tmp_path / "old" / "library.sqlite") == tables(tmp_path / "new" / "library.sqlite")


def test_a_step_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restore(OLD[0], tmp_path)
    before = tables(tmp_path / "library.sqlite")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_STEPS", (*schema._STEPS, "CREATE TABLE more (x);\nINSERT INTO nowhere VALUES (1);\n"))
        patch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)
        with pytest.raises(Exception, match="no such table: nowhere"):
            Registry(tmp_path)
    assert tables(tmp_path / "library.sqlite") == before
    with closing(Registry(tmp_path)) as registry:
        assert registry.revision() == 2


def test_two_processes_may_bring_one_library_up(tmp_path: Path) -> None:
    restore(OLD[0], tmp_path)
    path = tmp_path / "library.sqlite"

    class Slow(sqlite3.Connection):
        meanwhile: Callable[[], object] = staticmethod(lambda: None)

        def execute(self, sql: str, *arguments: object) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE":
                self.meanwhile()
            return super().execute(sql, *arguments)  # type: ignore[arg-type]

    with closing(sqlite3.connect(path, isolation_level=None, factory=Slow)) as db:
        db.meanwhile = lambda: Registry(tmp_path).close()  # the other one is faster
        schema.bring_up(db, path)
        assert db.execute("SELECT count(*) FROM sources WHERE original = ''").fetchone() == (2,)
