"""The tables of a library's SQLite file, and the steps from each older version of them to this one."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

from assistant.errors import IndexMismatch

_STEPS = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('collection', 'passages-' || lower(hex(randomblob(8))));
CREATE TABLE sources (id TEXT PRIMARY KEY, metadata TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL, sha256 TEXT NOT NULL,
    path TEXT NOT NULL, warnings TEXT NOT NULL, taken_at TEXT NOT NULL, revision INTEGER NOT NULL);
CREATE TABLE passages (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source_id TEXT NOT NULL REFERENCES sources(id), start INTEGER,
    "end" INTEGER, text TEXT NOT NULL, locator TEXT NOT NULL, heading TEXT NOT NULL, kind TEXT NOT NULL, page_from INTEGER, page_to INTEGER,
    article INTEGER NOT NULL, standing TEXT NOT NULL, reported_by TEXT NOT NULL, units TEXT NOT NULL, embedded INTEGER NOT NULL, unit_vectors BLOB);
CREATE INDEX passages_of_source ON passages (source_id, article);
CREATE TABLE vocabulary (stem TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (body, context, tokenize = "unicode61 remove_diacritics 0 tokenchars '.'");
CREATE VIRTUAL TABLE words_seen USING fts5vocab (words, row);
""",
    # the file itself, where its lines are printed, and by what a second copy is known
    """
ALTER TABLE sources ADD COLUMN original TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN lines TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sources ADD COLUMN text_sha256 TEXT NOT NULL DEFAULT '';
UPDATE sources SET text_sha256 = sha256(text);
CREATE INDEX sources_by_text ON sources (text_sha256);
""",
    # the vector of a passage beside those of its units, and in which words people ask for it
    """
ALTER TABLE passages ADD COLUMN vector BLOB;
ALTER TABLE passages ADD COLUMN asked TEXT NOT NULL DEFAULT '';
""",
    # the questions that are known of a source
    """
CREATE TABLE questions (row INTEGER PRIMARY KEY, source_id TEXT NOT NULL REFERENCES sources(id), text TEXT NOT NULL, answered INTEGER NOT NULL,
    placed INTEGER NOT NULL, vector BLOB NOT NULL);
CREATE INDEX questions_of_source ON questions (source_id);
""",
    # and the heading that each was put to
    """
ALTER TABLE questions ADD COLUMN at TEXT NOT NULL DEFAULT '';
""",
)
"""Step ``n`` takes a file of version ``n`` to version ``n + 1``; a new file takes all. A step that was released is never changed."""

SCHEMA_VERSION = len(_STEPS)


def bring_up(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file, or those of an older version into this one's: all steps in one transaction.

    Raises:
        IndexMismatch: the file was written by a later version.
        sqlite3.DatabaseError: it cannot be written, or is no library.
    """
    if _version(db) == SCHEMA_VERSION:
        return
    db.create_function("sha256", 1, sha256_of, deterministic=True)
    db.execute("BEGIN IMMEDIATE")
    try:
        version = _version(db)  # another process may have been faster
        if version > SCHEMA_VERSION:
            raise IndexMismatch(f"{path}: written by a later version (schema {version}, this one knows {SCHEMA_VERSION}). Install that version.")
        for step in _STEPS[version:]:
            for statement in step.strip().split(";\n"):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])
