"""Finding passages: words and meaning, fused by rank, filtered by what may answer, in one total order.

The words leg is BM25 over concepts instead of words (after Pirkola's structured queries, SIGIR 1998): all forms of a
concept, in both languages, count as one word with one document frequency, so that a Chinese question finds English
text and a word with many translations weighs no more than one with a single translation.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from assistant.language.facts import FactKind, read_facts
from assistant.language.places import applies_in
from assistant.language.text import fold, is_stop_word, plain_words, stem, terms
from assistant.library.embedding import Vectors
from assistant.library.index import READABLE, Index
from assistant.library.registry import WordRow
from assistant.library.thesaurus import Thesaurus
from assistant.questions.query import Concept, Form, Query
from assistant.types import SILENT, Authority, Hit, Kind, Metadata, Scope, Status

K1, B = 1.2, 0.75
"""BM25's usual saturation and length normalisation (Robertson and Zaragoza 2009)."""
PARTIAL = 0.6
"""What a form of several words counts for, times the share found, where only some of them are there."""
CONTEXT_WEIGHT = 0.45
"""What a match in the title or headings counts against one in the words of the passage."""
RRF_K, RRF_K_LANGUAGES = 30, 3
"""Rank constants within a language and between languages (a small one lets each language lead in turn); fitted on dev."""
CANDIDATES = 120
DENSE_CANDIDATES = 100


SHORT_WORD = 0.4
"""Weight of a word of one character: segmentation hides most of its occurrences, so its rarity says little."""
TRUST_IN_MEANING, TRUST_IN_TRANSLATION = 2.0, 0.5
"""Weight of the dense leg beside the words leg, for a question the embedder reads and for a word-by-word translation."""
TRANSLATED_COVERAGE = 1.2
"""Makes coverage by translated words comparable with coverage by the words asked."""


class Ranked(NamedTuple):
    """A passage in a words leg: its score, and the share of the question's weight that it covers."""

    passage_id: str
    source_id: str
    score: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """A concept with its weight in this library: how rare it is."""

    concept: Concept
    idf: float
    there: bool = True
    """Whether any passage has it at all."""


class Retriever:
    """Finds passages of one index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._sources: tuple[int, dict[str, Metadata]] = (-1, {})
        self._weighed = functools.lru_cache(maxsize=32)(self._weigh)  # search, answering and the refusal ask for the same
        self.thesaurus = Thesaurus(index.registry, index.embedder)
        self._embed = functools.lru_cache(maxsize=256)(lambda text: index.embedder.embed([text])[0])  # search and answering ask for the same

    # -- what may answer --------------------------------------------------------------------------------------

    def sources(self) -> dict[str, Metadata]:
        """Return the metadata of all live sources by id, read again only when the library has changed."""
        revision = self.index.registry.revision()
        if self._sources[0] != revision:
            self._sources = (revision, {row.metadata.id: row.metadata for row in self.index.registry.sources()})
        return self._sources[1]

    def eligible(self, query: Query, scope: Scope) -> dict[str, Metadata]:
        """Return the sources that may answer ``query`` within ``scope``.

        Repealed, expired and superseded texts are left out unless the question names them by title, number or year, or
        asks as of a day when they were in force; so are texts of other places than the one asked about, and the versions of
        a work in another language than the question's where there is one in it.
        """
        sources = self.sources()
        as_of = scope.as_of or dt.date.today()
        named = self._named_alone(query)
        superseded = superseded_on(sources.values(), as_of)
        here = [p.code for p in query.places if p.code]
        out = {}
        for source_id, m in sources.items():
            if scope.sources is not None and source_id not in scope.sources:
                continue
            if m.audience not in scope.audiences or (scope.kind and m.kind is not scope.kind) or (scope.status and m.status is not scope.status):
                continue
            past = source_id in superseded or not in_force_on(m, as_of)
            if past and scope.status is None and source_id not in named and not _asks_about_past(query, m):
                continue
            if here and m.kind is Kind.POLICY and source_id not in named and not any(applies_in(m.jurisdiction, p) for p in here):
                continue
            out[source_id] = m
        spoken = {m.work for m in out.values() if m.work and m.language == query.language}
        return {i: m for i, m in out.items() if m.work not in spoken or m.language == query.language}

    def _named_alone(self, query: Query) -> set[str]:
        """Return the ids of named sources whose title no other source shares: a bare title means the text in force."""
        titles = Counter(title for m in self.sources().values() for title in {fold(m.title_zh), fold(m.title_en)} if title)
        works = Counter(m.work for m in self.sources().values())
        return {
            m.id
            for m in self.named(query)
            if document_key(m.document_number) in query.documents
            or all(titles[fold(t)] <= max(1, works[m.work] if m.work else 1) for t in (m.title_zh, m.title_en) if t)
        }

    def named(self, query: Query) -> list[Metadata]:
        """Return the sources that the question names by document number or by all the words of a title, longest title first."""
        found: dict[str, tuple[int, Metadata]] = {}
        words = _words_with_forms(query)
        for m in self.sources().values():
            number = m.document_number and document_key(m.document_number)
            if number and number in query.documents:
                found[m.id] = (99, m)
                continue
            for title in (m.title_zh, m.title_en, *m.aliases):
                size = _names(title, query, words)
                if size and size > found.get(m.id, (0, m))[0]:
                    found[m.id] = (size, m)
        longest = max((size for size, _ in found.values()), default=0)
        return [m for size, m in sorted(found.values(), key=lambda f: (-f[0], f[1].id)) if size == longest]

    # -- search -----------------------------------------------------------------------------------------------

    def search(self, query: Query, scope: Scope, k: int = 10) -> list[Hit]:
        """Return up to ``k`` hits, best first by ``(-score, passage id)``."""
        sources = self.eligible(query, scope)
        fused = self._fused(query, sources)
        for place, passage_id in enumerate(self._direct(query, sources)):
            score, ranks = fused.get(passage_id, (0.0, {}))
            fused[passage_id] = (1.0 - place / 1000 + score, {**ranks, "article": place + 1})
        best = sorted(fused.items(), key=lambda f: (-f[1][0], f[0]))[: 2 * k]
        passages = self.index.registry.passages(i for i, _ in best)
        return [Hit(passages[i], sources[passages[i].source_id], score, ranks) for i, (score, ranks) in best if i in passages][:k]

    def _fused(self, query: Query, sources: Mapping[str, Metadata]) -> dict[str, tuple[float, dict[str, int]]]:
        """Fuse words and meaning within each language of the library, then the languages with each other.

        Scores of different languages cannot be compared, ranks can. A language weighs as much as its best passages cover
        of the question, where a translated word counts for less than the word itself and is made up for.
        """
        named = {m.id for m in self.named(query)} & set(sources)
        meaning = self.meaning(query, sources)
        trust = TRUST_IN_MEANING if self._readable(query) == query.text else TRUST_IN_TRANSLATION
        ranks: dict[str, dict[str, int]] = {}
        order: dict[str, list[str]] = {}
        weights: dict[str, float] = {}
        for language in sorted({m.language for m in sources.values()}):
            words = self.words(query, sources, language)
            legs = {"words": [r.passage_id for r in words], "meaning": [i for i, source_id in meaning if sources[source_id].language == language]}
            if named:
                legs["instrument"] = self._instrument(words, {i for i in named if sources[i].language == language})
            fused = fuse(legs, {"words": 1.0, "meaning": trust, "instrument": 2.0}, RRF_K)
            ranks |= {i: found for i, (_, found) in fused.items()}
            order[language] = [i for i, _ in sorted(fused.items(), key=lambda f: (-f[1][0], f[0]))]
            covered = max((r.coverage for r in words[:10]), default=0.1)
            weights[language] = covered * (1.0 if language == query.language else TRANSLATED_COVERAGE)
        best = max(weights.values(), default=1.0) or 1.0
        merged = fuse(order, {language: weight / best for language, weight in weights.items()}, RRF_K_LANGUAGES)
        return {i: (score, ranks[i]) for i, (score, _) in merged.items()}

    def _instrument(self, words: Sequence[Ranked], named: set[str]) -> list[str]:
        """Return the passages of the instruments named: as the words leg ranks them, the others after them in reading order."""
        ranked = [r.passage_id for r in words if r.source_id in named]
        rest = [p.id for i in sorted(named) for p in self.index.registry.passages_of(i) if p.kind not in SILENT]
        return list(dict.fromkeys([*ranked, *rest[:CANDIDATES]]))

    def _direct(self, query: Query, sources: Mapping[str, Metadata]) -> list[str]:
        """Return the passages of the article named, in the instrument named."""
        if not query.article:
            return []
        named = [m for m in self.named(query) if m.id in sources]
        if not named and len({m.work or m.id for m in sources.values() if m.kind is Kind.POLICY}) == 1:
            named = list(sources.values())
        named.sort(key=lambda m: (m.language != query.language, m.id))
        return [p.id for m in named for p in self.index.registry.passages_of(m.id, query.article)]

    def meaning(self, query: Query, sources: Mapping[str, Metadata]) -> list[tuple[str, str]]:
        """Return ``(passage id, source id)`` of the dense leg: nothing where the embedder cannot read the question."""
        vector = self.question_vector(query)
        if vector is None:
            return []
        wanted = None if len(sources) > 0.7 * len(self.sources()) else sorted(sources)
        found = self.index.vectors.query(vector, DENSE_CANDIDATES, wanted)
        owner = self.index.registry.owners(i for i, _ in found)
        return [(i, owner[i]) for i, _ in found if owner.get(i) in sources]

    def question_vector(self, query: Query) -> Vectors | None:
        """Return the vector of a question, shape ``(dimension,)``; ``None`` where the embedder cannot read it."""
        text = self._readable(query)
        return self._embed(text) if text else None

    def _readable(self, query: Query) -> str:
        """Return the question in a language that the embedder reads: as asked, or its translation."""
        if self.index.embedder.reads(query.text) >= READABLE:
            return query.text
        return query.translation

    def words(self, query: Query, sources: Mapping[str, Metadata], language: str) -> list[Ranked]:
        """Return the passages in ``language`` that the words leg finds, best first."""
        weighed = self.weigh(query, language)
        match = _match_expression(weighed)
        if not match:
            return []
        spoken = [i for i, m in sources.items() if m.language == language]
        rows = self.index.registry.find_words(match, CANDIDATES, spoken)
        _, mean_length = self.index.registry.statistics()
        return sorted(rank_rows(weighed, rows, mean_length), key=lambda r: (-r.score, r.passage_id))

    def weigh(self, query: Query, language: str) -> list[Weighed]:
        """Return the concepts of a question, with their forms and document frequency in one language."""
        return self._weighed(query, language, self.index.registry.revision())

    def _weigh(self, query: Query, language: str, revision: int) -> list[Weighed]:
        frequency = self.index.registry.document_frequency(t for c in query.concepts for f in c.forms for t in f.terms)
        total, _ = self.index.registry.statistics()
        out = []
        for concept in query.concepts:
            forms = tuple(f for f in concept.forms if f.terms and (_language(f) in (language, "")))
            seen = [(f.weight, min(frequency.get(t, 0) for t in f.terms)) for f in forms]
            df = min(total, max((n for _, n in seen), default=0) if seen and seen[0][1] == 0 else (seen[0][1] if seen else 0))
            idf = math.log(1 + (total - df + 0.5) / (df + 0.5))
            out.append(Weighed(replace(concept, forms=forms), idf * (SHORT_WORD if len(concept.surface) == 1 else 1.0), df > 0))
        return out


def _language(form: Form) -> str:
    """Return the language of a form; digits belong to both."""
    if all(t.replace(".", "").isdigit() for t in form.terms):
        return ""
    return "en" if all(t.isascii() for t in form.terms) else "zh"


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


def rank_rows(weighed: Sequence[Weighed], rows: Iterable[WordRow], mean_length: float) -> list[Ranked]:
    """Return the concept BM25 of passages, and the share of the question's weight that each covers, in the order of ``rows``."""
    wanted = {t for w in weighed for f in w.concept.forms for t in f.terms}  # the only words that need counting
    total = sum(w.idf for w in weighed) or 1.0
    out = []
    for row in rows:
        body = row.body.split()
        norm = K1 * (1 - B + B * len(body) / mean_length)
        present = dict.fromkeys(wanted.intersection(row.context.split()), CONTEXT_WEIGHT)
        for term, count in Counter(t for t in body if t in wanted).items():
            present[term] = max(present.get(term, 0.0), count * (K1 + 1) / (count + norm))
        found = [(w.idf, *_presence(w.concept, present)) for w in weighed]
        score = sum(idf * presence for idf, presence, _ in found)
        covered = sum(idf * certainty for idf, _, certainty in found)
        out.append(Ranked(row.passage_id, row.source_id, score, covered / total))
    return out


def _presence(concept: Concept, present: Mapping[str, float]) -> tuple[float, float]:
    """Return the saturated weight of the best form of a concept in a passage, and how surely it is there (0 to 1)."""
    best = sure = 0.0
    for form in concept.forms:
        found = [present[t] for t in form.terms if t in present]
        if found:
            size = len(form.terms)
            share = len(found) / size
            best = max(best, form.weight * sum(found) / size * (1.0 if share == 1 else PARTIAL * share))
            sure = max(sure, form.weight * (1.0 if share == 1 else 0.5 * share))
    return best, sure


def _match_expression(weighed: Sequence[Weighed]) -> str:
    """Return the FTS5 expression that finds candidates: any form of any concept but the commonest, which half the library has."""
    there = [w for w in weighed if w.there]
    rare = [w for w in there if w.idf > 0.7] or there
    words = dict.fromkeys(t for w in rare for f in w.concept.forms for t in f.terms if not is_stop_word(t) or len(f.terms) == 1)
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


# -- force, place and name ------------------------------------------------------------------------------------------


def in_force_on(m: Metadata, day: dt.date) -> bool:
    """Whether a text may be relied on at ``day`` as far as its own metadata says; unknown is not a reason to hide it."""
    if m.effective and day < m.effective and m.status is not Status.UNKNOWN:
        return False
    if m.expires and day > m.expires:
        return False
    if m.status in (Status.REPEALED, Status.EXPIRED):
        return bool(m.expires and day <= m.expires)
    return True


def superseded_on(sources: Iterable[Metadata], day: dt.date) -> set[str]:
    """Return the ids of texts that another text in the library has replaced by ``day``.

    Either metadata says so, or two texts carry the same title for the same place and the later one is in force: that is
    how a library of bare statute texts tells the law of 1996 from that of 2022.
    """
    known = list(sources)
    in_effect = {key for m in known if (m.effective or m.issued or dt.date.min) <= day for key in (m.id, m.work) if key}
    out = {m.id for m in known if m.superseded_by in in_effect}
    replaced = {old for m in known if (m.effective or m.issued or dt.date.min) <= day for old in m.supersedes}
    out |= {m.id for m in known if m.id in replaced or (m.work and m.work in replaced)}
    editions: dict[tuple[str, str, str], list[Metadata]] = {}
    for m in known:
        if m.title_zh and m.authority is not Authority.RESEARCH_PAPER and m.kind is Kind.POLICY:
            editions.setdefault((fold(m.title_zh), m.jurisdiction, m.language), []).append(m)
    for same in editions.values():
        dated = sorted((m for m in same if m.issued and (m.effective or m.issued) <= day), key=lambda m: (m.issued or dt.date.min, m.id))
        out |= {m.id for m in dated[:-1] if m.work != dated[-1].work or not m.work}
    return out


_PAST = re.compile(
    r"\b(?:former|old|previous|repealed|superseded|earlier version|before the (?:revision|amendment)|used to)\b"
    r"|旧法|旧版|旧的|原来的|以前的|已废止|修订前|修订以前|老的",
    re.IGNORECASE,
)


def _asks_about_past(query: Query, m: Metadata) -> bool:
    """Whether the question names the year of an old text: '1996年的职业教育法'."""
    years = {str(day.year) for day in (m.issued, m.effective) if day}
    return bool(years & set(query.years)) or bool(_PAST.search(query.text))


def document_key(number: str) -> str:
    """Return a document number as questions are read: ``财税〔2019〕46号`` → ``2019/46``."""
    return next((f.value for f in read_facts(number) if f.kind is FactKind.DOCUMENT), "")


def _words_with_forms(query: Query) -> set[str]:
    return set(terms(query.text)) | {t for c in query.concepts for f in c.forms if f.weight >= 0.6 for t in f.terms}


_GENERIC = frozenset(
    stem(w)
    for w in "law regulation measure notice opinion plan provision rule china people republic implementation revision trial".split()
) | frozenset(
    "中华人民共和国 法 条例 规定 办法 通知 意见 实施 暂行 方案 关于 的 中华 华人 人民 共和 共和国 人民共和国".split()
)


_KIND_SUFFIX = re.compile("(?:实施条例|实施细则|实施办法|暂行规定|暂行条例|特别规定|条例|办法|规定|细则|法)$")


def _names(title: str, query: Query, words: set[str]) -> int:
    """Return how much of a title the question names, 0 unless all that matters of it is named."""
    short = re.sub(r"\s*[(（][^()（）]*[)）]\s*$", "", fold(title)).removeprefix("中华人民共和国").strip()
    if not short:
        return 0
    if short.isascii():
        needed = [t for t in terms(short) if not is_stop_word(t) and t not in _GENERIC]
        asked = terms(query.text)
        whole = re.search(rf"\b{re.escape(short)}\b", fold(query.text)) is not None
        return 10 * len(terms(short)) if needed and (whole or (all(n in asked for n in needed) and _kind_word(title, query))) else 0
    if len(short) >= 3 and short in fold(query.text):
        return 10 * len(short)
    subject = _KIND_SUFFIX.sub("", short)
    needed = [w for w, _, _ in plain_words(subject) if w not in _GENERIC and not is_stop_word(w)] if subject.isalnum() else []
    law_named = any(w in words for w in ("law", "法", "regul", "条例", "measur", "办法", "provis", "规定"))
    return 5 * len("".join(needed)) if needed and law_named and query.language == "en" and all(n in words or n.rstrip("省市") in words for n in needed) else 0


def _kind_word(title: str, query: Query) -> bool:
    """An English title is named only with its kind: 'the Labour Law', not 'labour'."""
    kinds = {t for t in terms(title) if t in _GENERIC} - {"china", "peopl", "republ", "revis", "trial"}
    return bool(kinds & set(terms(query.text)))
