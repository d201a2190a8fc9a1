"""How likely a question is to be answered, judged by the question alone: what became of questions like it.

Two things tell, both by the vector of the bilingual model. The *known questions* of a library's sources say of each whether its source answers it;
those like the new one vote, each by a kernel of its cosine (Nadaraya 1964, Watson 1964). Where none is like it, its *kind* tells: a linear model of
thousands of such questions has learned that texts of rules seldom give a telephone number, and often who must do what.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.answers.answering import Draft
from assistant.answers.roles import Finder
from assistant.library.embedding import Vectors
from assistant.library.question_index import KnownQuestions
from assistant.questions.query import Query

WIDTH = 0.03
"""Of the kernel: a known question counts *e* times less for each such step that its cosine is below one."""
LIKE = 3e-4
"""What the kind of a question counts for beside the known ones: as much as one at a cosine of .76."""
STRANGE, FAMILIAR = 0.5, 0.65
"""Cosines of the nearest known question from which something, and from which everything, can speak for an answer. Of 40 questions off the field (restaurants,
medicine, phones) the nearest lies below .6 in 36; that a library was never asked anything of the kind is no sign that it knows it, whatever the kind."""
SUREST = 0.98
"""No number of known questions makes surer than this."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The linear model of a question's kind, in log odds."""

    model: str
    """The embedding model whose vectors it weighs."""
    bias: float
    weights: Sequence[float]

    def odds(self, vector: Vectors) -> float:
        """Return the log odds that a question is answered, given its unit vector."""
        return self.bias + float(np.dot(self.weights, vector))


@functools.cache
def kinds() -> Kinds:
    """Return the model that ships: ``python -m evals fit-expectation`` fits it."""
    return Kinds(**json.loads(Path(__file__).with_name("expectation.json").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Expectation:
    """The log odds that a question is answered, judged by the question alone; 0 says nothing. One of the two is always 0."""

    kind: float = 0.0
    """By its kind."""
    known: float = 0.0
    """By the known questions that are like it, and its kind."""


def expect(query: Query, draft: Draft, finder: Finder) -> Expectation:
    """Return what a question alone lets expect; nothing where its vector is not one that ``kinds`` weighs.

    Known questions are not asked where the best unit is of a source that has none: a document that was added may well answer what the others do not.
    """
    vector = finder.like(query, kinds().model)
    if vector is None or not draft.candidates:
        return Expectation()
    known = finder.known_questions()
    if draft.candidates[0].hit.source.id in known.sources:
        return Expectation(known=by_likeness(vector, known, placed=any(p.zh for p in query.places)))
    return Expectation(kind=kinds().odds(vector))


def by_likeness(vector: Vectors, known: KnownQuestions, placed: bool) -> float:
    """Return the log odds that a question is answered: a vote of the ``known`` ones, of which there is one at least, and its kind.

    Args:
        vector: the unit vector of the question.
        placed: whether it names a place. If not, the known ones that name one say nothing: what is asked in vain of one place may be laid down for all.
    """
    cosines, heard = known.vectors @ vector, placed | ~known.placed
    counts = np.exp((cosines - 1) / WIDTH) * heard
    answered = 1 / (1 + math.exp(-kinds().odds(vector)))
    answered = float((counts @ known.answered + LIKE * answered) / (counts.sum() + LIKE))
    answered = min(max(answered, 1 - SUREST), SUREST)
    odds = math.log(answered / (1 - answered))
    nearest = float(np.max(cosines, where=heard, initial=-1.0))
    return odds if odds < 0 else odds * min(1.0, max(0.0, (nearest - STRANGE) / (FAMILIAR - STRANGE)))
