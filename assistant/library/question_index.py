"""The questions that are known of each source, with their vectors: which of them it answers, and which it only looks as if it did."""

from __future__ import annotations

import functools
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.documents import KnownQuestion, Passage
from assistant.language.places import find_places
from assistant.library.embedding import Vectors
from assistant.library.kept import Kept
from assistant.library.word_index import WordIndex

NO_QUESTIONS: Vectors = np.zeros((0, 0), np.float32)
_BELOW = " › "
"""What stands between headings."""


@dataclass(frozen=True)
class KnownQuestions:
    """The known questions of a library's sources, each in the same row of all."""

    sources: Sequence[str]
    """The source that it is known of."""
    at: Sequence[str]
    """The heading that it was put to; empty where that is not known."""
    answered: npt.NDArray[np.bool_]
    """Whether the source answers it, shape ``(questions,)``."""
    placed: npt.NDArray[np.bool_]
    """Whether it names a place, shape ``(questions,)``."""
    vectors: Vectors
    """Shape ``(questions, dimension of the model for questions)``."""

    @functools.cached_property
    def _answered_at(self) -> Mapping[str, Mapping[str, Sequence[int]]]:
        """The rows of those that a source answers at a heading."""
        rows: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for row, (source_id, at, answered) in enumerate(zip(self.sources, self.at, self.answered.tolist(), strict=True)):
            if at and answered:
                rows[source_id][at].append(row)
        return rows

    def nearest(self, vector: Vectors, passages: Iterable[Passage]) -> dict[str, float]:
        """Return the cosine of the nearest question that each passage answers, by id; nothing of those of which none is known.

        Args:
            vector: the unit vector of a question.
            passages: those of any sources.
        """
        out = {}
        for passage in passages:
            of_source = self._answered_at.get(passage.source_id, {})
            whole = f"{_BELOW}{passage.heading}"
            if rows := [row for at, these in of_source.items() if whole.endswith(f"{_BELOW}{at}") for row in these]:
                out[passage.id] = float(np.max(self.vectors[rows] @ vector))
        return out

    def of(self, rows: Sequence[int]) -> KnownQuestions:
        """Return some of them."""
        sources, at = ([column[row] for row in rows] for column in (self.sources, self.at))
        kept = np.array(rows, int)
        return KnownQuestions(sources, at, self.answered[kept], self.placed[kept], self.vectors[kept])


class QuestionIndex(WordIndex):
    """The known questions in a library's file."""

    def __init__(self, home: Path) -> None:
        self._questions: Kept[KnownQuestions] = Kept()
        super().__init__(home)

    def known_questions(self, dimension: int) -> KnownQuestions:
        """Return the questions that are known of all live sources, with vectors of ``dimension`` numbers; they are read once for a revision."""
        return self._questions.at(self.revision(), lambda: self._read_questions(dimension))

    def _read_questions(self, dimension: int) -> KnownQuestions:
        with self._guard() as db:
            rows = db.execute("SELECT source_id, at, answered, placed, vector FROM questions ORDER BY row").fetchall()
        vectors = np.frombuffer(b"".join(row[4] for row in rows), np.float16).astype(np.float32).reshape(-1, dimension)
        answered, placed = (np.array([row[column] for row in rows], bool) for column in (2, 3))
        return KnownQuestions([row[0] for row in rows], [row[1] for row in rows], answered, placed, vectors)

    @staticmethod
    def _questions_of(db: sqlite3.Connection, source_id: str) -> tuple[KnownQuestion, ...]:
        rows = db.execute("SELECT text, answered, at FROM questions WHERE source_id = ? ORDER BY row", (source_id,))
        return tuple(KnownQuestion(text, bool(answered), at) for text, answered, at in rows)

    @staticmethod
    def _keep_questions(db: sqlite3.Connection, source_id: str, questions: Iterable[KnownQuestion], vectors: Vectors) -> None:
        """Keep the questions of a source, with vectors in like order."""
        known = zip(questions, vectors, strict=True)
        rows = [(source_id, q.text, q.answered, bool(find_places(q.text)), vector.astype(np.float16).tobytes(), q.at) for q, vector in known]
        db.executemany("INSERT INTO questions (source_id, text, answered, placed, vector, at) VALUES (?, ?, ?, ?, ?, ?)", rows)

    @staticmethod
    def _forget_questions(db: sqlite3.Connection, source_id: str) -> None:
        db.execute("DELETE FROM questions WHERE source_id = ?", (source_id,))
