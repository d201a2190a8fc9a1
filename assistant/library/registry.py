"""The truth: one SQLite file with the sources, their passages and the word index.

A source is replaced or removed in one transaction, which also raises the revision number; a process killed at any
moment leaves the old version or the new one. Deleted text is overwritten in the file; the copies that SQLite makes when it moves rows within
its pages go with ``wipe``.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.documents import SILENT, Audience, Metadata, Page, Passage, PassageKind, PrintedLine, Source, Span
from assistant.errors import SourceNotFound
from assistant.library.embedding import PassageVectors, Vectors
from assistant.library.kept import Kept
from assistant.library.question_index import NO_QUESTIONS, QuestionIndex
from assistant.library.rows import PASSAGE_COLUMNS, metadata_from_json, metadata_to_json, passage_from_row, passage_to_row
from assistant.library.schema import sha256_of
from assistant.reading.canonical import lines_from_rows, lines_to_rows

KEPT_SOURCES = 64
"""Texts kept in memory between questions; a statute is about 100 kB."""


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


class Registry(QuestionIndex):
    """The sources and passages of one library, with their words.

    Raises:
        IndexUnavailable: the file cannot be opened or written.
    """

    def __init__(self, home: Path) -> None:
        self._read: Kept[dict[str, Source]] = Kept()
        self._imprints: Kept[dict[str, str]] = Kept()
        super().__init__(home)

    # -- reading ----------------------------------------------------------------------------------------------

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
            questions = self._questions_of(db, source_id)
        if row is None:
            raise SourceNotFound(f"{source_id!r}: no source has this id. List them with: assistant sources")
        pages = tuple(Page(n, Span(a, b)) for n, a, b in json.loads(row[2]))
        return Source(metadata_from_json(row[0]), row[1], pages, row[3], row[4], tuple(json.loads(row[5])), row[6], questions=questions)

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

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the texts of passages."""
        with self._guard() as db:
            return dict(db.execute("SELECT id, text FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)))

    def vectors(self, ids: Iterable[str], dimension: int) -> dict[str, PassageVectors]:
        """Return the vectors of passages and of their units, by passage id, where they were stored."""
        with self._guard() as db:
            rows = db.execute(
                "SELECT id, vector, unit_vectors FROM passages WHERE embedded AND id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
            ).fetchall()
        if not rows:
            return {}
        ends = np.cumsum([len(blob) // (dimension * np.float16().itemsize) for _, _, blob in rows])[:-1]
        units = np.split(_floats(b"".join(blob for _, _, blob in rows)).reshape(-1, dimension), ends)
        return {i: PassageVectors(None if own is None else _floats(own), mine) for (i, own, _), mine in zip(rows, units, strict=True)}

    def embedded_ids(self) -> set[str]:
        """Return the ids of all live passages that should have a vector."""
        with self._guard() as db:
            return {row[0] for row in db.execute("SELECT id FROM passages WHERE embedded")}

    # -- writing ----------------------------------------------------------------------------------------------

    def put(
        self,
        source: Source,
        passages: Sequence[Passage],
        vectors: Mapping[str, PassageVectors],
        words: Mapping[str, Vectors] | None = None,
        questions: Vectors = NO_QUESTIONS,
    ) -> set[str]:
        """Make this version of a source the live one; return the ids of the passages that are no longer live.

        ``vectors`` has those of each passage that was embedded, ``words`` those of new words by stem, ``questions`` those of the source's
        questions in like order.
        Where its lines are printed stays known if the source brings none and its text is the same.
        """
        with self._change() as (db, revision):
            _count_change(db, source.id, source.metadata.audience)
            printed = db.execute("SELECT lines FROM sources WHERE id = ? AND text_sha256 = ?", (source.id, sha256_of(source.text))).fetchone()
            dead = self._erase(db, source.id)
            _write_source(db, source, revision, printed[0] if printed and not source.lines else _lines(source))
            self._keep_vectors(db, words or {})
            self._keep_questions(db, source.id, source.questions, questions)
            imprint = next((p.text for p in passages if p.kind is PassageKind.TITLE), "")[:400]  # authors, dates of adoption
            about = f"{source.metadata.title_zh} {source.metadata.title_en} {source.metadata.document_number} {imprint}"
            for passage in passages:
                row = _write_passage(db, passage, vectors.get(passage.id))
                if passage.kind not in SILENT:
                    self._index_words(db, row, passage.text, f"{about} {passage.heading} {passage.locator} {' '.join(passage.asked)}")
        return dead - {p.id for p in passages}

    def keep_vectors(self, vectors: Mapping[str, PassageVectors]) -> None:
        """Keep the vectors of passages that are there already; nothing that is asked changes by it, nor does the revision."""
        with self._guard() as db:
            db.executemany("UPDATE passages SET vector = ?, unit_vectors = ? WHERE id = ?", [(*_blobs(v), i) for i, v in vectors.items()])

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

    def wipe(self) -> None:
        """Write the whole file anew, so that no words or text of dead versions are left on the disk."""
        self.compact()
        with self._guard() as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _erase(self, db: sqlite3.Connection, source_id: str) -> set[str]:
        rows = db.execute("SELECT row, id FROM passages WHERE source_id = ?", (source_id,)).fetchall()
        self._forget_words(db, (row for row, _ in rows))
        db.execute("DELETE FROM passages WHERE source_id = ?", (source_id,))
        self._forget_questions(db, source_id)
        db.execute("DELETE FROM sources WHERE id = ?", (source_id,))
        return {passage_id for _, passage_id in rows}


def _lines(source: Source) -> str:
    return json.dumps(lines_to_rows(source.lines), separators=(",", ":"))


def _write_source(db: sqlite3.Connection, source: Source, revision: int, lines: str) -> None:
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
            lines,
            sha256_of(source.text),
        ),
    )


def _write_passage(db: sqlite3.Connection, passage: Passage, vectors: PassageVectors | None) -> int:
    """Write a passage, with its vectors where it was embedded; return the number of its row."""
    columns = f"{PASSAGE_COLUMNS}, embedded, vector, unit_vectors"
    values = (*passage_to_row(passage), vectors is not None, *_blobs(vectors))
    return int(db.execute(f"INSERT INTO passages ({columns}) VALUES ({', '.join('?' * len(values))}) RETURNING row", values).fetchone()[0])


def _blobs(vectors: PassageVectors | None) -> list[bytes | None]:
    return [None if v is None else v.astype(np.float16).tobytes() for v in vectors or (None, None)]


def _floats(blob: bytes) -> Vectors:
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)


def _count_change(db: sqlite3.Connection, source_id: str, audience: Audience | None = None) -> None:
    """Count a change for the audience that a source has, and for the one that it gets."""
    row = db.execute("SELECT metadata FROM sources WHERE id = ?", (source_id,)).fetchone()
    touched = {metadata_from_json(row[0]).audience if row else None, audience} - {None}
    for name in sorted(a for a in touched if a):
        db.execute("INSERT INTO meta VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1", (f"revision:{name.value}",))
