"""Deciding whether the evidence is enough to answer: the abstention policy, with its fitted constants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering import Candidate, Draft
from assistant.facts import figures, to_han
from assistant.places import applies_in, find_places
from assistant.query import Asked, ConceptKind, Query
from assistant.retrieval import Weighed
from assistant.types import Kind, Reason

FEATURES = ("own", "around", "cosine", "fits", "unknown", "heaviest")
WEIGHTS = {"bias": -2.0, "own": 2.0, "around": 4.0, "cosine": 3.0, "fits": 0.6, "unknown": -2.0, "heaviest": -1.0}
"""Logistic regression on the answerable and unanswerable questions of the development cases."""
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """How likely the evidence answers the question (0 to 1), what of the question it lacks, and why to decline, if so."""

    probability: float
    missing: tuple[str, ...]
    reason: Reason | None


def features(query: Query, best: Candidate, weighed: Sequence[Weighed]) -> dict[str, float]:
    """Return the features of the decision, each between 0 and 1.

    ``unknown`` is the share of the question's weight in concepts that occur nowhere in the library; ``heaviest`` the
    share of the heaviest concept that the evidence lacks.
    """
    total = sum(w.idf for w in weighed) or 1.0
    ceiling = max((w.idf for w in weighed), default=0.0)
    lacking = [w.idf for i, w in enumerate(weighed) if i not in best.near]
    return {
        "own": best.own,
        "around": best.around,
        "cosine": max(best.cosine, 0.0),
        "fits": best.fits if query.asked in (Asked.FIGURE, Asked.DATE) else 1.0,
        "unknown": sum(i for i in lacking if i >= 0.98 * ceiling and i > 7.5) / total,
        "heaviest": max(lacking, default=0.0) / total,
    }


def judge(query: Query, draft: Draft) -> Sufficiency:
    """Return whether the draft may be shown."""
    if not draft.candidates or not draft.pieces:
        return Sufficiency(0.0, _surfaces(query), Reason.NOTHING_FOUND)
    best = draft.candidates[0]
    weighed = draft.weighed[best.hit.source.language]
    absent = _absent_article(query, draft) or _absent_rates(query, draft)
    if absent:
        return Sufficiency(0.0, absent, Reason.FALSE_PREMISE)
    demanded = _demanded(query, draft, weighed)
    if demanded:
        return Sufficiency(0.0, demanded, Reason.EVIDENCE_TOO_WEAK)
    values = features(query, best, weighed)
    z = WEIGHTS["bias"] + sum(WEIGHTS[name] * values[name] for name in FEATURES)
    probability = 1 / (1 + math.exp(-z))
    lacking = tuple(weighed[i].concept.surface for i in sorted(range(len(weighed)), key=lambda i: -weighed[i].idf) if i not in best.near)[:3]
    if probability >= THRESHOLD:
        return Sufficiency(probability, lacking, None)
    reason = Reason.OUT_OF_SCOPE if values["around"] < 0.3 else Reason.EVIDENCE_TOO_WEAK
    return Sufficiency(probability, lacking, reason)


def _absent_article(query: Query, draft: Draft) -> tuple[str, ...]:
    """Return the article asked for if the instrument named has no such article."""
    if not query.article or any("article" in c.hit.ranks for c in draft.candidates):
        return ()
    if not any("instrument" in c.hit.ranks for c in draft.candidates):
        return ()
    return (f"第{to_han(query.article)}条" if query.language == "zh" else f"Article {query.article}",)


def _absent_rates(query: Query, draft: Draft) -> tuple[str, ...]:
    """Return the percentages that the question takes for granted and no evidence has.

    Other numbers of a question are often the asker's own case (a contract of two years, a part of 8,000 yuan).
    """
    known = {(f.value, f.unit) for p in draft.pieces for f in figures(p.candidate.hit.passage.text)}
    return tuple(query.text[f.span.start : f.span.end] for f in figures(query.text) if f.unit == "percent" and (f.value, f.unit) not in known)


def _demanded(query: Query, draft: Draft, weighed: Sequence[Weighed]) -> tuple[str, ...]:
    """Return the places and years of the question that no statement's evidence has: it is not answered from a neighbour."""
    if query.article and "article" in draft.candidates[0].hit.ranks:
        return ()
    shown = [p.candidate for p in draft.pieces]
    out = []
    for place, w in enumerate(weighed):
        if w.concept.kind not in (ConceptKind.PLACE, ConceptKind.YEAR):
            continue
        if any(place in c.near for c in shown):
            continue
        if w.concept.kind is ConceptKind.PLACE and _covers_place(query, shown, w.concept.surface):
            continue
        if w.concept.kind is ConceptKind.YEAR and any(w.concept.surface in _years(c) for c in shown):
            continue
        out.append(w.concept.surface)
    return tuple(out)


def _covers_place(query: Query, shown: Sequence[Candidate], surface: str) -> bool:
    """A national rule answers for each place in the country; a paper on one place does not answer for another."""
    codes = [p.code for p in query.places if p.en == surface and p.code]
    named = {p.code for c in shown for p in find_places(c.hit.passage.text) if p.code}
    return any(code.startswith("CN") and any(other.startswith(code + "-") for other in named) for code in codes) or any(
        c.hit.source.kind is Kind.POLICY and c.hit.source.jurisdiction and applies_in(c.hit.source.jurisdiction, code) for c in shown for code in codes
    )


def _years(c: Candidate) -> set[str]:
    m = c.hit.source
    return {str(day.year) for day in (m.issued, m.effective) if day}


def _surfaces(query: Query) -> tuple[str, ...]:
    return tuple(c.surface for c in query.concepts)[:5]
