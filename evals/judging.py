"""How well the confidence of a decision to answer tells what can be answered from what cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Judged(NamedTuple):
    """One thing judged: how sure the judge is that it is good, its verdict, and whether it is."""

    score: float
    accepted: bool
    good: bool


def auroc(judged: Sequence[Judged]) -> float:
    """Return the chance that a good one scores above a bad one, ties counting half (Hanley and McNeil 1982).

    By the rank sum of Mann and Whitney, with mid-ranks for ties, so in n log n.

    Raises:
        ValueError: there are none of one kind.
    """
    good, bad = _both(judged)
    ordered = sorted(judged, key=lambda j: j.score)
    rank_sum, i = 0.0, 0
    while i < len(ordered):
        j = i
        while j < len(ordered) and ordered[j].score == ordered[i].score:
            j += 1
        rank_sum += (i + 1 + j) / 2 * sum(o.good for o in ordered[i:j])
        i = j
    return (rank_sum - len(good) * (len(good) + 1) / 2) / (len(good) * len(bad))


def _both(judged: Sequence[Judged]) -> tuple[list[Judged], list[Judged]]:
    good, bad = [j for j in judged if j.good], [j for j in judged if not j.good]
    if not good or not bad:
        raise ValueError(f"{len(good)} good and {len(bad)} bad: both kinds are needed")
    return good, bad
