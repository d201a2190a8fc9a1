"""BM25 of every passage at once: the word index of one revision in memory, read word by word as questions need it.

FTS5 walks all matches of all words of a question anew, row by row. The words that match most are the same in most questions; their
scores are kept here as arrays, so that a question adds up columns. The scores are those of FTS5's ``bm25()``, to the last bit.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

K1, B = 1.2, 0.75
"""FTS5's constants, which cannot be set."""
CONTEXT_WEIGHT = 0.5
"""What an occurrence in title or headings counts against one in the words of the passage."""
LEAST_IDF = 1e-6
"""What FTS5 gives a word that more than half of the passages have."""
KEPT_POSTINGS = 8_000_000
"""Scores kept in memory, of 12 bytes each; a library of 100,000 passages has about as many in all."""

Rows = npt.NDArray[np.int64]
"""Row ids of passages, ascending."""


class Scored(NamedTuple):
    """What one word gives to the passages that have it."""

    places: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float64]


class Postings:
    """The word index as it was at one revision.

    Args:
        db: a connection within a transaction that sees this revision, like those given to its methods.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._rows, lengths = _lengths(db)
        mean = int(lengths.sum()) / (len(lengths) or 1) or 1.0
        self._norms: npt.NDArray[np.float64] = K1 * (1 - B + B * lengths.astype(np.float64) / mean)
        # the passages of a source are written by one transaction, so their rows follow each other
        spans = db.execute("SELECT source_id, min(row), max(row) FROM passages GROUP BY source_id").fetchall()
        starts = np.searchsorted(self._rows, [first for _, first, _ in spans]).tolist()
        ends = np.searchsorted(self._rows, [last for _, _, last in spans], side="right").tolist()
        self._spans = {source: slice(start, end) for (source, _, _), start, end in zip(spans, starts, ends, strict=True)}
        self._kept: OrderedDict[str, Scored] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def best(self, db: sqlite3.Connection, words: Iterable[str], limit: int, sources: Iterable[str] | None = None) -> dict[int, float]:
        """Return the score by row of the ``limit`` best passages (of ``sources``, where given) that have any of ``words``.

        Rows that score like the last of them come too, however many they are.
        """
        scores = np.zeros(len(self._rows))
        for word in dict.fromkeys(words):
            found = self.of(db, word)
            scores[found.places] += found.scores
        if sources is not None:
            for source in self._spans.keys() - set(sources):
                scores[self._spans[source]] = 0.0
        places = np.flatnonzero(scores)
        if len(places) > limit:
            least = np.partition(scores[places], -limit)[-limit]
            places = places[scores[places] >= least]
        return dict(zip(self._rows[places].tolist(), scores[places].tolist(), strict=True))

    @property
    def full(self) -> bool:
        """Whether what is read next drives out what was read before."""
        return self._size >= KEPT_POSTINGS

    def of(self, db: sqlite3.Connection, word: str) -> Scored:
        """Return what a word gives to the passages that have it."""
        with self._lock:
            if (kept := self._kept.get(word)) is not None:
                self._kept.move_to_end(word)
                return kept
        read = self._read(db, word)
        with self._lock:
            if word not in self._kept:
                self._kept[word] = read
                self._size += len(read.places) + 1
            while self._size > KEPT_POSTINGS and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1].places) + 1
        return read

    def _read(self, db: sqlite3.Connection, word: str) -> Scored:
        parts = _as_indexed(word)
        if len(parts) > 1:
            phrase = " ".join(parts)
            found = db.execute("SELECT rowid, -bm25(words, 1.0, ?) FROM words WHERE words MATCH ? ORDER BY rowid", (CONTEXT_WEIGHT, f'"{phrase}"')).fetchall()
            return Scored(self._places(np.array([row for row, _ in found], dtype=np.int64)), np.array([score for _, score in found]))
        rows, counts = _occurrences(db, word)
        places = self._places(rows)
        rarity = max(math.log((len(self._rows) - len(rows) + 0.5) / (len(rows) + 0.5)), 0.0) or LEAST_IDF
        return Scored(places, rarity * ((counts * (K1 + 1)) / (counts + self._norms[places])))

    def _places(self, rows: Rows) -> npt.NDArray[np.int32]:
        return np.searchsorted(self._rows, rows).astype(np.int32)


def open_occurrences(db: sqlite3.Connection) -> None:
    """Make the table ``temp.word_places`` of a connection, which lists each occurrence of each word: term, doc, col, offset."""
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.word_places USING fts5vocab(main, words, instance)")


def _occurrences(db: sqlite3.Connection, word: str) -> tuple[Rows, npt.NDArray[np.float64]]:
    """Return the passages that have a word, and how often, an occurrence in the context counting ``CONTEXT_WEIGHT``."""
    open_occurrences(db)
    docs, inside = db.execute("SELECT group_concat(doc), group_concat(col = 'body', '') FROM temp.word_places WHERE term = ?", (word,)).fetchone()
    if docs is None:
        return np.zeros(0, np.int64), np.zeros(0)
    each = np.fromstring(docs, dtype=np.int64, sep=",")
    weights = np.where(np.frombuffer(inside.encode("ascii"), np.uint8) == ord("1"), 1.0, CONTEXT_WEIGHT)
    starts = np.flatnonzero(np.diff(each, prepend=-1))
    return each[starts], np.add.reduceat(weights, starts)


def _lengths(db: sqlite3.Connection) -> tuple[Rows, Rows]:
    """Return the rows of the word index and how many words each has in all its columns.

    FTS5 keeps the sizes of the two columns in ``words_docsize``, as SQLite's variable-length integers: seven bits a byte, highest first, the
    eighth bit set in all bytes but the last.
    """
    ids, sizes = db.execute("SELECT group_concat(id), group_concat(hex(sz), '') FROM (SELECT id, sz FROM words_docsize ORDER BY id)").fetchone()
    if ids is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    raw = np.frombuffer(bytes.fromhex(sizes), np.uint8).astype(np.int64)
    ends = np.flatnonzero(raw < 128)
    starts = np.concatenate(([0], ends[:-1] + 1))
    values = np.zeros(len(ends), np.int64)
    for step in range(int((ends - starts).max()) + 1):
        here = starts + step <= ends
        values[here] = values[here] << 7 | raw[starts[here] + step] & 127
    return np.fromstring(ids, dtype=np.int64, sep=","), values.reshape(-1, 2).sum(axis=1)


def _as_indexed(word: str) -> Sequence[str]:
    """Return a term as FTS5 cuts it: only apostrophes part words (don't)."""
    return [part for part in word.replace("’", "'").split("'") if part]
