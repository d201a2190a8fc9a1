"""A few kills of each kind leave a sound library, and the check that says so sees what is not sound."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evals import crashes


def test_a_kill_of_each_kind_loses_nothing(tmp_path: Path) -> None:
    done, repaired = crashes.run(tmp_path, len(crashes.WORK), seed=11)
    assert done == dict.fromkeys(crashes.WORK, 1)
    assert 0 <= repaired <= len(crashes.WORK)


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
    library = crashes.open_library(tmp_path / "home")
    assert {r.outcome for r in library.ingest([files["old"]])} == {"added"}
    library.index.close()
    assert crashes.check(tmp_path / "home", files) is False
    with closing(sqlite3.connect(tmp_path / "home" / "library.sqlite", isolation_level=None)) as db:
        assert db.execute(damage).rowcount == 1
    with pytest.raises(crashes.CrashError, match=said):
        crashes.check(tmp_path / "home", files)
