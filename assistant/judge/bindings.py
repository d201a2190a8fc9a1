"""Whether each figure of a sentence stands in the cited words, with the same bound and for the same subject."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.documents import Span
from assistant.judge.alignment import Alignment, Evidence, Line, same_root
from assistant.judge.cues import bound_of
from assistant.language.facts import Fact, FactKind

_SEGMENT_END = re.compile(r"[，,；;。：、]|\.(?=\s)|\b(?:and|while|whereas|but|plus)\b|(?<![共总])和|以及|(?<=[%元人个名年月日次])[与及]")
_LABEL = re.compile(r"(?:\b(?:passages?|documents?|sources?|steps?|options?)(?: \d+(?:,| and| &| or))* |段落|材料|步骤|来源)$")
"""What numbers only count off: passage 1, step 4."""
_NEAR_COPY = 0.5
_PREFERENCE = 0.45
"""How much better another figure's words must fit, as a share of the words that tell figures apart, for a figure to be called swapped."""


class Place(NamedTuple):
    """A figure in the evidence with what stands around it."""

    fact: Fact
    bound: str
    words: frozenset[str]


def missing_facts(sentence: Line, evidence: Evidence) -> list[str]:
    """Return one reason for each number, date, ratio, clause or document number of ``sentence`` that ``evidence`` lacks."""
    said = [fact for fact in sentence.values if not _LABEL.search(sentence.folded, max(0, fact.span.start - 16), fact.span.start)]
    lacking = [fact for fact in said if not any(agree(fact, known) for known in evidence.facts)]
    return [f"{fact.kind}: {sentence.text[fact.span.start : fact.span.end]!r} is not in the cited words" for fact in lacking]


def agree(said: Fact, known: Fact) -> bool:
    """Whether two facts agree; a unit or a day that the sentence leaves out does not disagree."""
    if said.kind is FactKind.DATE and known.kind is FactKind.DATE:
        return known.value == said.value or known.value.startswith(said.value + "-")
    if {said.kind, known.kind} == {FactKind.DATE, FactKind.NUMBER}:
        return said.value == known.value
    units_agree = said.unit == known.unit or not said.unit or not known.unit or {said.unit, known.unit} <= {"item", "person"}
    return said.kind is known.kind and said.value == known.value and units_agree


def changed_bound(alignment: Alignment) -> str:
    """Return a reason if a figure is a least in the sentence and a most, or plain, in the cited words, or the reverse.

    Where the nearest line has the figure, only that line counts: another one may give it as another bound of something else.
    """
    said = _bounds([alignment.sentence])
    near, wide = _bounds([alignment.nearest]), _bounds(alignment.around)
    for figure, bounds in said.items():
        known = near.get(figure) or wide.get(figure)
        if not known or (set(bounds) == {""} and alignment.share_near < _NEAR_COPY):
            continue
        extra = bounds - known
        lacking = known - bounds
        if extra and (lacking if len(list(bounds.elements())) >= len(list(known.elements())) else not set(bounds) <= set(known)):
            names = {"most": "at most", "least": "at least", "": "exactly"}
            return f"bound: the sentence says {names[next(iter(extra))]} {figure[1]}, the cited words {' and '.join(sorted(names[k] for k in known))}"
    return ""


def _bounds(lines: Iterable[Line]) -> dict[tuple[str, str], Counter[str]]:
    """Return for each figure (its kind and value) how often it is given as which bound."""
    out: dict[tuple[str, str], Counter[str]] = {}
    for place in places(lines):
        out.setdefault((place.fact.kind, place.fact.value), Counter())[place.bound] += 1
    return out


def swapped_figure(alignment: Alignment) -> str:
    """Return a reason if the words beside a figure are, in the cited words, those beside another figure of the same kind.

    A figure's words are those of its segment (between commas and conjunctions); each is weighed by how few figures have it.
    """
    known = places(alignment.around)
    for fact in _countable(alignment.sentence):
        rivals = [p for p in known if p.fact.kind is fact.kind and p.fact.unit == fact.unit]
        if len({agree(fact, p.fact) for p in rivals}) < 2:
            continue
        own = _alternatives(alignment, _segment(alignment.sentence, fact))
        weights = [math.log(len(rivals) / c) if (c := sum(any(_held(form, p.words) for form in forms) for p in rivals)) else 0.0 for forms in own]
        if sum(weights) <= 0:
            continue
        right = max(_fit(own, weights, p) for p in rivals if agree(fact, p.fact))
        wrong = max((_fit(own, weights, p), p.fact.value) for p in rivals if not agree(fact, p.fact))
        if wrong[0] - right > _PREFERENCE:
            figure = alignment.sentence.text[fact.span.start : fact.span.end]
            return f"{fact.kind}: {figure!r} stands in the cited words for something else, which is given as {wrong[1]}"
    return ""


def places(lines: Iterable[Line]) -> list[Place]:
    """Return the numbers, ratios and dates of some lines with their bounds and the words of their segments."""
    return [Place(f, bound_of(line.folded, f.span), _words(line, _segment(line, f))) for line in lines for f in _countable(line)]


def _countable(line: Line) -> list[Fact]:
    return [f for f in line.values if f.kind in (FactKind.NUMBER, FactKind.RATIO, FactKind.DATE)]


def _segment(line: Line, fact: Fact) -> Span:
    """Return the stretch between commas and conjunctions around a figure; the stretch before it too if it has no word of its own."""
    cuts = [m.span() for m in _SEGMENT_END.finditer(line.folded) if not any(v.span.start <= m.start() < v.span.end for v in line.values)]
    before = [end for _, end in cuts if end <= fact.span.start]
    after = [start for start, _ in cuts if start >= fact.span.end]
    span = Span(before[-1] if before else 0, after[0] if after else len(line.folded))
    if not _words(line, span) and before:
        span = Span(before[-2] if len(before) > 1 else 0, span.end)
    return _own_part(line, fact, span)


def _own_part(line: Line, fact: Fact, span: Span) -> Span:
    """Return the part of a segment nearer to this figure than to another one in it."""
    others = [v.span for v in _countable(line) if v is not fact and span.start <= v.span.start < span.end]
    start = max([span.start, *(o.end for o in others if o.end <= fact.span.start)])
    end = min([span.end, *(o.start for o in others if o.start >= fact.span.end)])
    part = Span(start, end)
    return part if _words(line, part) else span


def _words(line: Line, span: Span) -> frozenset[str]:
    return frozenset(w.term for w in line.words if span.start <= w.start < span.end)


def _alternatives(alignment: Alignment, span: Span) -> list[set[str]]:
    """Return for each content word in a stretch of the sentence the terms by which it may stand in the evidence."""
    out = []
    for word in alignment.sentence.words:
        if span.start <= word.start < span.end:
            named = {t for r in alignment.renderings if r.span.start <= word.start < r.span.end for form in r.forms for t in form}
            out.append({word.term} | named)
    return out


def _held(term: str, words: frozenset[str]) -> bool:
    return term in words or any(same_root(term, w) for w in words)


def _fit(own: Sequence[set[str]], weights: Sequence[float], place: Place) -> float:
    got = sum(weight for forms, weight in zip(own, weights, strict=True) if any(_held(form, place.words) for form in forms))
    return got / sum(weights)


