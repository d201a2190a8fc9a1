"""Finding passages: words and meaning gather candidates, one model orders them, filtered by what may answer, in one total order."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.documents import SILENT, Kind, Metadata, Passage
from assistant.library.embedding import PassageVectors, Vectors, nearness
from assistant.library.index import Index
from assistant.library.question_index import KnownQuestions
from assistant.library.thesaurus import Thesaurus
from assistant.library.word_index import WordRow
from assistant.questions.query import Query
from assistant.results import Hit, Scope
from assistant.search.eligibility import Eligibility
from assistant.search.feedback import feedback_scores, gram_shares
from assistant.search.languages import RRF_K, Promise, fuse, shares
from assistant.search.matching import Wanted, Weighed, idf, own_words, weigh
from assistant.search.ranking import Column, Evidence, Signals, Situation, first_signals, second_signals, weights

CANDIDATES, DENSE_CANDIDATES = 150, 80
"""Passages that the words leg and the dense leg propose in each language."""
CROWD = 30
"""Candidates of a language from which on the first one's lead says something; of fewer it says less; set by hand."""
INSTRUMENT, OF_THE_YEAR = 2.0, 1.0
"""Added to the score of the passages of an instrument that the question names (odds of seven to one), or calls by its year."""


class Ranked(NamedTuple):
    """A passage in a words leg: its score, and the share of the question's weight that it covers."""

    passage_id: str
    source_id: str
    score: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of one language for one question, with what is known of each."""

    language: str
    rows: Sequence[WordRow]
    bodies: Sequence[Sequence[str]]
    """The terms of each candidate."""
    evidence: Evidence
    situation: Situation
    ranks: Mapping[str, dict[str, int]]
    """1-based rank in each leg by passage id."""

    def first(self) -> Signals:
        """Return the signals of the first stage."""
        return first_signals(self.evidence)

    def second(self, first: Column) -> Signals:
        """Return the signals of the second stage, given the scores of the first."""
        feedback = feedback_scores(self.bodies, first)
        return second_signals(first, feedback, [r.source_id for r in self.rows], [r.place for r in self.rows])

    def scores(self) -> Column:
        """Return the score of each candidate."""
        fitted = weights()[self.situation]
        scores: Column = self.second(self.first() @ fitted.first) @ fitted.second
        return scores

    def promise(self, scores: Column) -> Promise:
        """Return what these candidates promise, given their scores."""
        nearest = self.evidence.units[:, -1]
        return Promise(
            covered=max((m.coverage for m in self.evidence.matches), default=0.0),
            across=float(np.nan_to_num(nearest).max(initial=0.0)),
            lead=float(scores.max() - np.median(scores)) * min(1.0, len(scores) / CROWD) if len(scores) else 0.0,
            own=float(self.situation.same_language),
        )


class Order(NamedTuple):
    """The candidates of one language, best first."""

    language: str
    ids: Sequence[str]
    promise: Promise
    ranks: Mapping[str, dict[str, int]]
    """1-based rank in each leg by passage id."""


class Retriever:
    """Finds passages of one index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.eligibility = Eligibility(index.registry)
        self._weighed = functools.lru_cache(maxsize=32)(self._weigh)  # search, answering and the refusal ask for the same
        self._seek = functools.lru_cache(maxsize=32)(lambda query, revision: self.thesaurus.seek(query))
        self.thesaurus = Thesaurus(index.registry, index.lexicon)
        self._embed = functools.lru_cache(maxsize=256)(index.embedder.embed_question)  # search and answering ask for the same

    def sources(self) -> dict[str, Metadata]:
        """Return the metadata of all live sources by id."""
        return self.eligibility.sources()

    def eligible(self, query: Query, scope: Scope) -> Mapping[str, Metadata]:
        """Return the sources that may answer ``query`` within ``scope``."""
        return self.eligibility.eligible(query, scope)

    def named(self, query: Query) -> list[Metadata]:
        """Return the sources that the question names by document number or by all the words of a title, longest title first."""
        return self.eligibility.named(query)

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
        """Fuse the orders of the languages by rank, each weighing what it promises."""
        orders = self.orders(query, sources)
        merged = fuse({o.language: o.ids for o in orders}, shares({o.language: o.promise for o in orders}), RRF_K)
        ranks = {i: known for o in orders for i, known in o.ranks.items()}
        return {i: (score, ranks.get(i, {})) for i, (score, _) in merged.items()}

    def orders(self, query: Query, sources: Mapping[str, Metadata]) -> list[Order]:
        """Return the candidates of each language in order, the passages of an instrument that the question names or calls by its year raised."""
        raised = self._raised(query, sources)
        out = []
        for pool in self.pools(query, sources):
            scores = pool.scores() + np.array([raised.get(r.source_id, 0.0) for r in pool.rows])
            scored = zip(scores.tolist(), (r.passage_id for r in pool.rows), strict=True)
            ids = [i for _, i in sorted(scored, key=lambda pair: (-round(pair[0], 9), pair[1]))]
            out.append(Order(pool.language, ids, pool.promise(scores), pool.ranks))
        return out

    def _raised(self, query: Query, sources: Mapping[str, Metadata]) -> dict[str, float]:
        """Return what is added to the scores of the passages of each source that the question names or calls by its year."""
        of_the_year = {i: OF_THE_YEAR for i, m in sources.items() if query.years and m.kind is Kind.POLICY and not m.years.isdisjoint(query.years)}
        return of_the_year | {m.id: INSTRUMENT for m in self.named(query) if m.id in sources}

    def pools(self, query: Query, sources: Mapping[str, Metadata]) -> list[Pool]:
        """Return the candidates in each language of ``sources``."""
        near = [i for i, _ in self.meaning(query, sources)]
        owners = self.index.registry.owners(near)
        named = {m.id for m in self.named(query)}
        out = []
        for language in sorted({m.language for m in sources.values()}):
            spoken = {i for i, m in sources.items() if m.language == language}
            out.append(self._pool(query, language, spoken, [i for i in near if owners.get(i) in spoken], named & spoken))
        return out

    def _pool(self, query: Query, language: str, sources: set[str], near: Sequence[str], named: set[str]) -> Pool:
        """Gather the candidates in one language: what its words find in ``sources``, what is ``near`` by meaning, and the sources ``named``."""
        registry = self.index.registry
        wanted = self.wanted(query, language)
        rows = {r.passage_id: r for r in self._find(wanted, sources)}
        instrument = [p.id for i in sorted(named) for p in registry.passages_of(i) if p.kind not in SILENT][:CANDIDATES]
        rows |= {r.passage_id: r for r in registry.word_rows({*near, *instrument} - rows.keys())}
        kept = sorted(rows.values())
        bodies = [r.body.split() for r in kept]
        matches = [wanted.match(body, r.context) for body, r in zip(bodies, kept, strict=True)]
        by_words = sorted((r for r in zip(matches, kept, strict=True) if r[0].concepts > 0), key=lambda r: (-r[0].concepts, r[1].passage_id))
        legs = {
            "words": [r.passage_id for _, r in by_words],
            "meaning": near,
            "instrument": [r.passage_id for _, r in by_words if r.source_id in named],
        }
        ids = [r.passage_id for r in kept]
        cosines, units = self._cosines(query, ids)
        evidence = Evidence(
            matches=matches,
            weight=wanted.weight,
            concepts_weight=wanted.concepts_weight,
            question_length=len(wanted.own),
            grams=gram_shares(query.text, registry.texts(ids), ids) if language == query.language == "zh" else np.zeros(len(ids)),
            cosines=cosines,
            units=units,
        )
        meaning = bool(len(cosines)) and not np.isnan(cosines).all()
        return Pool(language, kept, bodies, evidence, Situation(language == query.language, meaning), _ranks(legs))

    def _cosines(self, query: Query, ids: Sequence[str]) -> tuple[Column, npt.NDArray[np.float64]]:
        """Return the cosine of each passage, and that of its nearest unit by each model, shape ``(passages, spaces)``; NaN where there is no vector."""
        none = np.full(len(self.index.embedder.spaces), np.nan)
        vector = self.question_vector(query)
        if vector is None:
            return np.full(len(ids), np.nan), np.tile(none, (len(ids), 1))
        kept = self.index.registry.vectors(ids, len(vector))
        cosines = {i: float(v.own @ vector) for i, v in kept.items() if v.own is not None}
        cosines |= self.index.vectors.cosines(vector, [i for i, v in kept.items() if v.own is None])
        near = self._near(vector, kept)
        units = [np.fmax.reduce(near[i]) if i in near else none for i in ids]
        return np.array([cosines.get(i, np.nan) for i in ids]), np.array(units).reshape(len(ids), len(none))

    def nearness(self, query: Query, ids: Iterable[str]) -> dict[str, Vectors]:
        """Return how near a question is to the units of passages and the phrases that ask for them: cosines by id, shape ``(units and phrases, spaces)``."""
        vector = self.question_vector(query)
        return {} if vector is None else self._near(vector, self.index.registry.vectors(ids, len(vector)))

    def _near(self, vector: Vectors, kept: Mapping[str, PassageVectors]) -> dict[str, Vectors]:
        units = {i: v.units for i, v in kept.items() if len(v.units)}
        if not units:
            return {}
        near = nearness(np.concatenate(list(units.values())), vector, self.index.embedder.spaces)
        return dict(zip(units, np.split(near, np.cumsum([len(v) for v in units.values()])[:-1]), strict=True))

    def _direct(self, query: Query, sources: Mapping[str, Metadata]) -> list[str]:
        """Return the passages of the article named, in the instrument named."""
        if not query.article:
            return []
        named = [m for m in self.named(query) if m.id in sources]
        if not named and len({m.work or m.id for m in sources.values() if m.kind is Kind.POLICY}) == 1:
            named = list(sources.values())
        named.sort(key=lambda m: (m.language != query.language, m.id))
        return [p.id for m in named for p in self.index.registry.passages_of(m.id, query.article)]

    # -- legs -------------------------------------------------------------------------------------------------

    def meaning(self, query: Query, sources: Mapping[str, Metadata]) -> list[tuple[str, float]]:
        """Return ``(passage id, cosine)`` of the dense leg: nothing where the embedder cannot read the question."""
        vector = self.question_vector(query)
        if vector is None:
            return []
        wanted = None if len(sources) > 0.7 * len(self.sources()) else sorted(sources)
        return self.index.vectors.query(vector, DENSE_CANDIDATES * len({m.language for m in sources.values()}), wanted)

    def question_vector(self, query: Query) -> Vectors | None:
        """Return the vector of a question, shape ``(dimension,)``; ``None`` where the embedder can read neither it nor its translation."""
        return self._embed(query.text, query.translation)

    def like(self, query: Query, model: str) -> Vectors | None:
        """Return the unit vector by which ``model`` compares a question with others; ``None`` where the library has another, or it cannot read it."""
        vector = self.question_vector(query) if self.index.embedder.of_questions.name == model else None
        if vector is None:
            return None
        part = vector[self.index.embedder.spaces[-1]]
        return part / float(np.linalg.norm(part))

    def asked_before(self, query: Query, passages: Iterable[Passage]) -> dict[str, float]:
        """Return the cosine of the nearest known question that each passage answers, by id; nothing of those of which none is known."""
        known, vector = self.known_questions(), self.like(query, self.index.embedder.of_questions.name)
        return {} if vector is None else known.nearest(vector, passages)

    def known_questions(self) -> KnownQuestions:
        """Return the questions that are known of the library's sources."""
        return self.index.registry.known_questions(self.index.embedder.of_questions.dimension)

    def words(self, query: Query, sources: Mapping[str, Metadata], language: str) -> list[Ranked]:
        """Return the passages in ``language`` that the words leg finds, best first."""
        wanted = self.wanted(query, language)
        rows = self._find(wanted, {i for i, m in sources.items() if m.language == language})
        found = [(wanted.match(r.body.split(), r.context), r) for r in rows]
        ranked = [Ranked(r.passage_id, r.source_id, m.concepts, m.coverage) for m, r in found]
        return sorted(ranked, key=lambda r: (-r.score, r.passage_id))

    def _find(self, wanted: Wanted, sources: set[str]) -> list[WordRow]:
        everything = len(sources) == len(self.sources())
        return self.index.registry.find_words(wanted.words(), CANDIDATES, None if everything else sources)

    def wanted(self, query: Query, language: str) -> Wanted:
        """Return a question, and what else its words are looked for under, ready to be matched with passages in one language."""
        registry = self.index.registry
        total, mean_length = registry.statistics()
        frequency = registry.document_frequency(own_words(query))
        own = {t: idf(total, frequency[t]) for t in own_words(query) if t in frequency}
        return Wanted(self.weigh(self._seek(query, registry.revision()), language), own, mean_length)

    def weigh(self, query: Query, language: str) -> list[Weighed]:
        """Return the concepts of a question, with their forms and document frequency in one language."""
        return self._weighed(query, language, self.index.registry.revision())

    def _weigh(self, query: Query, language: str, revision: int) -> list[Weighed]:
        frequency = self.index.registry.document_frequency(t for c in query.concepts for f in c.forms for t in f.terms)
        return weigh(query, language, self.index.registry.statistics()[0], frequency)


def _ranks(legs: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    for name in sorted(legs):
        for rank, passage_id in enumerate(legs[name], start=1):
            out.setdefault(passage_id, {})[name] = rank
    return out
