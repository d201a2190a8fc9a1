"""An old library may be killed at any moment while it is brought up: it is of the old version then, whole, and comes up the next time."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from assistant.config import load_settings
from assistant.language.glossary import Dictionary
from assistant.library.schema import SCHEMA_VERSION
from assistant.pipeline import Assistant
from assistant.questions.query import QueryReader
from assistant.results import Answer
from evals.crash_migration import FILE, OLD_HOMES, context_for, kill_at, points_of, restore, schema_of
from tests.fakes import HashEmbedder
from tests.test_kill import open_index

KILLS = 8
"""Of each kept home, one in each part of its migration."""
CONTEXT = context_for("tests.test_kill", "chromadb", "chromadb.api.rust", "chromadb.api.client")
DUMPS = sorted(OLD_HOMES.glob("schema-*.sql"))


def content(home: Path) -> Mapping[str, list[tuple[object, ...]]]:
    """Return what the oldest version kept: it must be there in every later one."""
    columns = {"sources": "id, metadata, text, pages, sha256, revision", "passages": 'row, id, source_id, start, "end", text, units', "meta": "*"}
    with closing(sqlite3.connect(home / FILE)) as db:
        rows = {table: db.execute(f"SELECT {names} FROM {table} ORDER BY 1").fetchall() for table, names in columns.items()}
    return rows | {"meta": [row for row in rows["meta"] if row[0] != "vector_writes"]}


def check_answer(home: Path, dictionary: Dictionary) -> None:
    library = Assistant(load_settings(home=home, corpus=""), HashEmbedder())
    try:
        library.reader = QueryReader(library.glossary, dictionary)
        library.doctor(rebuild=True)  # the kept homes have no vectors beside them
        assert library.doctor().clean
        assert [row.metadata.id for row in library.sources()] == ["fees", "pay"]
        result = library.ask("What is a mentor paid a month?")
        assert isinstance(result, Answer)
        (cited,) = result.citations
        assert (cited.source_id, cited.quote) == ("pay", "A mentor is paid 500 yuan a month.")
    finally:
        library.index.close()


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_killed_within_the_migration_it_is_whole_and_comes_up_the_next_time(dump: Path, tmp_path: Path, dictionary: Dictionary) -> None:
    restore(dump, tmp_path / "whole")
    kept, old = content(tmp_path / "whole"), schema_of(tmp_path / "whole")
    points = points_of(tmp_path / "whole", open_index, CONTEXT)
    assert points > 100, "so many moments there are within it"
    chance, under_way, unsaved = random.Random(dump.stem), 0, 0
    for part in range(KILLS):
        home = tmp_path / str(part)
        restore(dump, home)
        under_way += kill_at(home, open_index, CONTEXT, chance.randint(1 + points * part // KILLS, points * (part + 1) // KILLS))
        log = home / f"{FILE}-wal"
        unsaved += log.exists() and log.stat().st_size > 0
        seen = shutil.copytree(home, tmp_path / f"{part}-seen")  # whoever looks first also clears up
        assert (schema_of(seen), content(seen)) == (old, kept)
        open_index(home).close()
        assert (schema_of(home), content(home)) == (SCHEMA_VERSION, kept)
        if part in (0, KILLS - 1):
            check_answer(home, dictionary)
    assert under_way == KILLS, "each of them met the migration"
    assert unsaved >= (dump != DUMPS[-1]), "and of some, half a migration was in the files; the last step is one statement, written in one go"


def test_killed_right_after_the_migration_it_is_of_the_new_version(tmp_path: Path, dictionary: Dictionary) -> None:
    restore(DUMPS[0], tmp_path)
    kept = content(tmp_path)
    assert kill_at(tmp_path, open_index, CONTEXT, 1_000_000) is False
    assert (schema_of(tmp_path), content(tmp_path)) == (SCHEMA_VERSION, kept)
    check_answer(tmp_path, dictionary)
