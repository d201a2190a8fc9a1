"""The questions that are known of each source, with their vectors: which of them it answers, and which it only looks as if it did."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.documents import KnownQuestion
from assistant.language.places import find_places
from assistant.library.embedding import Vectors
from assistant.library.kept import Kept
from assistant.library.word_index import WordIndex

NO_QUESTIONS: Vectors = np.zeros((0, 0), np.float32)


class KnownQuestions(NamedTuple):
    """The known questions of a library's sources, each in the same row of all four."""

    sources: Sequence[str]
    """The source that it is known of."""
    answered: npt.NDArray[np.bool_]
    """Whether that answers it, shape ``(questions,)``."""
    placed: npt.NDArray[np.bool_]
    """Whether it names a place, shape ``(questions,)``."""
    vectors: Vectors
    """Shape ``(questions, dimension of the model for questions)``."""


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
            rows = db.execute("SELECT source_id, answered, placed, vector FROM questions ORDER BY row").fetchall()
        vectors = np.frombuffer(b"".join(row[3] for row in rows), np.float16).astype(np.float32).reshape(-1, dimension)
        answered, placed = (np.array([row[column] for row in rows], bool) for column in (1, 2))
        return KnownQuestions([row[0] for row in rows], answered, placed, vectors)

    @staticmethod
    def _questions_of(db: sqlite3.Connection, source_id: str) -> tuple[KnownQuestion, ...]:
        rows = db.execute("SELECT text, answered FROM questions WHERE source_id = ? ORDER BY row", (source_id,))
        return tuple(KnownQuestion(text, bool(answered)) for text, answered in rows)

    @staticmethod
    def _keep_questions(db: sqlite3.Connection, source_id: str, questions: Iterable[KnownQuestion], vectors: Vectors) -> None:
        """Keep the questions of a source, with vectors in like order."""
        known = zip(questions, vectors, strict=True)
        rows = [(source_id, q.text, q.answered, bool(find_places(q.text)), vector.astype(np.float16).tobytes()) for q, vector in known]
        db.executemany("INSERT INTO questions (source_id, text, answered, placed, vector) VALUES (?, ?, ?, ?, ?)", rows)

    @staticmethod
    def _forget_questions(db: sqlite3.Connection, source_id: str) -> None:
        db.execute("DELETE FROM questions WHERE source_id = ?", (source_id,))
