"""Fit what the kind of a question lets expect: a linear model of the question's vector, on questions that were written blind.

They are the known questions of the corpus and those of ``evals/questions`` on other texts that are not held out; no suite is read. It is measured on
those that are held out (``near_misses.is_held_out``), some of which the same people wrote about the same texts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from assistant.answers.expectation import Kinds, by_likeness
from assistant.config import shipped
from assistant.documents import KnownQuestion
from assistant.language.places import find_places
from assistant.library.bilingual import BilingualEmbedder
from assistant.library.embedding import Vectors
from assistant.library.question_index import KnownQuestions
from assistant.reading.known_questions import read_questions
from evals.judging import Judged, auroc
from evals.library import write_json
from evals.near_misses import Question, is_held_out
from evals.near_misses import read_questions as read_near_misses
from evals.options import ROOT

SHIPPED = ROOT / "assistant" / "answers" / "expectation.json"
RIDGE = 0.5


def known_questions(corpus: Path) -> list[KnownQuestion]:
    """Return the known questions of all documents of a corpus."""
    return [question for digest in sorted(corpus.glob("*/*.md")) for question in read_questions(digest)]


def fit(vectors: Vectors, answered: npt.NDArray[np.bool_], model: str) -> Kinds:
    """Return the logistic regression, by ridge, of whether questions are answered; both labels weigh the same, so that 0 says nothing.

    Args:
        vectors: unit vectors, shape ``(questions, dimension)``.
        answered: shape ``(questions,)``.
        model: the embedding model that made them.
    """
    x = np.hstack([vectors.astype(np.float64), np.ones((len(vectors), 1))])
    shares = np.where(answered, 0.5 / answered.mean(), 0.5 / (1 - answered.mean()))
    ridge = np.r_[np.full(vectors.shape[1], RIDGE), 0.0]

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        odds = x @ weights
        surprise = np.logaddexp(0, np.where(answered, -odds, odds))
        return float(shares @ surprise + ridge @ weights**2 / 2), x.T @ (shares * (1 / (1 + np.exp(-odds)) - answered)) + ridge * weights

    fitted = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    return Kinds(model, round(float(fitted[-1]), 3), [round(float(w), 3) for w in fitted[:-1]])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``fit-expectation``."""
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="where to write the model; the one that ships if not given")


def main(args: argparse.Namespace) -> int:
    """Fit, write the model, print how well it tells held-out questions apart, by their kind alone and with the known ones; return 0."""
    embedder = BilingualEmbedder()
    known, others = known_questions(shipped("corpus")), read_near_misses()
    of_other_texts = [q for q in others if not is_held_out(q) and not q.text.startswith("corpus/")]
    fitted_on = [(q.text, q.answered) for q in known] + [(q.question, q.answered) for q in of_other_texts]
    vectors = embedder.embed([text for text, _ in fitted_on])
    kinds = fit(vectors, np.array([answered for _, answered in fitted_on]), embedder.name)
    write_json(args.out, asdict(kinds))
    answered, placed = np.array([q.answered for q in known]), np.array([bool(find_places(q.text)) for q in known])
    bank = KnownQuestions([""] * len(known), [q.at for q in known], answered, placed, vectors[: len(known)])
    print(f"{args.out}: fitted on {len(fitted_on)} questions")
    for file in sorted({q.file for q in others}):
        mine = [q for q in others if is_held_out(q) and q.file == file]
        held = embedder.embed([q.question for q in mine])
        told = f"{file:8} {len(mine)} held out: AUROC by kind {_auroc([kinds.odds(v) for v in held], mine):.3f}"
        if all(q.text.startswith("corpus/") for q in mine):
            odds = [by_likeness(v, bank, bool(find_places(q.question))) for v, q in zip(held, mine, strict=True)]
            told += f", with the known questions {_auroc(odds, mine):.3f}"
        print(told)
    return 0


def _auroc(odds: Sequence[float], questions: Sequence[Question]) -> float:
    return auroc([Judged(o, o >= 0, q.answered) for o, q in zip(odds, questions, strict=True)])
