"""One order out of many signs: how likely each candidate is to be the passage asked for.

Fusing ranks gives every leg the same say for every question. Here each candidate gets signals from both legs, some of them
multiplied by what the question shows of itself (how long it is, how well words and meaning find anything at all), and a weighted
sum of them is its score: a linear model, fitted as a softmax regression over the candidates of each question.
The second stage sees what the first one found: the words of the best passages (pseudo-relevance feedback, Lavrenko and Croft 2001),
and how likely the rest of each candidate's source and its neighbours are.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.search.matching import Match

Column = npt.NDArray[np.float64]
"""Shape ``(candidates,)``."""
Signals = npt.NDArray[np.float64]
"""Shape ``(candidates, signals)``."""

FIRST = (
    "words", "words_rel", "concepts", "concepts_rel", "coverage", "pairs", "context", "length", "grams", "cosine", "unit", "across",
    "words_rel*long", "cosine_rel*long", "words_rel*covered", "cosine_rel*covered", "cosine_rel*near", "words_rel*near",
)
"""Signals of the first stage. ``_rel`` is a share of the best candidate's, or what a cosine is short of it;
``unit`` and ``across`` are the cosine of the nearest unit by the first model and by the bilingual one; ``long``, ``covered`` and
``near`` describe the question."""
SECOND = ("first", "feedback", "feedback_rel", "source", "source_log", "beside")
"""Signals of the second stage; ``first`` is the score of the first."""
BESIDE = 2
"""Passages of the same source this near in reading order are neighbours."""


class Situation(NamedTuple):
    """What the legs can do for a question on passages of one language; each combination has weights of its own."""

    same_language: bool
    meaning: bool
    """Whether question and passages have vectors."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the candidates of one question, in the same order everywhere."""

    matches: Sequence[Match]
    weight: float
    """Sum of the inverse document frequencies of the question's own words."""
    concepts_weight: float
    question_length: int
    grams: Column
    cosines: Column
    """NaN where a passage has no vector."""
    units: npt.NDArray[np.float64]
    """The cosine of the nearest sentence, row or item of each passage by each model, shape ``(candidates, spaces)``; NaN where none
    has a vector."""


def _share(column: Column) -> Column:
    best = column.max() if len(column) else 0.0
    return column / best if best > 0 else column


def _filled(column: Column) -> Column:
    known = column[~np.isnan(column)]
    return np.where(np.isnan(column), known.min() if len(known) else 0.0, column)


def first_signals(e: Evidence) -> Signals:
    """Return the signals of the first stage, shape ``(candidates, len(FIRST))``."""
    m = np.array(e.matches, dtype=np.float64).reshape(-1, 6)
    concepts, words, coverage, pairs, context, length = m.T
    words_rel, concepts_rel = _share(words), _share(concepts)
    cosines = _filled(e.cosines)
    unit, across = (np.where(np.isnan(column), cosines, column) for column in (e.units[:, 0], e.units[:, -1]))
    cosine_rel = cosines - cosines.max() if len(cosines) else cosines
    long = np.log1p(e.question_length) - 2.5
    covered = (coverage.max() if len(coverage) else 0.0) - 0.6
    near = (cosines.max() if len(cosines) else 0.0) - 0.6
    columns = (
        words / (2.2 * e.weight), words_rel, concepts / (2.2 * e.concepts_weight), concepts_rel, coverage, pairs, context, np.log1p(length) / 5, e.grams,
        cosines, unit, across,
        words_rel * long, cosine_rel * long, words_rel * covered, cosine_rel * covered, cosine_rel * near, words_rel * near,
    )
    return np.stack(columns, axis=1) if len(m) else np.zeros((0, len(FIRST)))


def second_signals(first: Column, feedback: Column, sources: Sequence[str], places: Sequence[int]) -> Signals:
    """Return the signals of the second stage, shape ``(candidates, len(SECOND))``.

    Args:
        first: scores of the first stage, logarithms of odds up to a constant.
        feedback: BM25 of the words of the best candidates, as a share of the most.
        sources: the source of each candidate.
        places: position in reading order within its source.
    """
    if not len(first):
        return np.zeros((0, len(SECOND)))
    odds = np.exp(first - first.max())
    odds /= odds.sum()
    codes = np.unique(np.array(sources), return_inverse=True)[1]
    of_source = np.bincount(codes, odds)[codes] - odds
    order = np.array(places)
    near = (codes[:, None] == codes[None, :]) & (np.abs(order[:, None] - order[None, :]) <= BESIDE) & ~np.eye(len(first), dtype=bool)
    beside = (near * odds[None, :]).max(axis=1)
    return np.stack((first, feedback, _share(feedback), of_source, np.log(of_source + 1e-3) / 7, beside), axis=1)


class Weights(NamedTuple):
    """What each signal counts, in the order of ``FIRST`` and ``SECOND``."""

    first: Column
    second: Column


@functools.cache
def weights() -> Mapping[Situation, Weights]:
    """Return the weights that ship: ``python -m evals ranking`` fits them."""
    out = {}
    for row in json.loads(Path(__file__).with_name("ranking.json").read_text(encoding="utf-8")):
        columns = [np.array([row[stage][name] for name in names]) for stage, names in (("first", FIRST), ("second", SECOND))]
        out[Situation(row["same_language"], row["meaning"])] = Weights(*columns)
    return out
