"""Words of the library that mean nearly what a word of the question means.

The embedder gives a vector to each English word that the library uses, once, when it is first taken in. A question's
word is then also searched under its nearest neighbours (firm → company, enterprise), which only ever are words that
some passage really has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from assistant.language.text import is_stop_word, stem
from assistant.library.embedding import Embedder, Vectors
from assistant.library.registry import Registry
from assistant.questions.query import Concept, ConceptKind, Form, Query

NEAR = 0.55
"""Least cosine of a neighbour; below it, words of one field but of other meaning come in."""
NEIGHBOURS = 6
CERTAINTY = 0.85
"""A neighbour says a concept this much less surely than its cosine."""
_WORD = re.compile(r"[a-z]{3,}")


def words_of(texts: Iterable[str]) -> dict[str, str]:
    """Return the English words of ``texts`` by stem, each as first written."""
    out: dict[str, str] = {}
    for text in texts:
        for word in _WORD.findall(text.lower()):
            out.setdefault(stem(word), word)
    return {key: word for key, word in out.items() if not is_stop_word(key)}


class Thesaurus:
    """Neighbours among the words of one library."""

    def __init__(self, registry: Registry, embedder: Embedder) -> None:
        self._registry = registry
        self._embedder = embedder
        self._loaded: tuple[int, list[str], Vectors] = (-1, [], np.zeros((0, 1), np.float32))

    def widen(self, query: Query) -> Query:
        """Return the question with its English terms also under their neighbours."""
        places = [i for i, c in enumerate(query.concepts) if _single_english(c)]
        if not places or query.language != "en":
            return query
        stems, vectors = self._vocabulary()
        if not stems:
            return query
        concepts = list(query.concepts)
        asked = self._vectors_of([concepts[i] for i in places], stems, vectors)
        for place, row in zip(places, asked @ vectors.T, strict=True):
            concepts[place] = _widened(concepts[place], stems, row)
        return replace(query, concepts=tuple(concepts))

    def _vectors_of(self, concepts: Sequence[Concept], stems: Sequence[str], vectors: Vectors) -> Vectors:
        """Return the vectors of the concepts' words; only words that the library does not use are embedded now."""
        places = {stem: place for place, stem in enumerate(stems)}
        unknown = [c.surface.lower() for c in concepts if c.forms[0].terms[0] not in places]
        fresh = iter(self._embedder.embed(unknown)) if unknown else iter(())
        return np.stack([vectors[places[c.forms[0].terms[0]]] if c.forms[0].terms[0] in places else next(fresh) for c in concepts])

    def _vocabulary(self) -> tuple[Sequence[str], Vectors]:
        revision = self._registry.revision()
        if self._loaded[0] != revision:
            self._loaded = (revision, *self._registry.vocabulary(self._embedder.dimension))
        return self._loaded[1:]


def _single_english(concept: Concept) -> bool:
    own = concept.forms[0].terms if concept.forms else ()
    return concept.kind is ConceptKind.TERM and len(own) == 1 and own[0].isascii() and own[0].isalpha()


def _widened(concept: Concept, stems: Sequence[str], cosines: Vectors) -> Concept:
    best = np.argsort(-cosines, kind="stable")[: NEIGHBOURS + 1]
    own = concept.forms[0].terms[0]
    near = [Form((stems[i],), round(CERTAINTY * float(cosines[i]), 3)) for i in best if cosines[i] >= NEAR and stems[i] != own]
    return replace(concept, forms=(*concept.forms, *near[:NEIGHBOURS]))
