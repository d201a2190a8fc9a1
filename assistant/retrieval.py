"""Finding passages: words and meaning, fused by rank, filtered by what may answer, in one total order.

The words leg is BM25 over concepts instead of words (after Pirkola's structured queries, SIGIR 1998): all forms of a
concept, in both languages, count as one word with one document frequency, so that a Chinese question finds English
text and a word with many translations weighs no more than one with a single translation.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.facts import FactKind, read_facts
from assistant.index import READABLE, Index
from assistant.places import applies_in
from assistant.query import Concept, Query
from assistant.registry import WordRow
from assistant.text import fold, is_stop_word, plain_words, stem, terms
from assistant.types import Authority, Hit, Kind, Metadata, Scope, Status

K1, B = 1.2, 0.75
"""BM25's usual saturation and length normalisation (Robertson and Zaragoza 2009)."""
CONTEXT_WEIGHT = 0.45
"""What a match in the title or headings counts against one in the words of the passage."""
RRF_K = 10
"""Rank constant of reciprocal rank fusion (Cormack et al. 2009 use 60, for longer lists than ours)."""
CANDIDATES = 250
DENSE_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Weighed:
    """A concept with its weight in this library: how rare it is."""

    concept: Concept
    idf: float


class Retriever:
    """Finds passages of one index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._sources: tuple[int, dict[str, Metadata]] = (-1, {})

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
        asks as of a day when they were in force; so are texts of other places than the one asked about.
        """
        sources = self.sources()
        as_of = scope.as_of or dt.date.today()
        named = {s.id for s in self.named(query)}
        superseded = superseded_on(sources.values(), as_of)
        places = [p.code for p in query.places if p.code]
        place = scope.jurisdiction if not places else ""
        out = {}
        for source_id, m in sources.items():
            if m.audience not in scope.audiences or (scope.kind and m.kind is not scope.kind) or (scope.status and m.status is not scope.status):
                continue
            past = source_id in superseded or not in_force_on(m, as_of)
            if past and scope.status is None and source_id not in named and not _asks_about_past(query, m):
                continue
            here = places or ([place] if place else [])
            if here and m.kind is Kind.POLICY and source_id not in named and not any(applies_in(m.jurisdiction, p) for p in here):
                continue
            out[source_id] = m
        return out

    def named(self, query: Query) -> list[Metadata]:
        """Return the sources that the question names by document number or by all the words of a title, longest title first."""
        found: dict[str, tuple[int, Metadata]] = {}
        words = _words_with_forms(query)
        for m in self.sources().values():
            number = m.document_number and document_key(m.document_number)
            if number and number in query.documents:
                found[m.id] = (99, m)
                continue
            for title in (m.title_zh, m.title_en):
                size = _names(title, query, words)
                if size and size > found.get(m.id, (0, m))[0]:
                    found[m.id] = (size, m)
        longest = max((size for size, _ in found.values()), default=0)
        return [m for size, m in sorted(found.values(), key=lambda f: (-f[0], f[1].id)) if size == longest]

    # -- search -----------------------------------------------------------------------------------------------

    def search(self, query: Query, scope: Scope, k: int = 10) -> list[Hit]:
        """Return up to ``k`` hits, best first by ``(-score, passage id)``."""
        sources = self.eligible(query, scope)
        legs = {"words": self.words(query, sources), "meaning": self.meaning(query, sources)}
        weights = {"words": 1.0, "meaning": self._trust_in_meaning(query)}
        fused = fuse({name: [i for i, _ in ranked] for name, ranked in legs.items()}, weights)
        direct = self._direct(query, sources)
        for place, passage_id in enumerate(direct):
            ranks = fused[passage_id][1] if passage_id in fused else {}
            fused[passage_id] = (1.0 - place / 1000 + (fused[passage_id][0] if passage_id in fused else 0.0), {**ranks, "named": place + 1})
        best = sorted(fused.items(), key=lambda f: (-f[1][0], f[0]))[: 3 * k]
        passages = self.index.registry.passages(i for i, _ in best)
        hits = [Hit(passages[i], sources[passages[i].source_id], score, ranks) for i, (score, ranks) in best if i in passages]
        return hits[:k]

    def _direct(self, query: Query, sources: Mapping[str, Metadata]) -> list[str]:
        """Return the passages of the article named, in the instrument named."""
        if not query.article:
            return []
        named = [m for m in self.named(query) if m.id in sources]
        if not named and len({m.work or m.id for m in sources.values() if m.kind is Kind.POLICY}) == 1:
            named = list(sources.values())
        named.sort(key=lambda m: (m.language != query.language, m.id))
        return [p.id for m in named for p in self.index.registry.passages_of(m.id, query.article)]

    def meaning(self, query: Query, sources: Mapping[str, Metadata]) -> list[tuple[str, float]]:
        """Return ``(passage id, cosine)`` of the dense leg: nothing where the embedder cannot read the question."""
        text = self._readable(query)
        if not text:
            return []
        wanted = None if len(sources) > 0.7 * len(self.sources()) else sorted(sources)
        found = self.index.vectors.query(self.index.embedder.embed([text])[0], DENSE_CANDIDATES, wanted)
        live = self.index.registry.passages(i for i, _ in found)
        return [(i, score) for i, score in found if i in live and live[i].source_id in sources]

    def _readable(self, query: Query) -> str:
        """Return the question in a language that the embedder reads: as asked, or its translation."""
        if self.index.embedder.reads(query.text) >= READABLE:
            return query.text
        return query.translation

    def _trust_in_meaning(self, query: Query) -> float:
        """Return the weight of the dense leg: less where it saw only a word-by-word translation."""
        return 0.9 if self._readable(query) == query.text else 0.35

    def words(self, query: Query, sources: Mapping[str, Metadata]) -> list[tuple[str, float]]:
        """Return ``(passage id, score)`` of the words leg, best first."""
        weighed = self.weigh(query)
        match = _match_expression(weighed)
        if not match:
            return []
        rows = self.index.registry.find_words(match, CANDIDATES)
        _, mean_length = self.index.registry.statistics()
        owner = {p.id: p.source_id for p in self.index.registry.passages(r.passage_id for r in rows).values()}
        scored = [(r.passage_id, score_words(weighed, r, mean_length)) for r in rows if owner.get(r.passage_id) in sources]
        return sorted(scored, key=lambda s: (-s[1], s[0]))

    def weigh(self, query: Query) -> list[Weighed]:
        """Return the concepts of a question with their inverse document frequency in this library."""
        frequency = self.index.registry.document_frequency(t for c in query.concepts for f in c.forms for t in f.terms)
        total, _ = self.index.registry.statistics()
        out = []
        for concept in query.concepts:
            seen = sum(min(frequency.get(t, 0) for t in form.terms) for form in concept.forms if form.terms)
            df = min(seen, total)
            out.append(Weighed(concept, math.log(1 + (total - df + 0.5) / (df + 0.5))))
        return out


def fuse(legs: Mapping[str, Sequence[str]], weights: Mapping[str, float]) -> dict[str, tuple[float, dict[str, int]]]:
    """Return score and ranks by passage id: weighted reciprocal rank fusion. The order of the legs does not matter."""
    out: dict[str, tuple[float, dict[str, int]]] = {}
    for name in sorted(legs):
        for rank, passage_id in enumerate(legs[name], start=1):
            score, ranks = out.get(passage_id, (0.0, {}))
            out[passage_id] = (score + weights[name] / (RRF_K + rank), {**ranks, name: rank})
    return out


def score_words(weighed: Iterable[Weighed], row: WordRow, mean_length: float) -> float:
    """Return the concept BM25 of one passage."""
    body = row.body.split()
    counts = Counter(body)
    context = frozenset(row.context.split())
    norm = K1 * (1 - B + B * len(body) / mean_length)
    return sum(w.idf * _presence(w.concept, counts, context, norm) for w in weighed)


def _presence(concept: Concept, counts: Mapping[str, int], context: frozenset[str], norm: float) -> float:
    best = 0.0
    for form in concept.forms:
        found = [max(counts.get(t, 0) * (K1 + 1) / (counts.get(t, 0) + norm), CONTEXT_WEIGHT if t in context else 0.0) for t in form.terms]
        if not found:
            continue
        share = sum(f > 0 for f in found) / len(found)
        best = max(best, form.weight * (sum(found) / len(found)) * (1.0 if share == 1 else 0.6 * share))
    return best


def _match_expression(weighed: Sequence[Weighed]) -> str:
    """Return the FTS5 expression that finds candidates: any form of any concept but the commonest."""
    rare = [w for w in weighed if w.idf > 0.7] or list(weighed)
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


def _asks_about_past(query: Query, m: Metadata) -> bool:
    """Whether the question names the year of an old text: '1996年的职业教育法'."""
    years = {str(day.year) for day in (m.issued, m.effective) if day}
    return bool(years & set(query.years))


def document_key(number: str) -> str:
    """Return a document number as questions are read: ``财税〔2019〕46号`` → ``2019/46``."""
    return next((f.value for f in read_facts(number) if f.kind is FactKind.DOCUMENT), "")


def _words_with_forms(query: Query) -> set[str]:
    return set(terms(query.text)) | {t for c in query.concepts for f in c.forms if f.weight >= 0.6 for t in f.terms}


_GENERIC = frozenset(stem(w) for w in "law regulation measure notice opinion plan provision rule china people republic implementation revision trial".split()) | frozenset(
    "中华人民共和国 法 条例 规定 办法 通知 意见 实施 暂行 方案 关于 的 中华 华人 人民 共和 共和国 人民共和国".split()
)


def _names(title: str, query: Query, words: set[str]) -> int:
    """Return how many characters or words of a title the question names, 0 unless all that matters of it is named."""
    if not title:
        return 0
    short = fold(title).removeprefix("中华人民共和国")
    if len(short) >= 3 and short in fold(query.text):
        return 10 * len(short)
    if any("一" <= c <= "鿿" for c in short):
        needed = [w for w, _, _ in plain_words(short) if w not in _GENERIC and not is_stop_word(w)] if short.isalnum() else []
        law_named = any(w in words for w in ("law", "法", "regul", "条例", "measur", "办法", "provis", "规定"))
        if len(needed) >= 1 and law_named and query.language == "en" and all(n in words for n in needed):
            return len("".join(needed))
        return 0
    needed = [t for t in terms(title.split("(")[0]) if not is_stop_word(t) and t not in _GENERIC]
    return len(needed) if len(needed) >= 1 and all(n in terms(query.text) for n in needed) and _kind_word(title, query) else 0


def _kind_word(title: str, query: Query) -> bool:
    """An English title is named only with its kind: 'the Labour Law', not 'labour'."""
    kinds = {t for t in terms(title) if t in _GENERIC} - {"china", "peopl", "republ", "revis", "trial"}
    return bool(kinds & set(terms(query.text)))
