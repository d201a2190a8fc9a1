"""What the best candidates say of the others: their words, and characters that follow each other in the question."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from assistant.language.text import HAN, fold, is_stop_word
from assistant.search.ranking import Column

PASSAGES, WORDS = 8, 25
"""How many of the best candidates lend how many words."""
_SATURATION = 1.0
_RUN = re.compile(f"[{HAN}]+")


def feedback_scores(bodies: Sequence[Sequence[str]], scores: Column) -> Column:
    """Return how far each candidate speaks the words of the best ones: pseudo-relevance feedback (Lavrenko and Croft 2001).

    Words are drawn from the best candidates in proportion to their odds; what all candidates share says nothing.

    Args:
        bodies: the terms of each candidate.
        scores: logarithms of odds up to a constant.
    """
    if not bodies:
        return np.zeros(0)
    best = np.argsort(-scores, kind="stable")[:PASSAGES]
    odds = np.exp(scores[best] - scores[best].max())
    odds /= odds.sum()
    model: Counter[str] = Counter()
    for i, p in zip(best.tolist(), odds.tolist(), strict=True):
        size = len(bodies[i]) or 1
        for term, count in Counter(bodies[i]).items():
            model[term] += p * count / size
    spread = Counter(itertools.chain.from_iterable(model.keys() & set(body) for body in bodies))
    weights = {t: w * math.log(len(bodies) / spread[t]) for t, w in model.items() if not is_stop_word(t) and len(t) > 1}
    chosen = dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:WORDS])
    mean = sum(map(len, bodies)) / len(bodies) or 1.0
    total = sum(chosen.values()) or 1.0
    out = np.zeros(len(bodies))
    for i, body in enumerate(bodies):
        counts: dict[str, int] = {}
        for term in body:
            if term in chosen:
                counts[term] = counts.get(term, 0) + 1
        norm = 1.2 * (0.25 + 0.75 * len(body) / mean)
        out[i] = sum(chosen[t] * c / (c + norm) for t, c in counts.items()) / total
    return out


def gram_shares(question: str, texts: Mapping[str, str], ids: Sequence[str]) -> Column:
    """Return which share of the pairs of neighbouring characters of a Chinese question each text has, rare pairs weighing more.

    Words are a matter of segmentation, pairs of characters are not.
    """
    if not ids:
        return np.zeros(0)
    grams = {run[i : i + 2] for run in _RUN.findall(fold(question)) for i in range(len(run) - 1)}
    folded = [fold(texts.get(i, "")) for i in ids]
    has = np.array([[gram in text for gram in sorted(grams)] for text in folded], dtype=np.float64).reshape(len(ids), -1)
    weights = np.log((len(ids) + 1) / (has.sum(axis=0) + 0.5))
    shares: Column = has @ weights / (weights.sum() or 1.0)
    return shares
