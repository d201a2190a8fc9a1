"""Every measure, as a pure function. What a case scores is a ``Ratio``; what a suite scores is an ``Estimate`` over them.

A case that crashed has no ratio at all: it is never a zero here, but listed and counted apart by whoever runs the cases.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.documents import Span
from evals.matching import article, containment

Numbers = npt.NDArray[np.int_]
"""Numbers of items, shape ``(items,)``."""
FOUND = 0.8
"""Share of a gold piece's shingles that must be there for the piece to count as found."""


_WORD = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+")
_HAN_WORD = 0.6
"""Words in a Chinese character: the mean word of running text has about 1.6."""


class Gold(NamedTuple):
    """A gold piece in the library: words without which the question cannot be answered."""

    source: str
    text: str
    locator: str = ""
    span: Span | None = None
    """Where it stands in the source's text, if it was found there word for word."""
    also: tuple[Gold, ...] = ()
    """Other pieces that carry the same rule; any one of them stands for this one."""


class Found(NamedTuple):
    """A retrieved passage."""

    id: str
    score: float
    source: str
    start: int
    text: str


class Place(NamedTuple):
    """Where a citation points."""

    source: str
    locator: str
    span: Span


class Ratio(NamedTuple):
    """What one case adds to a rate: so many of so many. A plain score has ``of`` 1; ``of`` 0 takes no part."""

    part: float
    of: float = 1.0


class Estimate(NamedTuple):
    """A rate with its 95 % interval and the number of cases it rests on."""

    value: float
    low: float
    high: float
    cases: int


# -- retrieval ------------------------------------------------------------------------------------------------


def rank(hits: Sequence[Found]) -> list[Found]:
    """Return hits best first, ties by id. The only order that any measure here uses.

    With ties left in the order of arrival, a retriever that scores everything alike could get MRR 1.0 (mteb issue 5092).
    """
    return sorted(hits, key=lambda h: (-h.score, h.id))


def found_at(pieces: Sequence[Gold], hits: Sequence[Found]) -> list[int | None]:
    """Return, for each gold piece, the least k such that the first k hits hold it, or ``None``.

    They hold it when at least 80 % of its 8-character shingles, white space and ``**`` left out, occur in the text of those
    of them that are of its own source, joined in reading order. So gold is a span of a document and not a passage id: a
    piece that the chunker cut in two is found when both halves are. A piece with others of the same rule is found with the
    first of them.
    """
    ranked = rank(hits)
    found = ([k for p in (piece, *piece.also) if (k := _found_at(p, ranked)) is not None] for piece in pieces)
    return [min(ks, default=None) for ks in found]


def _found_at(piece: Gold, ranked: Sequence[Found]) -> int | None:
    own = [(k, h) for k, h in enumerate(ranked, start=1) if h.source == piece.source]
    return next((k for k, _ in own if containment(piece.text, _joined(own, k)) >= FOUND), None)


def _joined(own: Sequence[tuple[int, Found]], k: int) -> str:
    return "".join(h.text for _, h in sorted(((r, h) for r, h in own if r <= k), key=lambda pair: (pair[1].start, pair[1].id)))


def evidence_at(ranks: Sequence[int | None], k: int) -> Ratio:
    """Return whether all gold pieces are found within the first k hits: whether the question could be answered from them.

    Our own, for questions with several pieces: recall that counts only when it is whole.
    """
    return Ratio(float(all(r is not None and r <= k for r in ranks)), float(bool(ranks)))


def recall_at(ranks: Sequence[int | None], k: int) -> Ratio:
    """Return the share of gold pieces found within the first k hits (Manning et al., *Introduction to IR*, 2008, 8.3)."""
    return Ratio(sum(r is not None and r <= k for r in ranks) / len(ranks)) if ranks else Ratio(0.0, 0.0)


def ndcg_at(ranks: Sequence[int | None], k: int = 10) -> Ratio:
    """Return nDCG@k (Järvelin and Kekäläinen 2002, discount 1 / log2(1 + rank)), each gold piece gaining 1 when first found.

    The i-th piece to be found gains at rank i at best, so several pieces in one passage do not exceed the ideal list, which
    holds one piece a rank. Where every passage holds one piece, this is binary nDCG as trec_eval has it.
    """
    if not ranks:
        return Ratio(0.0, 0.0)
    places = [max(r, i) for i, r in enumerate(sorted(r for r in ranks if r is not None), start=1)]
    gained = math.fsum(1 / math.log2(1 + p) for p in places if p <= k)
    return Ratio(gained / math.fsum(1 / math.log2(1 + i) for i in range(1, min(len(ranks), k) + 1)))


def mrr_at(ranks: Sequence[int | None], k: int = 10) -> Ratio:
    """Return 1 / the rank at which the first gold piece is found, 0 if beyond k (Voorhees, TREC-8, 1999)."""
    first = min((r for r in ranks if r is not None and r <= k), default=None)
    return Ratio(1 / first if first else 0.0, float(bool(ranks)))


def within_words(hits: Sequence[Found], budget: int) -> list[Found]:
    """Return the best hits as far as a reader of ``budget`` words would read them, the last one cut where the budget ends.

    Ten hits of 1,000 characters hold more than ten of 300, so recall at k favours long chunks; within a number of words,
    chunk sizes compete fairly. A Chinese character counts as six tenths of a word, a run of other letters or digits as one.
    """
    out: list[Found] = []
    left = float(budget)
    for hit in rank(hits):
        end = 0
        for word in _WORD.finditer(hit.text):
            left -= _HAN_WORD if word[0] >= "㐀" else 1.0
            if left < -1e-9:
                break
            end = word.end()
        else:
            end = len(hit.text)
        if end:
            out.append(hit._replace(text=hit.text[:end]))
        if left < _HAN_WORD:
            break
    return out


def evidence_within(pieces: Sequence[Gold], hits: Sequence[Found], budget: int) -> Ratio:
    """Return whether all gold pieces stand in the first ``budget`` words of the hits."""
    return evidence_at(found_at(pieces, within_words(hits, budget)), len(hits))


def hit_at(ranks: Sequence[int | None], k: int) -> Ratio:
    """Return whether any gold piece is found within the first k hits (success at k, as trec_eval's ``success``)."""
    return Ratio(float(any(r is not None and r <= k for r in ranks)), float(bool(ranks)))


# -- answers --------------------------------------------------------------------------------------------------


def facts_found(facts: Sequence[re.Pattern[str]], statements: Sequence[str]) -> list[bool]:
    """Return, for each fact, whether it is matched in the statements' texts joined by a line break (nugget recall after Voorhees, TREC QA 2003)."""
    text = "\n".join(statements)
    return [bool(fact.search(text)) for fact in facts]


def fact_recall(found: Sequence[bool]) -> Ratio:
    """Return how many of the facts asked for are stated, over all cases together: each fact counts alike, not each case."""
    return Ratio(float(sum(found)), float(len(found)))


def exact_quotes(quotes: Sequence[tuple[str, Span, str]]) -> Ratio:
    """Return how many citations quote exactly: (quote, span, source's text) with ``text[start:end] == quote``. Our own: a pin is right or it is none."""
    return Ratio(sum(bool(quote) and text[span.start : span.end] == quote for quote, span, text in quotes), len(quotes))


def on_gold(place: Place, pieces: Sequence[Gold]) -> bool:
    """Return whether a citation points at gold: in its source, it overlaps a gold piece or stands in the same article.

    Another row of the same table is not the same place; where gold has no locator, only overlap counts.
    """
    every = (g for piece in pieces for g in (piece, *piece.also))
    return any(place.source == g.source and (_overlap(place.span, g.span) or _same_article(place.locator, g.locator)) for g in every)


def _overlap(one: Span, other: Span | None) -> bool:
    return other is not None and one.start < other.end and other.start < one.end


def _same_article(one: str, other: str) -> bool:
    return bool(one.strip()) and article(one) == article(other)


def cited_any(places: Sequence[Place], pieces: Sequence[Gold]) -> Ratio:
    """Return, for an answer with gold, whether at least one citation points at gold."""
    return Ratio(float(any(on_gold(p, pieces) for p in places)), float(bool(pieces)))


def cited_share(places: Sequence[Place], pieces: Sequence[Gold]) -> Ratio:
    """Return, for an answer with gold, how many of its citations point at gold; citation precision, pooled over answers."""
    return Ratio(sum(on_gold(p, pieces) for p in places), len(places)) if pieces else Ratio(0.0, 0.0)


# -- refusals -------------------------------------------------------------------------------------------------


def false_refusal(answerable: bool, answered: bool) -> Ratio:
    """Return whether an answerable question was declined; an unanswerable one takes no part (false negative rate of answering)."""
    return Ratio(float(answerable and not answered), float(answerable))


def false_answer(answerable: bool, answered: bool) -> Ratio:
    """Return whether an unanswerable question was answered; an answerable one takes no part (false positive rate of answering)."""
    return Ratio(float(answered and not answerable), float(not answerable))


def risk_coverage(confident: Sequence[tuple[float, bool]], asked: int) -> list[tuple[float, float]]:
    """Return the risk-coverage curve (El-Yaniv and Wiener 2010): (share of questions answered, share of those wrong).

    One point for each threshold on confidence; cases of equal confidence enter together, so their order does not matter.

    Args:
        confident: confidence and whether the answer is wrong, for each answered case.
        asked: all cases, refused ones included.

    Raises:
        ValueError: more were answered than asked.
    """
    if len(confident) > asked:
        raise ValueError(f"{len(confident)} answered of {asked} asked")
    curve: list[tuple[float, float]] = []
    ordered = sorted(confident, key=lambda pair: -pair[0])
    wrong = 0
    for i, (confidence, is_wrong) in enumerate(ordered, start=1):
        wrong += is_wrong
        if i == len(ordered) or ordered[i][0] != confidence:
            curve.append((i / asked, wrong / i))
    return curve


def mean_risk(curve: Sequence[tuple[float, float]]) -> float | None:
    """Return the area under a risk-coverage curve, as steps, over the coverage reached: 0 is best. ``None`` for no point."""
    if not curve:
        return None
    starts = [0.0, *(coverage for coverage, _ in curve)]
    return math.fsum((coverage - start) * risk for (coverage, risk), start in zip(curve, starts, strict=False)) / curve[-1][0]


# -- over cases -----------------------------------------------------------------------------------------------


def estimate(ratios: Sequence[Ratio], seed: int = 0, draws: int = 2000) -> Estimate | None:
    """Return sum of parts / sum of ofs with its percentile bootstrap 95 % interval (Efron 1979), or ``None`` without cases.

    Cases are drawn, not citations, since the citations of one answer are not independent. The seed makes it repeatable. When
    all cases agree the interval has no width, which says nothing of its certainty: with n cases, up to 3 / n may still differ.
    """
    counted = np.array([r for r in ratios if r.of > 0], dtype=np.float64).reshape(-1, 2)
    if not len(counted):
        return None
    counted = counted[np.lexsort((counted[:, 1], counted[:, 0]))]  # the order of the cases must not move the interval
    drawn = counted[np.random.default_rng(seed).integers(0, len(counted), size=(draws, len(counted)))].sum(axis=1)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], (0.025, 0.975))
    total = counted.sum(axis=0)
    return Estimate(float(total[0] / total[1]), float(low), float(high), len(counted))


def interval(measure: Callable[[Numbers], float | None], items: Sequence[int], seed: int = 0, draws: int = 1000) -> Estimate | None:
    """Return a measure of items, given by number, with its percentile bootstrap 95 % interval (Efron 1979): for measures that are no rate.

    ``None`` where the measure says nothing of the items (AUROC of one kind alone); draws of which it says nothing are left out.
    """
    numbers = np.array(items, dtype=np.int_)
    value = measure(numbers) if len(numbers) else None
    if value is None:
        return None
    rng = np.random.default_rng(seed)
    drawn = [found for _ in range(draws) if (found := measure(rng.choice(numbers, len(numbers)))) is not None]
    low, high = np.quantile(drawn or [value], (0.025, 0.975))
    return Estimate(float(value), float(low), float(high), len(numbers))


def percentile(values: Sequence[float], q: float) -> float:
    """Return the q-th percentile by nearest rank (Hyndman and Fan 1996, definition 1): the least value that at least q % of the values do not exceed.

    Raises:
        ValueError: there are no values, or q is not in (0, 100].
    """
    if not values or not 0 < q <= 100:
        raise ValueError(f"no {q}-th percentile of {len(values)} values")
    return sorted(values)[math.ceil(q / 100 * len(values)) - 1]
