"""The library as one circle of people sees it: sources of other audiences do not exist there.

A view answers every reading question of the registry and the vector store as a library would that never took in the
hidden sources: titles and texts, but also word counts, frequencies, the vocabulary and the revision. What is built on it
(retrieval, thesaurus, refusal, conflicts) can therefore not tell of what it was never shown.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.documents import Audience, Metadata, Passage, PrintedLine, Source
from assistant.errors import SourceNotFound
from assistant.library.embedding import PassageVectors, Vectors
from assistant.library.index import Index
from assistant.library.kept import Kept
from assistant.library.question_index import KnownQuestions
from assistant.library.registry import Coverage, Registry, SourceRow
from assistant.library.vectors import VectorStore
from assistant.library.word_index import WordRow


@dataclass(frozen=True, slots=True)
class _State:
    """What is visible and what the hidden part weighs, at one revision of the whole library."""

    revision: int
    rows: Mapping[str, SourceRow] = field(default_factory=dict)
    hidden_works: frozenset[str] = frozenset()
    passages: int = 0
    mean_length: float = 1.0
    hidden_terms: Mapping[str, int] = field(default_factory=dict)
    """In how many hidden passages each term occurs."""


class RegistryView(Registry):
    """A registry of which only the sources for ``audiences`` can be read; it cannot be written."""

    def __init__(self, whole: Registry, audiences: Set[Audience]) -> None:
        self.path = whole.path
        self.whole = whole
        self.audiences = frozenset(audiences)
        self._state = _State(-1)
        self._loading = threading.Lock()
        self._shown_questions: Kept[KnownQuestions] = Kept()

    def _connect(self) -> sqlite3.Connection:
        return self.whole._connect()

    def _now(self) -> _State:
        revision = self.whole.revision()
        with self._loading:
            if self._state.revision != revision:
                self._state = self._read_state(revision)
            return self._state

    def _read_state(self, revision: int) -> _State:
        rows = self.whole.sources()
        shown = {row.metadata.id: row for row in rows if row.metadata.audience in self.audiences}
        hidden = [row.metadata for row in rows if row.metadata.id not in shown]
        works = {key for m in hidden for key in (m.id, m.work)} - {key for row in shown.values() for key in (row.metadata.id, row.metadata.work)}
        passages, length, terms = self.whole.word_weights(m.id for m in hidden)
        total, mean = self.whole.statistics()
        left = total - passages
        return _State(revision, shown, frozenset(works), left, (total * mean - length) / left if left else 1.0, terms)

    @property
    def hidden_works(self) -> frozenset[str]:
        """The ids and works of hidden sources, save those that a visible source shares."""
        return self._now().hidden_works

    def _strip(self, m: Metadata) -> Metadata:
        """Return metadata without the names of hidden works."""
        works = self._now().hidden_works
        if m.superseded_by not in works and not works.intersection(m.supersedes):
            return m
        return replace(m, superseded_by="" if m.superseded_by in works else m.superseded_by, supersedes=tuple(w for w in m.supersedes if w not in works))

    # -- reading ----------------------------------------------------------------------------------------------

    def revision(self) -> int:
        """Return the number of committed changes to sources for these audiences."""
        return self.whole.revision_for(self.audiences)

    def get(self, key: str) -> str | None:
        return self.whole.get(key)

    def sources(self) -> list[SourceRow]:
        return [row._replace(metadata=self._strip(row.metadata)) for row in self._now().rows.values()]

    def coverage(self) -> dict[str, Coverage]:
        rows = self._now().rows
        return {i: found for i, found in self.whole.coverage().items() if i in rows}

    def source(self, source_id: str) -> Source:
        """Return one source; one that is hidden is as unknown as one that does not exist."""
        if source_id not in self._now().rows:
            raise SourceNotFound(f"{source_id!r}: no source has this id. List them with: assistant sources")
        found = self.whole.source(source_id)
        return replace(found, metadata=self._strip(found.metadata))

    def imprint(self, source_id: str) -> str:
        return self.whole.imprint(source_id) if source_id in self._now().rows else ""

    def sha256(self, source_id: str) -> str | None:
        return self.whole.sha256(source_id) if source_id in self._now().rows else None

    def lines(self, source_id: str, page: int) -> list[PrintedLine]:
        return self.whole.lines(source_id, page) if source_id in self._now().rows else []

    def same_text(self, text: str) -> list[str]:
        return [source_id for source_id in self.whole.same_text(text) if source_id in self._now().rows]

    def originals(self) -> set[str]:
        return {name for source_id in self._now().rows if (name := self.whole.source(source_id).original)}

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        rows = self._now().rows
        return {i: p for i, p in self.whole.passages(ids).items() if p.source_id in rows}

    def owners(self, ids: Iterable[str]) -> dict[str, str]:
        rows = self._now().rows
        return {i: source_id for i, source_id in self.whole.owners(ids).items() if source_id in rows}

    def passages_of(self, source_id: str, article: int | None = None) -> list[Passage]:
        return self.whole.passages_of(source_id, article) if source_id in self._now().rows else []

    def vectors(self, ids: Iterable[str], dimension: int) -> dict[str, PassageVectors]:
        return self.whole.vectors(self.owners(ids), dimension)

    def known_questions(self, dimension: int) -> KnownQuestions:
        return self._shown_questions.at(self.revision(), lambda: self._read_shown(self.whole.known_questions(dimension)))

    def _read_shown(self, known: KnownQuestions) -> KnownQuestions:
        rows = self._now().rows
        shown = [place for place, source_id in enumerate(known.sources) if source_id in rows]
        if len(shown) == len(known.sources):
            return known  # the same arrays, not a copy of tens of megabytes
        return known.of(shown)

    def find_words(self, words: Sequence[str], limit: int, sources: Iterable[str] | None = None) -> list[WordRow]:
        rows = self._now().rows
        return self.whole.find_words(words, limit, rows if sources is None else [i for i in sources if i in rows])

    def word_rows(self, ids: Iterable[str]) -> list[WordRow]:
        return self.whole.word_rows(self.owners(ids))

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        return self.whole.texts(self.owners(ids))

    def document_frequency(self, words: Iterable[str]) -> dict[str, int]:
        hidden = self._now().hidden_terms
        return {word: left for word, n in self.whole.document_frequency(words).items() if (left := n - hidden.get(word, 0)) > 0}

    def statistics(self) -> tuple[int, float]:
        state = self._now()
        return state.passages, state.mean_length

    def vocabulary(self, dimension: int) -> tuple[list[str], Vectors]:
        stems, vectors = self.whole.vocabulary(dimension)
        seen = self.document_frequency(stems)
        kept = [place for place, stem in enumerate(stems) if stem in seen]
        return [stems[place] for place in kept], vectors[kept] if kept else np.zeros((0, dimension), np.float32)


class VectorView:
    """The vectors of the passages that a registry view shows."""

    def __init__(self, store: VectorStore, registry: RegistryView) -> None:
        self._store = store
        self._registry = registry

    def query(self, vector: Vectors, k: int, sources: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """Return up to ``k`` ``(passage id, cosine)`` of visible sources, nearest first."""
        shown = [row.metadata.id for row in self._registry.sources()]
        return self._store.query(vector, k, shown if sources is None else sorted(set(shown).intersection(sources)))

    def cosines(self, vector: Vectors, ids: Sequence[str]) -> dict[str, float]:
        """Return the cosine of each of ``ids`` that is visible and has a vector."""
        return self._store.cosines(vector, sorted(self._registry.owners(ids)))


class IndexView(Index):
    """An index of which only the sources for ``audiences`` can be read; it cannot be written."""

    def __init__(self, whole: Index, audiences: Set[Audience]) -> None:
        self.whole = whole
        self.home = whole.home
        self.embedder = whole.embedder
        self.dictionary = whole.dictionary
        self.lexicon = whole.lexicon
        self.originals = whole.originals
        self.registry: RegistryView = RegistryView(whole.registry, audiences)

    @property
    def vectors(self) -> VectorView:  # type: ignore[override]  # a view of the store can only be asked
        return VectorView(self.whole.vectors, self.registry)

    @property
    def hidden_works(self) -> frozenset[str]:
        return self.registry.hidden_works
