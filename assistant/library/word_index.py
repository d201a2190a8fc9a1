"""The word index: which words each passage has, how rare they are, and the vectors of the library's words.

SQLite's FTS5 keeps it in the library's file; its rows have the numbers of the passages' rows, and both change in one transaction.
"""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.library.embedding import Vectors
from assistant.library.kept import Kept
from assistant.library.postings import Postings, open_occurrences
from assistant.library.rows import index_terms
from assistant.library.sqlite_file import SqliteFile

COMMON = 10
"""Passages that have a word from which on it is read ahead; what fewer have is read in a fifth of a millisecond."""


class WordRow(NamedTuple):
    """A candidate of the word index: passage and source id, its terms, the terms of its title and headings, its place in reading order."""

    passage_id: str
    source_id: str
    body: str
    context: str
    place: int


class WordIndex(SqliteFile):
    """The words of the passages in a library's file."""

    def __init__(self, home: Path) -> None:
        self._frequencies: Kept[dict[str, int]] = Kept()
        self._statistics: Kept[tuple[int, float]] = Kept()
        self._postings: Kept[Postings] = Kept()
        super().__init__(home)

    def find_words(self, words: Sequence[str], limit: int, sources: Iterable[str] | None = None) -> list[WordRow]:
        """Return the passages (of ``sources``, where given) that have any of ``words``, best first by FTS5's BM25, ties by passage id."""
        if not words:
            return []
        with self._snapshot() as db:
            scores = self._postings.at(self.revision(), lambda: Postings(db)).best(db, words, limit, sources)
            ids = db.execute("SELECT row, id FROM passages WHERE row IN (SELECT value FROM json_each(?))", (json.dumps(list(scores)),)).fetchall()
            order = {row: (-scores[row], passage_id) for row, passage_id in ids}
            best = sorted(order, key=order.__getitem__)[:limit]
            rows = {row.place: row for row in self._word_rows(db, "p.row", best)}
        return [rows[row] for row in best]

    def read_ahead(self) -> None:
        """Read the scores of the commonest words, the dearest to read, before a question waits for them; ends when the library changes meanwhile."""
        revision = self.revision()
        with self._guard() as db:
            common = db.execute("SELECT term FROM words_seen WHERE doc >= ? ORDER BY doc DESC, term", (COMMON,)).fetchall()
        for (word,) in common:
            with self._snapshot() as db:  # one for each word: a writer that empties the log waits for no reader long
                if self.revision() != revision:
                    return
                postings = self._postings.at(revision, functools.partial(Postings, db))
                if postings.full:
                    return
                postings.of(db, word)

    def word_rows(self, ids: Iterable[str]) -> list[WordRow]:
        """Return the entries of passages in the word index, by id."""
        with self._guard() as db:
            return sorted(self._word_rows(db, "p.id", list(ids)))

    @staticmethod
    def _word_rows(db: sqlite3.Connection, key: str, values: Sequence[object]) -> list[WordRow]:
        rows = db.execute(
            f"SELECT p.id, p.source_id, w.body, w.context, p.row FROM passages p JOIN words w ON w.rowid = p.row "
            f"WHERE {key} IN (SELECT value FROM json_each(?))",
            (json.dumps(values),),
        )
        return [WordRow(*row) for row in rows]

    def document_frequency(self, words: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each word occurs, be it in their own words, title or headings."""
        wanted = set(words)
        kept = self._frequencies.at(self.revision(), dict)
        if new := sorted(wanted - kept.keys()):
            with self._guard() as db:
                found = dict(db.execute("SELECT term, doc FROM words_seen WHERE term IN (SELECT value FROM json_each(?))", (json.dumps(new),)))
            kept |= {word: found.get(word, 0) for word in new}
        return {word: count for word in wanted if (count := kept[word])}

    def statistics(self) -> tuple[int, float]:
        """Return the number of searchable passages and their mean length in terms."""
        return self._statistics.at(self.revision(), self._read_statistics)

    def _read_statistics(self) -> tuple[int, float]:
        with self._guard() as db:
            row = db.execute("SELECT value FROM meta WHERE key = 'words'").fetchone()
            count = db.execute("SELECT count(*) FROM words_docsize").fetchone()[0]  # one small row for each; the words themselves fill many pages
        return count, (float(row[0]) / count if row and count else 1.0)

    def word_weights(self, source_ids: Iterable[str]) -> tuple[int, int, dict[str, int]]:
        """Return what sources add to the word index: searchable passages, their terms in all, and in how many passages each term occurs."""
        with self._guard() as db:
            found = db.execute(
                "SELECT p.row, w.body FROM passages p JOIN words w ON w.rowid = p.row WHERE p.source_id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(source_ids)),),
            ).fetchall()
            if not found:
                return 0, 0, {}
            open_occurrences(db)
            rows = db.execute(
                "SELECT term, count(DISTINCT doc) FROM temp.word_places WHERE doc IN (SELECT value FROM json_each(?)) GROUP BY term",
                (json.dumps([row for row, _ in found]),),
            ).fetchall()
        return len(found), sum(len(body.split()) for _, body in found), dict(rows)

    def stray_words(self) -> int:
        """Return how many entries of the word index belong to no live passage; more than none is a defect."""
        with self._guard() as db:
            return int(db.execute("SELECT count(*) FROM words WHERE rowid NOT IN (SELECT row FROM passages)").fetchone()[0])

    def vocabulary(self, dimension: int) -> tuple[list[str], Vectors]:
        """Return the library's words, English ones by stem, and their vectors, shape ``(words, dimension)``."""
        with self._guard() as db:
            rows = db.execute("SELECT stem, vector FROM vocabulary ORDER BY stem").fetchall()
        if not rows:
            return [], np.zeros((0, dimension), np.float32)
        return [stem for stem, _ in rows], np.frombuffer(b"".join(v for _, v in rows), dtype=np.float16).astype(np.float32).reshape(-1, dimension)

    def new_words(self, stems: Iterable[str]) -> list[str]:
        """Return those of ``stems`` that have no vector yet."""
        with self._guard() as db:
            rows = db.execute("SELECT value FROM json_each(?) WHERE value NOT IN (SELECT stem FROM vocabulary)", (json.dumps(sorted(stems)),)).fetchall()
        return [row[0] for row in rows]

    def forget_vocabulary(self) -> None:
        """Delete the vectors of all words."""
        with self._change() as (db, _):
            db.execute("DELETE FROM vocabulary")

    def compact(self) -> None:
        """Merge the word index, forget words that no passage has, and empty the log."""
        with self._guard() as db:
            db.execute("INSERT INTO words (words) VALUES ('optimize')")
            db.execute("DELETE FROM vocabulary WHERE stem NOT IN (SELECT term FROM words_seen)")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # -- parts of a change --------------------------------------------------------------------------------------

    @staticmethod
    def _index_words(db: sqlite3.Connection, row: int, text: str, about: str) -> None:
        """Enter the words of a passage, and those of what stands above it."""
        body, context = index_terms(text), index_terms(about)
        db.execute("INSERT INTO words (rowid, body, context) VALUES (?, ?, ?)", (row, " ".join(body), " ".join(dict.fromkeys(context))))
        _count_words(db, len(body))

    @staticmethod
    def _forget_words(db: sqlite3.Connection, rows: Iterable[int]) -> None:
        """Take out what was entered for passages."""
        for row in rows:
            body = db.execute("SELECT body FROM words WHERE rowid = ?", (row,)).fetchone()
            db.execute("DELETE FROM words WHERE rowid = ?", (row,))
            if body:
                _count_words(db, -len(body[0].split()))

    def keep_words(self, words: Mapping[str, Vectors]) -> None:
        """Keep the vectors of words, English ones by stem."""
        with self._change() as (db, _):
            self._keep_vectors(db, words)

    @staticmethod
    def _keep_vectors(db: sqlite3.Connection, words: Mapping[str, Vectors]) -> None:
        """Keep the vectors of words, English ones by stem."""
        db.executemany("INSERT OR IGNORE INTO vocabulary VALUES (?, ?)", [(stem, v.astype(np.float16).tobytes()) for stem, v in words.items()])


def _count_words(db: sqlite3.Connection, change: int) -> None:
    db.execute("INSERT INTO meta VALUES ('words', ?) ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + ?", (str(max(change, 0)), change))
