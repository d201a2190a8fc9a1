"""The units that may answer a question, each with what speaks for it."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.documents import Kind, PassageKind, Source, Unit
from assistant.language.facts import FactKind, figures, read_facts
from assistant.language.text import HAN, fold
from assistant.library.embedding import Vectors
from assistant.library.rows import index_terms
from assistant.questions.asking import Asked
from assistant.questions.query import Query
from assistant.results import Hit
from assistant.search.matching import Weighed

FEATURES = ("alike", "named", "around", "cosine", "across", "fits", "prior", "elsewhere", "phrased", "known")
"""What counts for a candidate, or against it."""
TRANSLATED = 0.3
"""What a cosine counts for where the embedder saw only a word-by-word translation of the question."""
UNKNOWN = 0.42
"""What the bilingual cosine is taken for where a library has no bilingual model: its mean over the best units of 524 development cases."""
UNASKED, FARTHEST = 0.6, 0.3
"""What the cosine of a question to others is taken for where a passage has none that it answers, and at least."""
CHARACTERS = 0.7
"""What all the characters of a Chinese word count for where the word itself is not there (退役 for 退伍 shares one of two)."""
IN_WORDS, OTHER_UNIT = 0.5, 0.55
"""How far a unit fits a question for a figure that bounds it in words or says that there is none, or has figures of other units only."""
IMPRINT_SHARE = 0.5
"""What stands above the body of a text is its imprint if it is at most this share of the text; else it is the text."""
_DEFINES = ("是指", "所称", "指的是", " refers to", " means ", " is defined", "是为", " is a ", " is the ", " are the ")
_REASONS = ("because", "due to", "as a result", "resulting", "so as to", "in order to", "by ", "through", "因", "由于", "通过", "以便", "为了")
_ABOUT_IMPRINT = re.compile(
    r"\bauthors?\b|\bwrote\b|\bwritten\b|\btitle\b|\bissued\b|\badopted\b|\brevised\b|\bamended\b|作者|谁写|题目|标题|通过|公布|发布|修订|修正|颁布",
    re.IGNORECASE,
)
_OF_A_PAPER = re.compile(r"\b(?:paper|study|author)s?\b|论文|[那这]篇|该文|作者|老师", re.IGNORECASE)
_HAN = re.compile(f"[{HAN}]")


@functools.cache
def weights() -> Mapping[str, float]:
    """Return the weight of each of ``FEATURES``: a softmax regression, which ``python -m evals fit-choice`` fits."""
    fitted: dict[str, float] = json.loads(Path(__file__).with_name("choice.json").read_text(encoding="utf-8"))
    return fitted


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may answer, with what speaks for it. All features lie between 0 and 1."""

    hit: Hit
    unit: Unit
    text: str
    alike: float
    """Share of the question's weight in the unit itself, a Chinese word counting in part where the unit has some of its characters."""
    named: float
    """Share of the question's concepts in the unit, each counting alike."""
    around: float
    """Share in the unit, its passage, headings and title."""
    cosine: float
    """How near the unit is to the question by the first model, 0 where that cannot read one of them."""
    across: float
    """The same by the bilingual model, ``UNKNOWN`` where there is none."""
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
    phrased: float
    """How near the question is to the nearest phrase in which people ask for the passage, by the bilingual model; ``UNASKED`` where it has none."""
    known: float
    """The same of the nearest known question that the passage answers."""
    reading: float = 0.0
    """What reading the passage says against it, 0 or less; see ``rereading``."""

    @property
    def score(self) -> float:
        """One number for choosing between units of one question."""
        return float(sum(weight * getattr(self, name) for name, weight in weights().items())) + self.reading


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a question compares with what was found."""

    weighed: Mapping[str, Sequence[Weighed]]
    """The question's concepts by language."""
    nearness: Mapping[str, Vectors]
    """The cosine of each unit of a passage, and of each phrase that asks for it, to the question by each model, by passage id, shape
    ``(units and phrases, spaces)``; NaN where one is not read."""
    known: Mapping[str, float]
    """The cosine of the nearest known question that a passage answers, by passage id, where there is one."""


class Texts(Protocol):
    """Gives the text of a source by id, and what it prints above its body."""

    def source(self, source_id: str) -> Source: ...

    def imprint(self, source_id: str) -> str: ...


def find_candidates(
    query: Query,
    hits: Sequence[Hit],
    texts: Texts,
    likeness: Likeness,
) -> list[Candidate]:
    """Return the units of the hits that may answer, best first by ``(-score, passage id, span)``.

    Args:
        query: the question.
        hits: what retrieval found, best first; only their order counts.
        texts: where the words are.
        likeness: how the question compares with them.
    """
    candidates: list[Candidate] = []
    for rank, hit in enumerate(hits):
        text = texts.source(hit.source.id).text
        imprint = hit.passage.kind is PassageKind.TITLE and len(hit.passage.text) <= IMPRINT_SHARE * len(text)
        if imprint and query.asked is not Asked.DATE and not _ABOUT_IMPRINT.search(query.text):
            continue  # authors and dates of adoption answer only questions about them
        source, passage = hit.source, hit.passage
        by = source.issuing_body if source.kind is Kind.POLICY or _OF_A_PAPER.search(query.text) else ""  # where authors work is no place of rules
        known_as = (source.title_zh, source.title_en, *source.aliases, by, *sorted(source.years))
        about = " ".join((*known_as, texts.imprint(source.id), passage.heading, *passage.asked))
        candidates += _of_hit(query, hit, rank, text, about, likeness)
    return sorted(candidates, key=lambda c: (-c.score, c.hit.passage.id, c.unit.span))


def is_lead(candidate: Candidate) -> bool:
    """Whether a unit only introduces what follows it."""
    return candidate.text.rstrip().endswith((":", "："))


def _of_hit(query: Query, hit: Hit, rank: int, text: str, about: str, likeness: Likeness) -> list[Candidate]:
    passage, weighed, nearness = hit.passage, likeness.weighed[hit.source.language], likeness.nearness.get(hit.passage.id)
    around = Counter(index_terms(passage.text)) + Counter(index_terms(about))
    if nearness is None or len(nearness) != len(passage.units) + len(passage.asked):  # it has none, or another process has just cut it anew
        nearness = np.full((len(passage.units), 1), np.nan)
    near_to, across = np.nan_to_num(nearness[:, 0]), np.nan_to_num(nearness[:, -1], nan=UNKNOWN)
    phrased = float(np.fmax.reduce(nearness[len(passage.units) :, -1], initial=np.nan))
    trust = 1.0 if query.translation == query.text else TRANSLATED
    total = sum(w.idf for w in weighed) or 1.0
    near, near_weight = _found(weighed, around)
    out = []
    for place, unit in enumerate(passage.units):
        words = text[unit.span.start : unit.span.end]
        lead = text[unit.lead.start : unit.lead.end] if unit.lead else ""
        if words.rstrip().endswith((":", "：")) and len(passage.units) > 1 and query.asked is not Asked.LIST and len(words) < 60:
            continue  # a lead-in alone answers nothing
        counts = Counter(index_terms(words))
        if passage.kind is PassageKind.ROW:
            counts += Counter(index_terms(passage.heading.rsplit(" › ", 1)[-1]) + index_terms(lead))
        elif lead:
            counts += Counter(index_terms(lead))
        found, _ = _found(weighed, counts)
        shown = f"{lead} {words}" if lead else words
        out.append(
            Candidate(
                hit=hit,
                unit=unit,
                text=shown,
                alike=sum(w.idf * (1.0 if i in found else resemblance(w.concept.surface, shown)) for i, w in enumerate(weighed)) / total,
                named=len(found) / max(1, len(weighed)),
                around=near_weight / total,
                cosine=max(0.0, float(near_to[place])) * trust,
                across=max(0.0, float(across[place])),
                fits=_fits(query, words, lead, unit),
                prior=1.0 / (1.0 + 0.35 * rank),
                found=frozenset(found),
                near=frozenset(near),
                elsewhere=float(hit.source.kind is Kind.POLICY and "-" in hit.source.jurisdiction and not query.places),
                same_language=float(hit.source.language == query.language),
                phrased=_asked_like(phrased),
                known=_asked_like(likeness.known.get(passage.id, np.nan)),
            )
        )
    return out


def _asked_like(cosine: float) -> float:
    return UNASKED if np.isnan(cosine) else max(cosine, FARTHEST)


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


def resemblance(word: str, text: str) -> float:
    """Return the share of a Chinese word's characters that a text has, times ``CHARACTERS``: synonyms often share one."""
    own = _characters(word)
    return CHARACTERS * len(own & _characters(text)) / len(own) if own else 0.0


@functools.lru_cache(maxsize=4096)
def _characters(text: str) -> frozenset[str]:
    return frozenset(_HAN.findall(fold(text)))


_SAYS_NONE = re.compile(
    r"\b(?:gives?|states?|sets?|names?|prints?|lays? down|contains?) no (?:\w+ )?"
    r"(?:figure|percentage|rate|share|amount|date|number|ratio|limit|deadline|fine|penalty)s?\b"
    r"|没有(?:给出|规定|写明|列出|载明|明确|设定)|未(?:给出|规定|写明|载明|明确)(?:具体)?",
    re.IGNORECASE,
)
LEAST = re.compile(
    r"不得?(?:低于|少于)|至少|\b(?:not|no) (?:be )?(?:less|lower|fewer|below)\b|\bat least\b",
    re.IGNORECASE,
)
MOST = re.compile(
    r"不得?(?:高于|超过|多于)|至多|最多|\b(?:not|no) (?:be )?(?:more|higher|greater|above)\b|\bnot exceed\b|\bat most\b",
    re.IGNORECASE,
)
"""Words that bound a figure from below, and from above."""


def _fits(query: Query, words: str, lead: str, unit: Unit) -> float:
    if query.asked in (Asked.FIGURE, Asked.DATE) and _SAYS_NONE.search(words):
        return IN_WORDS  # that a text gives no figure is an answer to a question for it, if no text gives one
    if query.asked is Asked.FIGURE:
        units = [f.unit for f in figures(words) if f.kind is not FactKind.DATE or query.unit == "year"]
        if not units:
            return IN_WORDS if LEAST.search(words) or MOST.search(words) else 0.0  # not below the local minimum wage
        return 1.0 if not query.unit or query.unit in units else OTHER_UNIT
    if query.asked is Asked.DATE:
        kinds = [f for f in read_facts(words) if f.kind is FactKind.DATE or f.unit in ("month", "week", "day", "year")]
        return 1.0 if kinds else 0.0
    if query.asked is Asked.LIST:
        marks = sum(words.count(c) for c in "、,，;；")
        return 1.0 if unit.lead or words.rstrip().endswith((":", "：")) else min(1.0, marks / 4)
    if query.asked is Asked.YES_NO:
        return 0.6 if any(f.kind in (FactKind.MODAL, FactKind.NEGATION) for f in read_facts(words)) else 0.0
    if query.asked is Asked.DEFINITION:
        return 1.0 if any(cue in fold(words) for cue in _DEFINES) else 0.0
    if query.asked is Asked.REASON:
        return 0.7 if any(cue in fold(words) for cue in _REASONS) else 0.0
    return 0.0
