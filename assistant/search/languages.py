"""Which language of a library holds what a question asks for, and one order out of the orders of its languages.

Scores of passages in different languages cannot be compared: a question's own words are found in one of them only. What can be
compared are how much of the question is covered by any words, how near the nearest sentence is by the bilingual model, which knows both
in one space, and how far the first passage stands above the crowd. A logistic regression weighs these, and the languages are fused by rank.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

RRF_K = 3
"""Rank constant between languages; a small one lets each language lead in turn."""
TEMPER = 0.3
"""How much of the odds of a language goes into its weight, so that the likelier one leads and both are among the first five; set by hand."""


class Promise(NamedTuple):
    """What the candidates in one language promise."""

    covered: float
    """Share of the question that the best passage covers, 0 to 1."""
    across: float
    """Cosine of the nearest sentence by the bilingual model; 0 where there is none."""
    lead: float
    """How much the first passage scores above the median one, in logarithms of odds; less where there are few passages to stand above."""
    own: float
    """1 for the language of the question."""


@functools.cache
def weights() -> Promise:
    """Return what each part counts for: ``python -m evals fit-languages`` fits it."""
    return Promise(**json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8")))


def shares(promises: Mapping[str, Promise]) -> dict[str, float]:
    """Return the weight of each language, of which the greatest is 1."""
    odds = {language: TEMPER * float(np.dot(promise, weights())) for language, promise in promises.items()}
    best = max(odds.values(), default=0.0)
    return {language: float(np.exp(value - best)) for language, value in odds.items()}


def fuse(legs: Mapping[str, Sequence[str]], weights: Mapping[str, float], k: int) -> dict[str, tuple[float, dict[str, int]]]:
    """Return score and ranks by passage id: weighted reciprocal rank fusion (Cormack et al. 2009).

    The order of the legs does not matter, and a further leg that ranks a passage never lowers its score.
    """
    out: dict[str, tuple[float, dict[str, int]]] = {}
    for name in sorted(legs):
        for rank, passage_id in enumerate(legs[name], start=1):
            score, ranks = out.get(passage_id, (0.0, {}))
            out[passage_id] = (score + weights[name] / (k + rank), {**ranks, name: rank})
    return out
