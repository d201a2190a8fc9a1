"""Answering from passages: the extractive answerer that picks the few sentences, row or list items that answer.

It never writes: a draft is made of exact spans of the sources. What it adds is only the frame around them, see ``pieces``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answers.candidates import Candidate, Likeness, Texts, find_candidates, is_lead
from assistant.answers.pieces import Piece, merge_leads, set_out
from assistant.answers.rereading import Read, reread
from assistant.documents import Authority, PassageKind, Span
from assistant.language.facts import figures, read_facts
from assistant.language.text import count_words
from assistant.library.rows import index_terms
from assistant.questions.asking import Asked, asks_comparison, asks_duty, question_parts
from assistant.questions.query import Query
from assistant.results import Hit
from assistant.search.matching import Weighed

CLOSE = 2.0
"""A further sentence may score at most this much less than the best one."""
EVEN = 0.5
"""Sentences that score at most this much less than the best one come before its neighbours, wherever they stand: each may well be the answer."""
NEWS = 0.8
"""What a sentence that adds a concept may score less still."""
SAME_PASSAGE, NEXT_TO = 1.0, 1.0
"""What a sentence of the best one's passage, or right before or behind it, may score less still: an answer often runs on."""
AS_GOOD = 1.4
"""Sources whose best sentences score at most this much less than the best one answer about equally well: what the third hit lacks by its rank alone."""
SAME_SUBJECT, RIVAL = 0.99, 3.0
"""A unit of another source is a rival when it carries all concepts of the best one and scores at most this much less."""
SAME_SUBJECT_ASKED = 0.5
"""The same where the question itself asks whether sources agree, or what binds."""
PART = 0.34
"""A part of the question is open while a sentence would add at least this share of its weight."""
PART_REACH = 4.5
"""How much less than the best one a sentence may score that answers an open part."""
LIST_WORDS = 400
"""Length of an answer to a question that asks for a list."""
MAX_STATEMENTS = 4
_RESERVED = re.compile(r"\bunless\b|\bexcept (?:as|where) otherwise|otherwise (?:provided|rule)|另有规定|除外", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer proposes: pieces in reading order, and all candidates it weighed, best first."""

    pieces: tuple[Piece, ...]
    candidates: tuple[Candidate, ...]
    weighed: Mapping[str, Sequence[Weighed]] = field(default_factory=dict)
    """The question's concepts by language of the evidence; ``Candidate.found`` counts in them."""

    @property
    def best_passage(self) -> list[Candidate]:
        """The best unit, and what is shown beside it of its passage; fails where there is no candidate."""
        best = self.candidates[0]
        return [best, *(p.candidate for p in self.pieces if p.candidate.hit.passage.id == best.hit.passage.id)]


def reserves(candidate: Candidate) -> bool:
    """Whether a rule leaves room for a special one (*unless otherwise provided*)."""
    return bool(_RESERVED.search(candidate.text))


class ExtractiveAnswerer:
    """Picks the units that answer. Deterministic; needs no model beyond the vectors stored at ingest."""

    def __init__(self, words: int = 120) -> None:
        self.words = words

    def answer(
        self,
        query: Query,
        hits: Sequence[Hit],
        texts: Texts,
        likeness: Likeness,
        read: Read,
    ) -> Draft:
        """Return a draft from the hits; the arguments are those of ``find_candidates`` and ``reread``."""
        candidates = reread(find_candidates(query, hits, texts, likeness), read)
        chosen = self._choose(query, candidates, likeness.weighed)
        pieces = [set_out(query, c, texts.source(c.hit.source.id).text, headed=c is chosen[0]) for c in chosen]
        return Draft(tuple(merge_leads(pieces)), tuple(candidates), likeness.weighed)

    def _choose(self, query: Query, candidates: Sequence[Candidate], weighed: Mapping[str, Sequence[Weighed]]) -> list[Candidate]:
        if not candidates:
            return []
        best = candidates[0]
        if query.article and any("article" in c.hit.ranks for c in candidates):
            return self._whole_article([c for c in candidates if "article" in c.hit.ranks])
        if query.asked is Asked.LIST and (items := _list_of(best, candidates)):
            return _as_long_as(items, LIST_WORDS)
        chosen = self._close(best, candidates)
        chosen = self._with_open_parts(query, chosen, candidates, weighed)
        if asks_duty(query.text):
            chosen = _with_what_binds(chosen, candidates)
        return _ordered(query, chosen + _other_figures(query, chosen, candidates))

    def _close(self, best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the best candidate and those that score nearly as well, as far as the length allows."""
        chosen = [best]
        used = count_words(best.text)
        first = sorted(candidates[1:], key=lambda c: (c.score < best.score - EVEN, -(c.score + _bond(c, best))))
        for other in first:
            if len(chosen) == MAX_STATEMENTS:
                break
            news = other.found - frozenset().union(*(c.found for c in chosen))
            slack = CLOSE + _bond(other, best) + (NEWS if news and other.hit.source.id == best.hit.source.id else 0.0)
            size = count_words(other.text)
            if other.score >= best.score - slack and used + size <= self.words and not any(_same(other, c) for c in chosen):
                chosen.append(other)
                used += size
        return chosen

    def _with_open_parts(
        self, query: Query, chosen: list[Candidate], candidates: Sequence[Candidate], weighed: Mapping[str, Sequence[Weighed]]
    ) -> list[Candidate]:
        """Return the chosen with one more sentence for each part of the question that they leave open."""
        best = chosen[0]
        parts = question_parts(query.text)
        if len(parts) < 2:
            return chosen
        language = best.hit.source.language
        weights = [w.idf for w in weighed[language]]
        out = list(chosen)
        for part in parts:
            wanted = [i for i, c in enumerate(query.concepts) if c.span.start >= part.start and c.span.end <= part.end]
            total = sum(weights[i] for i in wanted)
            told = frozenset().union(*(c.found for c in out))

            def gain(c: Candidate, wanted: Iterable[int] = wanted, told: frozenset[int] = told, total: float = total) -> float:
                return sum(weights[i] for i in wanted if i in c.found and i not in told) / total

            able = [c for c in candidates if c not in out and c.hit.source.language == language and c.score >= best.score - PART_REACH]
            fresh = [c for c in able if not any(_same(c, o) for o in out)] if total else []
            answer = max(fresh, key=lambda c: (gain(c) * PART_REACH + c.score, c.hit.passage.id), default=None)
            if answer is not None and gain(answer) >= PART:
                out.append(answer)
        return out

    def _whole_article(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The article that was named, in reading order, as far as the length allows."""
        named = candidates[0].hit
        return _as_long_as((c for c in candidates if c.hit.source.id == named.source.id), 2 * self.words)


def _list_of(best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the items of the list that the best candidate belongs to or introduces; none where there is no list."""
    if best.hit.passage.kind is PassageKind.ROW:
        return []
    lead = best.unit.lead or (best.unit.span if is_lead(best) else None)
    return [c for c in candidates if lead and c.unit.lead == lead and c.hit.source.id == best.hit.source.id]


def _as_long_as(candidates: Iterable[Candidate], words: int) -> list[Candidate]:
    """Return the candidates in reading order up to a length in words; at least one."""
    out: list[Candidate] = []
    used = 0
    for c in sorted(candidates, key=lambda c: c.unit.span):
        used += count_words(c.text)
        if used > words and out:
            break
        out.append(c)
    return out


def _bond(other: Candidate, best: Candidate) -> float:
    """Return how far a unit belongs to the best one by where it stands."""
    if other.hit.passage.id != best.hit.passage.id:
        return 0.0
    spans = [u.span for u in best.hit.passage.units]
    apart = abs(spans.index(other.unit.span) - spans.index(best.unit.span))
    return SAME_PASSAGE + (NEXT_TO if apart == 1 else 0.0)


def _ordered(query: Query, chosen: list[Candidate]) -> list[Candidate]:
    """Source by source: what binds before what is proposed where they answer about equally well or a duty is asked for, else the best first.

    A general rule that leaves room for a special one comes behind the special one. Within a source in reading order, but the
    sentence with the figure asked for first.
    """
    best = chosen[0]
    top = {c.hit.source.id: max(o.score for o in chosen if o.hit.source.id == c.hit.source.id) for c in chosen}
    rivals = {i for i, score in top.items() if score >= best.score - AS_GOOD or query.standing}
    yields = {c.hit.source.id for c in chosen if len(rivals) > 1 and query.asked is Asked.FIGURE and reserves(c)}
    duty = asks_duty(query.text)

    def place(c: Candidate) -> tuple[bool, float, float, float, str, float, Span]:
        i = c.hit.source.id
        proposed = duty and not _binds(c)
        figure_first = query.asked in (Asked.FIGURE, Asked.DATE) and c is best and c.fits > 0
        return (proposed, c.hit.source.authority.rank if i in rivals else 99, i in yields, -top[i], i, 0 if figure_first else 1, c.unit.span)

    if yields and (special := [c for c in chosen if c.hit.source.id in rivals - yields and c.fits > 0]):
        first = {c.hit.source.id for c in special}
        return sorted(chosen, key=lambda c: (c.hit.source.id not in first, *place(c)))
    return sorted(chosen, key=place)


def _with_what_binds(chosen: list[Candidate], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the chosen with a duty that binds among them, where papers alone were chosen and there is one on the same subject."""
    if any(_binds(c) for c in chosen):
        return chosen
    best = chosen[0]
    near = [c for c in candidates if c.score >= best.score - RIVAL and len(c.found & best.found) >= SAME_SUBJECT_ASKED * len(best.found)]
    duty = next((c for c in near if _binds(c) and any(f.value in ("oblige", "prohibit") for f in read_facts(c.text))), None)
    return [*chosen[: MAX_STATEMENTS - 1], duty] if duty else chosen


def _binds(candidate: Candidate) -> bool:
    return candidate.hit.source.authority is not Authority.RESEARCH_PAPER


def _other_figures(query: Query, chosen: Sequence[Candidate], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the unit of another source that answers the same figure question, so that a conflict is seen."""
    best = chosen[0]
    compares = asks_comparison(query.text)
    if query.asked is not Asked.FIGURE or (len(chosen) == MAX_STATEMENTS and not compares):
        return []
    shared = SAME_SUBJECT_ASKED if compares else SAME_SUBJECT
    told = {c.hit.source.work or c.hit.source.id for c in chosen}
    return [
        c
        for c in candidates
        if (c.hit.source.work or c.hit.source.id) not in told
        and c.fits == best.fits
        and c.hit.source.language == best.hit.source.language
        and len(c.found & best.found) >= shared * len(best.found)
        and c.score >= best.score - RIVAL
    ][:1]


def _same(a: Candidate, b: Candidate) -> bool:
    """Whether two candidates say the same: overlapping spans, or nearly the same words."""
    if a.hit.source.id == b.hit.source.id and a.unit.span.start < b.unit.span.end and b.unit.span.start < a.unit.span.end:
        return True
    x, y = set(index_terms(a.text)), set(index_terms(b.text))
    return len(x & y) > 0.8 * min(len(x), len(y)) and {f.value for f in figures(a.text)} == {f.value for f in figures(b.text)}
