"""Answering from passages: the extractive answerer that picks the few sentences, row or list items that answer.

It never writes: a draft is made of exact spans of the sources. What it adds is only the frame around them: a table
row is set out with its headers, a list item follows its lead-in, and the figure asked for is put first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from assistant.asking import Asked
from assistant.chunking import row_cells
from assistant.embedding import Vectors
from assistant.facts import FactKind, figures, read_facts
from assistant.query import Query
from assistant.retrieval import Weighed
from assistant.rows import index_terms
from assistant.text import count_words, fold
from assistant.types import Hit, Kind, PassageKind, Source, Span, Unit

WEIGHTS = {"own": 3.3, "around": 2.7, "cosine": 2.5, "fits": 2.6, "prior": 2.3, "same_language": 0.5}
"""Weights of a candidate's features: softmax regression on the development cases (which unit holds the gold evidence)."""
ELSEWHERE = 1.2
"""What a local rule yields to a national one where the question names no place; set by hand."""
TRANSLATED = 0.3
"""What a cosine counts for where the embedder saw only a word-by-word translation of the question."""
CLOSE = 2.0
"""A further sentence may score at most this much less than the best one; one that adds a concept a little less still."""
AS_GOOD = 1.2
"""Sources whose best sentences score at most this much less than the best one answer about equally well."""
SAME_SUBJECT, RIVAL = 0.99, 3.0
"""A unit of another source is a rival when it carries all concepts of the best one and scores at most this much less."""
LIST_WORDS = 400
"""Length of an answer to a question that asks for a list."""
MAX_STATEMENTS = 4
_DEFINES = ("是指", "所称", "指的是", " refers to", " means ", " is defined", "是为", " is a ", " is the ", " are the ")
_REASONS = ("because", "due to", "as a result", "resulting", "so as to", "in order to", "by ", "through", "因", "由于", "通过", "以便", "为了")
_ABOUT_IMPRINT = re.compile(
    r"\bauthors?\b|\bwrote\b|\bwritten\b|\btitle\b|\bissued\b|\badopted\b|\brevised\b|\bamended\b|作者|谁写|题目|标题|通过|公布|发布|修订|修正|颁布",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may answer, with what speaks for it. All features lie between 0 and 1."""

    hit: Hit
    unit: Unit
    text: str
    own: float
    """Share of the question's weight in the unit itself."""
    around: float
    """Share in the unit, its passage, headings and title."""
    cosine: float
    fits: float
    """Whether it has what is asked for: a figure, a date, a list."""
    prior: float
    """1 for the first hit, falling with the rank."""
    found: frozenset[int]
    """The concepts in the unit itself."""
    near: frozenset[int]
    """The concepts in the unit or around it."""

    elsewhere: float
    """1 for a rule of one place where the question names none."""
    same_language: float
    """1 where question and unit are in one language."""

    @property
    def score(self) -> float:
        """One number for choosing between units of one question."""
        return float(sum(weight * getattr(self, name) for name, weight in WEIGHTS.items())) - ELSEWHERE * self.elsewhere


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a draft before verification: its text and the spans it rests on."""

    text: str
    passage_id: str
    spans: tuple[Span, ...]
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Draft:
    """What an answerer proposes: pieces in reading order, and all candidates it weighed, best first."""

    pieces: tuple[Piece, ...]
    candidates: tuple[Candidate, ...]
    weighed: Mapping[str, Sequence[Weighed]] = field(default_factory=dict)
    """The question's concepts by language of the evidence; ``Candidate.found`` counts in them."""


class Texts(Protocol):
    """Gives the text of a source by id, and what it prints above its body."""

    def source(self, source_id: str) -> Source: ...

    def imprint(self, source_id: str) -> str: ...


class ExtractiveAnswerer:
    """Picks the units that answer. Deterministic; needs no model beyond the vectors stored at ingest."""

    def __init__(self, words: int = 120) -> None:
        self.words = words

    def answer(
        self,
        query: Query,
        hits: Sequence[Hit],
        texts: Texts,
        weighed: Mapping[str, Sequence[Weighed]],
        vectors: Mapping[str, Vectors],
        question_vector: Vectors | None,
    ) -> Draft:
        """Return a draft from the hits.

        Args:
            query: the question.
            hits: what retrieval found, best first.
            texts: where the words are.
            weighed: the question's concepts by language.
            vectors: unit vectors by passage id, shape ``(units, dimension)``.
            question_vector: shape ``(dimension,)``, or ``None`` where the embedder cannot read the question.
        """
        candidates: list[Candidate] = []
        for rank, hit in enumerate(hits):
            if hit.passage.kind is PassageKind.TITLE and query.asked is not Asked.DATE and not _ABOUT_IMPRINT.search(query.text):
                continue  # authors and dates of adoption answer only questions about them
            text = texts.source(hit.source.id).text
            about = f"{hit.source.title_zh} {hit.source.title_en} {texts.imprint(hit.source.id)} {hit.passage.heading}"
            candidates += _candidates(query, hit, rank, text, about, weighed[hit.source.language], vectors.get(hit.passage.id), question_vector)
        candidates.sort(key=lambda c: (-c.score, c.hit.passage.id, c.unit.span))
        chosen = self._choose(query, candidates)
        pieces = [_piece(query, c, texts.source(c.hit.source.id).text) for c in chosen]
        return Draft(tuple(_merge_leads(pieces)), tuple(candidates), weighed)

    # -- choosing ---------------------------------------------------------------------------------------------

    def _choose(self, query: Query, candidates: Sequence[Candidate]) -> list[Candidate]:
        if not candidates:
            return []
        best = candidates[0]
        if query.article and any("article" in c.hit.ranks for c in candidates):
            return self._whole_article([c for c in candidates if "article" in c.hit.ranks])
        if query.asked is Asked.LIST and best.unit.lead is not None and best.hit.passage.kind is not PassageKind.ROW:
            return self._whole_list(best, candidates)
        chosen = [best]
        used = count_words(best.text)
        for other in candidates[1:]:
            if len(chosen) == MAX_STATEMENTS:
                break
            size = count_words(other.text)
            if used + size > self.words or any(_same(other, c) for c in chosen):
                continue
            news = other.found - frozenset().union(*(c.found for c in chosen))
            slack = CLOSE + (0.8 if news and other.hit.source.id == best.hit.source.id else 0.0)
            if other.score >= best.score - slack:
                chosen.append(other)
                used += size
        return self._ordered(query, chosen + _other_figures(query, chosen, candidates))

    def _ordered(self, query: Query, chosen: list[Candidate]) -> list[Candidate]:
        """Source by source: what binds before what is proposed where they answer about equally well, else the best first.

        Within a source in reading order, but the sentence with the figure asked for first.
        """
        best = chosen[0]
        top = {c.hit.source.id: max(o.score for o in chosen if o.hit.source.id == c.hit.source.id) for c in chosen}

        def place(c: Candidate) -> tuple[float, float, str, float, Span]:
            rivals = top[c.hit.source.id] >= best.score - AS_GOOD or query.standing
            figure_first = query.asked in (Asked.FIGURE, Asked.DATE) and c is best and c.fits > 0
            return (c.hit.source.authority.rank if rivals else 99, -top[c.hit.source.id], c.hit.source.id, 0 if figure_first else 1, c.unit.span)

        return sorted(chosen, key=place)

    def _whole_article(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The article that was named, in reading order, as far as the length allows."""
        named = candidates[0].hit
        same = [c for c in candidates if c.hit.source.id == named.source.id]
        out: list[Candidate] = []
        used = 0
        for c in sorted(same, key=lambda c: c.unit.span):
            used += count_words(c.text)
            if used > 2 * self.words and out:
                break
            out.append(c)
        return out

    def _whole_list(self, best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
        """All items under the lead-in of the best item."""
        same = [c for c in candidates if c.unit.lead == best.unit.lead and c.hit.source.id == best.hit.source.id]
        out: list[Candidate] = []
        used = 0
        for c in sorted(same, key=lambda c: c.unit.span):
            used += count_words(c.text)
            if used > LIST_WORDS and out:
                break
            out.append(c)
        return out


def _other_figures(query: Query, chosen: Sequence[Candidate], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the unit of another source that answers the same figure question, so that a conflict is seen."""
    best = chosen[0]
    if query.asked is not Asked.FIGURE or len(chosen) == MAX_STATEMENTS:
        return []
    told = {c.hit.source.work or c.hit.source.id for c in chosen}
    return [
        c
        for c in candidates
        if (c.hit.source.work or c.hit.source.id) not in told
        and c.fits == best.fits
        and c.hit.source.language == best.hit.source.language
        and len(c.found & best.found) >= SAME_SUBJECT * len(best.found)
        and c.score >= best.score - RIVAL
    ][:1]


# -- candidates -----------------------------------------------------------------------------------------------------


def _candidates(
    query: Query, hit: Hit, rank: int, text: str, about: str, weighed: Sequence[Weighed], vectors: Vectors | None, question: Vectors | None
) -> list[Candidate]:
    passage = hit.passage
    around = Counter(index_terms(passage.text)) + Counter(index_terms(about))
    cosines = vectors @ question if vectors is not None and question is not None else np.zeros(len(passage.units))
    total = sum(w.idf for w in weighed) or 1.0
    out = []
    near, near_weight = _found(weighed, around)
    lengths = [u.span.end - u.span.start for u in passage.units]
    for place, unit in enumerate(passage.units):
        words = text[unit.span.start : unit.span.end]
        lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
        if words.rstrip().endswith((":", "：")) and len(passage.units) > 1 and query.asked is not Asked.LIST and lengths[place] < 60:
            continue  # a lead-in alone answers nothing
        counts = Counter(index_terms(words))
        if passage.kind is PassageKind.ROW:
            counts += Counter(index_terms(passage.heading.rsplit(" › ", 1)[-1]) + index_terms(lead))
        elif lead:
            counts += Counter(index_terms(lead))
        found, weight = _found(weighed, counts)
        out.append(
            Candidate(
                hit=hit,
                unit=unit,
                text=f"{lead} {words}" if lead else words,
                own=weight / total,
                around=near_weight / total,
                cosine=max(0.0, float(cosines[place])) * (1.0 if query.translation == query.text else TRANSLATED) if place < len(cosines) else 0.0,
                fits=_fits(query, words, lead, unit),
                prior=1.0 / (1.0 + 0.35 * rank),
                found=frozenset(found),
                near=frozenset(near),
                elsewhere=float(hit.source.kind is Kind.POLICY and "-" in hit.source.jurisdiction and not query.places),
                same_language=float(hit.source.language == query.language),
            )
        )
    return out


def _found(weighed: Sequence[Weighed], counts: Mapping[str, int]) -> tuple[list[int], float]:
    """Return which concepts occur, and their weight times how surely they are there."""
    found, weight = [], 0.0
    for place, w in enumerate(weighed):
        sure = 0.0
        for form in w.concept.forms:
            share = sum(t in counts for t in form.terms) / len(form.terms)
            sure = max(sure, form.weight * (1.0 if share == 1 else 0.5 * share))
        if sure >= 0.5:
            found.append(place)
        weight += w.idf * min(1.0, sure * 1.1)
    return found, weight


def _fits(query: Query, words: str, lead: str, unit: Unit) -> float:
    if query.asked is Asked.FIGURE:
        units = [f.unit for f in figures(words) if f.kind is not FactKind.DATE or query.unit == "year"]
        if not units:
            return 0.0
        return 1.0 if not query.unit or query.unit in units else 0.55
    if query.asked is Asked.DATE:
        kinds = [f for f in read_facts(words) if f.kind is FactKind.DATE or f.unit in ("month", "week", "day", "year")]
        return 1.0 if kinds else 0.0
    if query.asked is Asked.LIST:
        marks = sum(words.count(c) for c in "、,，;；")
        return 1.0 if unit.lead or words.rstrip().endswith((":", "：")) else min(1.0, marks / 4)
    if query.asked is Asked.YES_NO:
        return 0.6 if any(f.kind in (FactKind.MODAL, FactKind.NEGATION) for f in read_facts(words)) else 0.0
    if query.asked is Asked.DEFINITION:
        folded = fold(words)
        return 1.0 if any(cue in folded for cue in _DEFINES) else 0.0
    if query.asked is Asked.REASON:
        folded = fold(words)
        return 0.7 if any(cue in folded for cue in _REASONS) else 0.0
    return 0.0


def _same(a: Candidate, b: Candidate) -> bool:
    """Whether two candidates say the same: overlapping spans, or nearly the same words."""
    if a.hit.source.id == b.hit.source.id and a.unit.span.start < b.unit.span.end and b.unit.span.start < a.unit.span.end:
        return True
    x, y = set(index_terms(a.text)), set(index_terms(b.text))
    return len(x & y) > 0.8 * min(len(x), len(y)) and {f.value for f in figures(a.text)} == {f.value for f in figures(b.text)}


# -- setting out ----------------------------------------------------------------------------------------------------


def _piece(query: Query, c: Candidate, text: str) -> Piece:
    words = text[c.unit.span.start : c.unit.span.end]
    lead = text[c.unit.lead.start : c.unit.lead.end] if c.unit.lead else ""
    spans = (c.unit.span,) if c.unit.lead is None else (c.unit.lead, c.unit.span)
    if c.hit.passage.kind is PassageKind.ROW:
        return Piece(_row(words, lead, c.hit.passage.heading), c.hit.passage.id, spans, c)
    if lead:
        return Piece(f"{lead} {words}".strip(), c.hit.passage.id, spans, c)
    return Piece(_headline(query, words) + words, c.hit.passage.id, spans, c)


def _row(words: str, header: str, heading: str) -> str:
    """Set a table row out as ``first cell — header: cell; header: cell``."""
    names, cells = row_cells(header), row_cells(words)
    names = names[len(names) - len(cells) :] if len(cells) < len(names) else names  # a row under a merged first cell
    pairs = [f"{name}: {cell}" for name, cell in zip(names[1:], cells[1:], strict=False) if cell]
    return f"{cells[0]} — " + "; ".join(pairs) if cells else words


def _headline(query: Query, words: str) -> str:
    """Return the figure asked for, to stand before the sentence, where the sentence has just one that fits."""
    if query.asked not in (Asked.FIGURE, Asked.DATE):
        return ""
    fitting = [f for f in figures(words) if (f.kind is FactKind.DATE) == (query.asked is Asked.DATE) and (not query.unit or f.unit == query.unit)]
    if len({(f.value, f.unit) for f in fitting}) != 1 or words.lstrip().startswith(words[fitting[0].span.start : fitting[0].span.end]):
        return ""
    figure = words[fitting[0].span.start : fitting[0].span.end].strip()
    return f"{figure}：" if query.language == "zh" else f"{figure}: "


def _merge_leads(pieces: Sequence[Piece]) -> list[Piece]:
    """Give the lead-in of a list once: later items of the same list stand alone, but still rest on it."""
    out: list[Piece] = []
    for piece in pieces:
        lead = piece.candidate.unit.lead
        before = out[-1].candidate if out else None
        hit = piece.candidate.hit
        same_list = lead and before and before.unit.lead == lead and before.hit.source.id == hit.source.id
        if lead and same_list and hit.passage.kind is not PassageKind.ROW:
            item = piece.text[lead.end - lead.start :].strip()
            piece = Piece(item, piece.passage_id, piece.spans, piece.candidate)
        out.append(piece)
    return out
