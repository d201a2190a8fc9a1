"""A few kills of each kind leave a sound library, and the check that says so sees what is not sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evals import crash_migration, crashes
from evals.crash_library import CrashError, open_library


def test_a_kill_of_each_kind_loses_nothing(tmp_path: Path) -> None:
    found = crashes.run(tmp_path, len(crashes.KINDS), seed=11)
    assert found.done == dict.fromkeys(crashes.KINDS, 1)
    assert 0 <= found.repaired <= len(crashes.KINDS)
    assert (found.migrated, found.under_way) == (2, 2), "each kill of a migration met it under way"


def test_kills_that_miss_the_migration_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_migration, "points_of", lambda *_: 1)
    monkeypatch.setattr(crash_migration, "kill_at", lambda *_: False)
    monkeypatch.setattr(crashes, "KINDS", (crashes.MIGRATION,))
    with pytest.raises(CrashError, match="only 0 of 1 kills met a migration under way"):
        crashes.run(tmp_path, 1, seed=11)


def test_a_kept_home_that_lost_something_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(home: Path, *_: object) -> bool:
        with closing(sqlite3.connect(home / "library.sqlite", isolation_level=None)) as db:
            db.execute("UPDATE passages SET text = 'other' WHERE source_id = 'pay'")
        return True

    monkeypatch.setattr(crash_migration, "points_of", lambda *_: 1)
    monkeypatch.setattr(crash_migration, "kill_at", lose)
    monkeypatch.setattr(crashes, "KINDS", (crashes.KEPT_HOME,))
    with pytest.raises(CrashError, match=r"schema-1\.sql: its sources and passages are not what they were"):
        crashes.run(tmp_path, 1, seed=11)


_FIRST_OF_BETA = "(SELECT min(row) FROM passages WHERE source_id = 'beta')"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE sources SET text = replace(text, 'Clause 3', 'Clause 4') WHERE id = 'alpha'", "alpha: is of no version"),
        (f"UPDATE passages SET text = 'other' WHERE row = {_FIRST_OF_BETA}", "beta: its passages"),
        ("INSERT INTO words (rowid, body, context) VALUES (9999, 'stray', '')", "words without a passage are left"),
    ],
)
def test_what_is_mixed_up_is_seen(damage: str, said: str, tmp_path: Path) -> None:
    files = crashes._write_files(tmp_path)
    library = open_library(tmp_path / "home")
    assert {r.outcome for r in library.ingest([files["old"]])} == {"added"}
    library.index.close()
    assert crashes.check(tmp_path / "home", files) is False
    with closing(sqlite3.connect(tmp_path / "home" / "library.sqlite", isolation_level=None)) as db:
        assert db.execute(damage).rowcount == 1
    with pytest.raises(CrashError, match=said):
        crashes.check(tmp_path / "home", files)
