"""The truth: one SQLite file with the sources, their passages and the word index.

A source is replaced or removed in one transaction, which also raises the revision number; a process killed at any
moment leaves the old version or the new one. Deleted text is overwritten in the file (``secure_delete``); the copies that
SQLite makes when it moves rows within its pages go with ``wipe``.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.documents import SILENT, Audience, Metadata, Page, Passage, PassageKind, PrintedLine, Source, Span
from assistant.errors import IndexUnavailable, SourceNotFound
from assistant.library.embedding import Vectors
from assistant.library.kept import Kept
from assistant.library.postings import Postings, open_occurrences
from assistant.library.rows import PASSAGE_COLUMNS, index_terms, metadata_from_json, metadata_to_json, passage_from_row, passage_to_row
from assistant.library.schema import bring_up, sha256_of
from assistant.reading.canonical import lines_from_rows, lines_to_rows

BUSY_TIMEOUT = 30.0
"""Seconds to wait for another program that has the file locked."""
KEPT_SOURCES = 64
"""Texts kept in memory between questions; a statute is about 100 kB."""


class WordRow(NamedTuple):
    """A candidate of the word index: passage and source id, its terms, the terms of its title and headings, its place in reading order."""

    passage_id: str
    source_id: str
    body: str
    context: str
    place: int


class SourceRow(NamedTuple):
    """A source as listed: metadata, number of passages and characters, when and with which revision it was taken in."""

    metadata: Metadata
    passages: int
    characters: int
    taken_at: str
    revision: int
    sha256: str
    path: str
    warnings: tuple[str, ...]


class Coverage(NamedTuple):
    """How much of a source could be read: its pages, and the numbers of those on which no text was found."""

    pages: int
    blank: tuple[int, ...]


class Registry:
    """One library's SQLite file. Safe to use from several threads; each has its own connection.

    Raises:
        IndexUnavailable: the file cannot be opened or written.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "library.sqlite"
        self._local = threading.local()
        self._read: Kept[dict[str, Source]] = Kept()
        self._imprints: Kept[dict[str, str]] = Kept()
        self._frequencies: Kept[dict[str, int]] = Kept()
        self._statistics: Kept[tuple[int, float]] = Kept()
        self._postings: Kept[Postings] = Kept()
        try:
            home.mkdir(parents=True, exist_ok=True)
            with self._guard() as db:
                bring_up(db, self.path)
        except OSError as error:
            raise IndexUnavailable(f"{home}: the library folder cannot be used ({error.strerror}). Choose another with ASSISTANT_HOME.") from error

    def _connect(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT, isolation_level=None)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA foreign_keys = ON")
            self._local.db = db
        return db

    def close(self) -> None:
        """Close this thread's connection; it is opened again when needed."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            del self._local.db
            db.close()

    @contextmanager
    def _guard(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connect()
        except sqlite3.DatabaseError as error:
            raise IndexUnavailable(
                f"{self.path}: the library file cannot be used ({error}). Close other programs that use it, check the disk, then run: assistant doctor"
            ) from error

    @contextmanager
    def _change(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One write transaction that raises the revision."""
        with self._guard() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                revision = self.revision() + 1
                db.execute("INSERT OR REPLACE INTO meta VALUES ('revision', ?)", (str(revision),))
                yield db, revision
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """Let several reads see the same revision, whatever others write meanwhile."""
        with self._guard() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                if db.in_transaction:
                    db.execute("COMMIT")

    # -- reading ----------------------------------------------------------------------------------------------

    def revision(self) -> int:
        """Return the number of committed changes."""
        return int(self.get("revision") or 0)

    def revision_for(self, audiences: Iterable[Audience]) -> int:
        """Return the number of committed changes that touched a source for one of ``audiences``."""
        return sum(int(self.get(f"revision:{audience.value}") or 0) for audience in audiences)

    def get(self, key: str) -> str | None:
        """Return a stored fact about the index itself (embedder, dimension, chunker), or ``None``."""
        with self._guard() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def store(self, key: str, value: str) -> None:
        """Store a fact about the index itself. Does not raise the revision."""
        with self._guard() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def sources(self) -> list[SourceRow]:
        """Return all live sources, by id."""
        with self._guard() as db:
            rows = db.execute(
                "SELECT s.metadata, (SELECT count(*) FROM passages p WHERE p.source_id = s.id), length(s.text), s.taken_at, s.revision, s.sha256, "
                "s.path, s.warnings FROM sources s ORDER BY s.id"
            ).fetchall()
        return [SourceRow(metadata_from_json(r[0]), r[1], r[2], r[3], r[4], r[5], r[6], tuple(json.loads(r[7]))) for r in rows]

    def coverage(self) -> dict[str, Coverage]:
        """Return how much of each source could be read, by id."""
        with self._guard() as db:
            rows = db.execute("SELECT id, pages FROM sources").fetchall()
        spans = {source_id: json.loads(pages) for source_id, pages in rows}
        return {source_id: Coverage(len(pages), tuple(n for n, start, end in pages if start == end)) for source_id, pages in spans.items()}

    def source(self, source_id: str) -> Source:
        """Return one source with its text; sources just read are kept until the library changes.

        Raises:
            SourceNotFound: there is none with that id.
        """
        kept = self._read.at(self.revision(), dict)
        source = kept.get(source_id) or self._read_source(source_id)
        if len(kept) >= KEPT_SOURCES:
            kept.clear()
        kept[source_id] = source
        return source

    def _read_source(self, source_id: str) -> Source:
        with self._guard() as db:
            row = db.execute("SELECT metadata, text, pages, sha256, path, warnings, original FROM sources WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            raise SourceNotFound(f"{source_id!r}: no source has this id. List them with: assistant sources")
        pages = tuple(Page(n, Span(a, b)) for n, a, b in json.loads(row[2]))
        return Source(metadata_from_json(row[0]), row[1], pages, row[3], row[4], tuple(json.loads(row[5])), row[6])

    def imprint(self, source_id: str) -> str:
        """Return what a source prints above its body: authors and their colleges, dates of adoption; empty if nothing."""
        kept = self._imprints.at(self.revision(), dict)
        if source_id not in kept:
            kept[source_id] = self._read_imprint(source_id)
        return kept[source_id]

    def _read_imprint(self, source_id: str) -> str:
        with self._guard() as db:
            first = "SELECT text FROM passages WHERE source_id = ? AND kind = ? ORDER BY start LIMIT 1"
            row = db.execute(first, (source_id, PassageKind.TITLE.value)).fetchone()
        return str(row[0])[:400] if row else ""

    def sha256(self, source_id: str) -> str | None:
        """Return the content hash of a live source, or ``None``."""
        with self._guard() as db:
            row = db.execute("SELECT sha256 FROM sources WHERE id = ?", (source_id,)).fetchone()
        return row[0] if row else None

    def lines(self, source_id: str, page: int) -> list[PrintedLine]:
        """Return where the lines of one page of a source are printed; none where it has no pages."""
        with self._guard() as db:
            row = db.execute("SELECT lines FROM sources WHERE id = ?", (source_id,)).fetchone()
        return list(lines_from_rows(r for r in json.loads(row[0]) if r[0] == page)) if row else []

    def same_text(self, text: str) -> list[str]:
        """Return the ids of the live sources that hold exactly this text."""
        with self._guard() as db:
            return [row[0] for row in db.execute("SELECT id FROM sources WHERE text_sha256 = ? ORDER BY id", (sha256_of(text),))]

    def originals(self) -> set[str]:
        """Return the names of all originals that live sources were made of."""
        with self._guard() as db:
            return {row[0] for row in db.execute("SELECT DISTINCT original FROM sources WHERE original != ''")}

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """Return the live passages among ``ids``."""
        return {p.id: p for p in self._select("id IN (SELECT value FROM json_each(?))", json.dumps(list(ids)))}

    def owners(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the source id of each live passage among ``ids``."""
        with self._guard() as db:
            return dict(db.execute("SELECT id, source_id FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)))

    def passages_of(self, source_id: str, article: int | None = None) -> list[Passage]:
        """Return the passages of a source in reading order, or those of one article."""
        if article is None:
            return self._select("source_id = ?", source_id)
        return self._select("source_id = ? AND article = ?", source_id, article)

    def _select(self, where: str, *arguments: object) -> list[Passage]:
        with self._guard() as db:
            rows = db.execute(f"SELECT {PASSAGE_COLUMNS} FROM passages WHERE {where} ORDER BY source_id, start", arguments).fetchall()
        return [passage_from_row(row) for row in rows]

    def unit_vectors(self, ids: Iterable[str], dimension: int) -> dict[str, Vectors]:
        """Return the vectors of the units of passages, shape ``(units, dimension)``, where they were stored."""
        with self._guard() as db:
            rows = db.execute(
                "SELECT id, unit_vectors FROM passages WHERE unit_vectors IS NOT NULL AND id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
            ).fetchall()
        return {i: np.frombuffer(blob, dtype=np.float16).astype(np.float32).reshape(-1, dimension) for i, blob in rows}

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

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the texts of passages."""
        with self._guard() as db:
            return dict(db.execute("SELECT id, text FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)))

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

    def embedded_ids(self) -> set[str]:
        """Return the ids of all live passages that should have a vector."""
        with self._guard() as db:
            return {row[0] for row in db.execute("SELECT id FROM passages WHERE embedded")}

    # -- writing ----------------------------------------------------------------------------------------------

    def vocabulary(self, dimension: int) -> tuple[list[str], Vectors]:
        """Return the stems of the library's English words and their vectors, shape ``(words, dimension)``."""
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

    def put(
        self, source: Source, passages: Sequence[Passage], unit_vectors: Mapping[str, Vectors], words: Mapping[str, Vectors] | None = None
    ) -> set[str]:
        """Make this version of a source the live one; return the ids of the passages that are no longer live.

        ``unit_vectors`` has the vectors of the units of each passage that was embedded, ``words`` those of new words by stem.
        """
        with self._change() as (db, revision):
            _count_change(db, source.id, source.metadata.audience)
            dead = self._erase(db, source.id)
            db.execute(
                "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    source.id,
                    metadata_to_json(source.metadata),
                    source.text,
                    json.dumps([(p.number, *p.span) for p in source.pages]),
                    source.sha256,
                    source.path,
                    json.dumps(source.warnings, ensure_ascii=False),
                    dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                    revision,
                    source.original,
                    json.dumps(lines_to_rows(source.lines), separators=(",", ":")),
                    sha256_of(source.text),
                ),
            )
            db.executemany("INSERT OR IGNORE INTO vocabulary VALUES (?, ?)", [(stem, v.astype(np.float16).tobytes()) for stem, v in (words or {}).items()])
            indexed = 0
            imprint = next((p.text for p in passages if p.kind is PassageKind.TITLE), "")[:400]  # authors, dates of adoption
            about = f"{source.metadata.title_zh} {source.metadata.title_en} {source.metadata.document_number} {imprint}"
            for passage in passages:
                vectors = unit_vectors.get(passage.id)
                row = db.execute(
                    f"INSERT INTO passages ({PASSAGE_COLUMNS}, embedded, unit_vectors) VALUES ({', '.join('?' * 16)})",
                    (*passage_to_row(passage), vectors is not None, None if vectors is None else vectors.astype(np.float16).tobytes()),
                ).lastrowid
                if passage.kind not in SILENT:
                    body, context = index_terms(passage.text), index_terms(f"{about} {passage.heading} {passage.locator}")
                    indexed += len(body)
                    db.execute("INSERT INTO words (rowid, body, context) VALUES (?, ?, ?)", (row, " ".join(body), " ".join(dict.fromkeys(context))))
            self._count_words(db, indexed)
        return dead - {p.id for p in passages}

    def remove(self, source_id: str) -> set[str]:
        """Remove a source with its text and words; return the ids of its passages, whose vectors are then to go.

        Traces may stay in the file until ``wipe``.

        Raises:
            SourceNotFound: there is none with that id.
        """
        if self.sha256(source_id) is None:
            raise SourceNotFound(f"{source_id!r}: no source has this id. List them with: assistant sources")
        with self._change() as (db, _):
            _count_change(db, source_id)
            return self._erase(db, source_id)

    def compact(self) -> None:
        """Merge the word index, forget words that no passage has, and empty the log."""
        with self._guard() as db:
            db.execute("INSERT INTO words (words) VALUES ('optimize')")
            db.execute("DELETE FROM vocabulary WHERE stem NOT IN (SELECT term FROM words_seen)")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def wipe(self) -> None:
        """Write the whole file anew, so that no words or text of dead versions are left on the disk."""
        self.compact()
        with self._guard() as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _erase(self, db: sqlite3.Connection, source_id: str) -> set[str]:
        rows = db.execute("SELECT row, id FROM passages WHERE source_id = ?", (source_id,)).fetchall()
        words = 0
        for row, _ in rows:
            body = db.execute("SELECT body FROM words WHERE rowid = ?", (row,)).fetchone()
            words += len(body[0].split()) if body else 0
            db.execute("DELETE FROM words WHERE rowid = ?", (row,))
        self._count_words(db, -words)
        db.execute("DELETE FROM passages WHERE source_id = ?", (source_id,))
        db.execute("DELETE FROM sources WHERE id = ?", (source_id,))
        return {passage_id for _, passage_id in rows}

    @staticmethod
    def _count_words(db: sqlite3.Connection, change: int) -> None:
        db.execute("INSERT INTO meta VALUES ('words', ?) ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + ?", (str(max(change, 0)), change))


def _count_change(db: sqlite3.Connection, source_id: str, audience: Audience | None = None) -> None:
    """Count a change for the audience that a source has, and for the one that it gets."""
    row = db.execute("SELECT metadata FROM sources WHERE id = ?", (source_id,)).fetchone()
    touched = {metadata_from_json(row[0]).audience if row else None, audience} - {None}
    for name in sorted(a for a in touched if a):
        db.execute("INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1", (f"revision:{name.value}",))
