"""Deciding whether the evidence is enough to answer: which parts of the question the best unit answers.

What nothing can stand in for (``demands``) refuses at once. All else is weighed by a logistic regression on features of the
best unit.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.answers.answering import Draft
from assistant.answers.candidates import LEAST, MOST, Candidate, resemblance
from assistant.answers.demands import find_unmet
from assistant.answers.expectation import Expectation
from assistant.answers.rereading import Read, believed
from assistant.documents import Span
from assistant.language.text import sentences
from assistant.questions.asking import asks_which_rule, asks_why
from assistant.questions.focus import Focus, find_focus
from assistant.questions.query import ConceptKind, Query
from assistant.results import Reason
from assistant.search.matching import Weighed

SMALL, SMALL_THRESHOLD = 30, 0.3
"""In a library of fewer passages how rare a word is says little, and the rules on what is missing say most; set by hand."""
MANY = 10
"""Passages from which the best one was picked out of many, so that its closeness says little by itself."""
LEAST_AROUND = 0.3
"""Share of the question's weight below which a refused question is about something else."""
SCENE = 0.2
"""What a term counts for in a sentence that asks nothing."""
NEAR = 0.6
"""What a concept counts for that stands around the unit and not in it."""
EXTREMES = (
    (frozenset("最低 最少 至少 起码 下限 minimum lowest least".split()), LEAST),
    (frozenset("最高 最多 至多 上限 maximum highest most".split()), MOST),
)
"""What a figure answers to that is bounded on that side: *how much is the lowest* by *not less than 4,000 yuan*, and never by *not more*."""
FAR, CLOSE = 0.15, 0.3
"""Cosine by the bilingual model of hardly any best unit that answers (one in fifty has less than .18), and of nine in ten."""
READ_TO_ANSWER = 1.0
"""Log-odds of the reading network from which a demand that is not firm counts as met. Of the questions that such a demand had declined (half of
``asked.jsonl``, all of ``talked.jsonl`` and the development suites), 29 of 67 answerable ones are read so, and two of some 400 others."""
ABSENT = 0.35
"""Support below which a concept counts as missing."""


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """How likely the evidence answers the question (0 to 1), what of the question it lacks, and why to decline, if so."""

    confidence: float
    missing: tuple[str, ...]
    reason: Reason | None
    features: Mapping[str, float] = field(default_factory=dict)
    """What was weighed; empty where a rule decides, and without ``reads`` where that could change nothing."""


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression on ``features``, and the confidence from which it answers."""

    bias: float
    weights: Mapping[str, float]
    threshold: float

    def confidence(self, features: Mapping[str, float]) -> float:
        """Return how likely the evidence is enough, from 0 to 1."""
        odds = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())  # one not yet fitted says nothing
        return 1 / (1 + math.exp(-odds))

    def hangs_on(self, name: str, features: Mapping[str, float], threshold: float) -> bool:
        """Return whether a feature from -1 to 1 that is not yet known may decide."""
        least, most = sorted(self.confidence({**features, name: extreme}) for extreme in (-1.0, 1.0))
        return least < threshold <= most


@functools.cache
def model() -> Model:
    """Return the model that ships: ``python -m evals fit-refusal`` fits it."""
    return Model(**json.loads(Path(__file__).with_name("sufficiency.json").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Support:
    """How far one unit carries each concept of a question, from 0 to 1."""

    weighed: Sequence[Weighed]
    own: tuple[float, ...]
    """In the unit itself, by any form or, for Chinese, by some of its characters."""
    near: tuple[float, ...]
    """The same, or less surely around it."""
    rarest: float
    """The weight of a word that one passage of the library has."""
    aside: frozenset[int] = frozenset()
    """Terms of sentences that only tell the asker's situation."""

    def rarity(self, place: int) -> float:
        """Return the weight of a concept: 1 if one passage of the library has it, or none, and less if it is common."""
        return min(self.weighed[place].idf / self.rarest, 1.0) * (SCENE if place in self.aside else 1.0)


def support_of(query: Query, draft: Draft, weighed: Sequence[Weighed], size: int) -> Support:
    """Return how far the best unit of a library of ``size`` passages carries the concepts of a question."""
    scene = scene_of(query.text)
    aside = frozenset(i for i, w in enumerate(weighed) if w.concept.kind is ConceptKind.TERM and any(s.start <= w.concept.span.start < s.end for s in scene))
    best = draft.candidates[0]
    bounded = frozenset().union(*(words for words, bound in EXTREMES if any(bound.search(c.text) for c in draft.best_passage)))
    own = tuple(
        1.0 if i in best.found or w.concept.surface.lower() in bounded else resemblance(w.concept.surface, best.text) for i, w in enumerate(weighed)
    )
    near = tuple(max(o, NEAR if i in best.near else 0.0) for i, o in enumerate(own))
    return Support(weighed, own, near, math.log(1 + max(size - 0.5, 1.0) / 1.5), aside)


def scene_of(question: str) -> list[Span]:
    """Return the sentences of a question that ask nothing, where others do: they tell of the asker ("Our plant is in Chongqing.")."""
    spans = sentences(question)
    asking = [s for s in spans if question[s.start : s.end].rstrip().endswith(("?", "？"))]
    return [s for s in spans if s not in asking] if asking else []


def features(query: Query, best: Candidate, support: Support, focus: Sequence[Focus], rivals: int, expectation: Expectation) -> dict[str, float]:
    """Return the features of the decision; ``rivals`` is the number of passages that the best unit was picked from.

    ``matched``: weight of the question's concepts in the unit or around it, so that a long question that is matched counts for
    more than a short one; ``alone``: the weight of the thing asked for, if missing, times the share of the rest that is there, for a
    missing attribute of a thing that is there is not a paraphrase, which changes all words; the same of what a question takes for
    granted that asks why it is so, or which rule says it; ``few``: near 1 where the unit had no rivals, 0 where it was the best of ten
    passages or has no vector; ``few_cosine``: the cosine, as far as it was not raised by such a choice; ``kind``, ``known``: what
    the question alone lets expect (the latter speaks for an answer only as far as evidence is near). Where it may decide,
    what the reading network says comes to them as ``reads``.
    """
    rarity = [support.rarity(i) for i in range(len(support.weighed))]
    wanted = [f.concepts for f in focus if f.attribute]
    terms = [(i,) for i, w in enumerate(support.weighed) if w.concept.kind is ConceptKind.TERM]
    premises = terms if asks_why(query.text) or asks_which_rule(query.text) else []
    few = max(0.0, 1 - rivals / MANY) if best.cosine else 0.0  # without a vector nothing can be read from closeness
    return {
        "matched": sum(r * n for r, n in zip(rarity, support.near, strict=True)),
        "alone": max((_lack(best, support, c) * _share_of_rest(support, c) for c in [*wanted, *premises]), default=0.0),
        "fits": best.fits,
        "few": few,
        "few_cosine": few * best.cosine,
        "kind": expectation.kind,
        "known": _borne(expectation.known, best),
    }


def _borne(odds: float, best: Candidate) -> float:
    """Return what a question lets expect in a library whose questions are known: it speaks for an answer only as far as anything is near."""
    return odds if odds < 0 else odds * min(1.0, max(0.0, (best.across - FAR) / (CLOSE - FAR)))


def _lack(best: Candidate, support: Support, wanted: Sequence[int]) -> float:
    """Return the weight of the thing asked for, as far as the unit lacks it."""
    sure = max(max(support.own[i], 0.5 * (i in best.near)) for i in wanted)
    return (1 - sure) * max(support.rarity(i) for i in wanted)


def _share_of_rest(support: Support, wanted: Sequence[int]) -> float:
    """Return how much of the question but the thing asked for the unit carries."""
    rest = [i for i in range(len(support.weighed)) if i not in wanted]
    total = sum(support.rarity(i) for i in rest)
    return sum(support.rarity(i) * support.near[i] for i in rest) / total if total else 0.0


def judge(query: Query, draft: Draft, size: int, expectation: Expectation, read: Read) -> Sufficiency:
    """Return whether the draft, made from a library of ``size`` passages, may be shown.

    Args:
        expectation: of the question alone.
        read: asked of the best candidate, and only where that may decide.
    """
    if not draft.candidates or not draft.pieces:
        return Sufficiency(0.0, _surfaces(query), Reason.NOTHING_FOUND)
    best = draft.candidates[0]
    weighed = draft.weighed[best.hit.source.language]
    if query.article and "article" in best.hit.ranks:
        return Sufficiency(1.0, (), None)
    focus = find_focus(query)
    support = support_of(query, draft, weighed, size)
    values = features(query, best, support, focus, len({c.hit.passage.id for c in draft.candidates}), expectation)
    lacking = _lacking(query, support, focus)
    threshold = model().threshold if size >= SMALL else SMALL_THRESHOLD
    unmet = find_unmet(query, draft, weighed)
    if unmet and not unmet.firm:
        values["reads"] = believed(odds := read(best))
        unmet = unmet if odds < READ_TO_ANSWER else None
    if unmet:
        likely = model().confidence(values)
        return Sufficiency(threshold * likely, unmet.missing or lacking, unmet.reason)  # however sure of the rest, below the threshold
    if "reads" not in values and model().hangs_on("reads", values, threshold):
        values["reads"] = believed(read(best))
    confidence = model().confidence(values)
    if confidence >= threshold:
        return Sufficiency(confidence, lacking, None, values)
    if best.around < LEAST_AROUND:
        return Sufficiency(confidence, lacking or _surfaces(query), Reason.OUT_OF_SCOPE, values)
    return Sufficiency(confidence, lacking, Reason.FALSE_PREMISE if asks_why(query.text) else Reason.EVIDENCE_TOO_WEAK, values)


def _lacking(query: Query, support: Support, focus: Sequence[Focus]) -> tuple[str, ...]:
    """Return what of the question the best unit lacks, in the asker's words: the thing asked for first, then what is rare."""
    weighed = support.weighed
    wanted = {i for f in focus if f.attribute for i in f.concepts}
    missing = [i for i in range(len(weighed)) if support.near[i] < ABSENT]
    return tuple(dict.fromkeys(_asked(query, weighed[i]) for i in sorted(missing, key=lambda i: (i not in wanted, -support.rarity(i)))))[:3]


def _asked(query: Query, w: Weighed) -> str:
    """Return a concept as the asker wrote it."""
    return query.text[w.concept.span.start : w.concept.span.end]


def _surfaces(query: Query) -> tuple[str, ...]:
    return tuple(query.text[c.span.start : c.span.end] for c in query.concepts)[:5]
