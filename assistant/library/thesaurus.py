"""Words of the library that mean nearly what a word of the question means.

The embedder gives a vector to each word that the library uses, once, when it is first taken in. A question's word is then also
searched under its nearest neighbours (firm → company, enterprise; 薪水 → 工资), which only ever are words that some passage really
has. A model that reads no Chinese knows a Chinese word by how the dictionary explains it in English: good enough to say where to
look, and too rough to say that the word is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from assistant.language.glossary import Dictionary
from assistant.language.text import HAN, fold, is_stop_word, plain_words, stem
from assistant.library.embedding import READABLE, Embedder, Vectors
from assistant.library.word_index import WordIndex
from assistant.questions.query import Concept, ConceptKind, Form, Query

NEAR = {"en": 0.55, "zh": 0.65}
"""Least cosine of a neighbour by language; below it, words of one field but of other meaning come in."""
NEIGHBOURS = 6
CERTAINTY = 0.85
"""A neighbour says a concept this much less surely than its cosine."""
_WORD = re.compile(r"[a-z]{3,}")
_HAN_RUN = re.compile(f"[{HAN}]+")
_CHINESE = "企业接收学生实习应当签订协议并支付报酬"
"""What a model that reads Chinese can read."""


class Lexicon:
    """Says which words texts have, and what each means: a text that stands for it, and the vector of that."""

    def __init__(self, dictionary: Dictionary, embedder: Embedder) -> None:
        self._dictionary = dictionary
        self._embedder = embedder

    def words_of(self, texts: Iterable[str]) -> dict[str, str]:
        """Return the words of ``texts``, English ones by stem, each with what is embedded for it; words without a meaning are left out."""
        english: dict[str, str] = {}
        chinese: set[str] = set()
        for text in map(fold, texts):
            for word in _WORD.findall(text):
                english.setdefault(stem(word), word)
            for run in _HAN_RUN.findall(text):
                chinese.update(word for word, _, _ in plain_words(run) if len(word) > 1)
        found = english | {word: self.meaning(word) for word in chinese}
        return {word: meaning for word, meaning in found.items() if meaning and not is_stop_word(word)}

    def meaning(self, word: str) -> str:
        """Return what is embedded for a word as it is written: itself, or its English meanings where the model reads no Chinese."""
        if self._reads_chinese or not _HAN_RUN.search(word):
            return word
        return "; ".join(self._dictionary.meanings(word))

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._embedder.dimension

    def embed(self, meanings: Sequence[str]) -> Vectors:
        """Return the vectors of meanings, shape ``(meanings, dimension)``."""
        return self._embedder.embed(meanings) if meanings else np.zeros((0, self.dimension), np.float32)

    @cached_property
    def _reads_chinese(self) -> bool:
        return self._embedder.reads(_CHINESE) >= READABLE


class _Known(NamedTuple):
    """The words of one language that a library uses."""

    words: Sequence[str]
    vectors: Vectors
    """Shape ``(words, dimension)``."""
    places: Mapping[str, int]
    """Where each word stands in both."""


def _known(words: Sequence[str], vectors: Vectors) -> _Known:
    return _Known(words, vectors, {word: place for place, word in enumerate(words)})


class Thesaurus:
    """Neighbours among the words of one library."""

    def __init__(self, words: WordIndex, lexicon: Lexicon) -> None:
        self._words = words
        self._lexicon = lexicon
        self._loaded: tuple[int, dict[str, _Known]] = (-1, {})

    def widen(self, query: Query) -> Query:
        """Return an English question with its terms also under their neighbours, which count as the words themselves."""
        return self._with_neighbours(query) if query.language == "en" else query

    def seek(self, query: Query) -> Query:
        """Return a Chinese question with its terms also under their neighbours, to find passages by and not to judge them."""
        return self._with_neighbours(query) if query.language == "zh" else query

    def _with_neighbours(self, query: Query) -> Query:
        known = self._vocabulary()[query.language]
        asked = {place: word for place, c in enumerate(query.concepts) if (word := _one_word(c, query.language))}
        if not known.words or not asked:
            return query
        concepts = list(query.concepts)
        vectors = self._vectors_of({p: (word, query.concepts[p].surface) for p, word in asked.items()}, known)
        if vectors:
            cosines = np.stack(list(vectors.values())) @ known.vectors.T
            for place, row in zip(vectors, cosines, strict=True):
                concepts[place] = _widened(concepts[place], known.words, row, NEAR[query.language])
        return replace(query, concepts=tuple(concepts))

    def _vectors_of(self, asked: dict[int, tuple[str, str]], known: _Known) -> dict[int, Vectors]:
        """Return the vectors of words by place, given as indexed and as written; only words that the library does not use are embedded now."""
        out = {place: known.vectors[known.places[word]] for place, (word, _) in asked.items() if word in known.places}
        unknown = {p: meaning for p, (word, surface) in asked.items() if word not in known.places and (meaning := self._lexicon.meaning(surface.lower()))}
        if unknown:
            out |= dict(zip(unknown, self._lexicon.embed(list(unknown.values())), strict=True))
        return out

    def _vocabulary(self) -> dict[str, _Known]:
        """Return the words of each language and their vectors."""
        revision = self._words.revision()
        if self._loaded[0] != revision:
            words, vectors = self._words.vocabulary(self._lexicon.dimension)
            parted: dict[str, list[int]] = {"en": [], "zh": []}
            for place, word in enumerate(words):
                parted["en" if word.isascii() else "zh"].append(place)
            self._loaded = (revision, {language: _known([words[p] for p in places], vectors[places]) for language, places in parted.items()})
        return self._loaded[1]


def _one_word(concept: Concept, language: str) -> str:
    """Return the term of a concept that is one word of ``language`` and no name, or nothing."""
    own = concept.forms[0].terms if concept.forms else ()
    if concept.kind is not ConceptKind.TERM or len(own) != 1:
        return ""
    english = own[0].isascii() and own[0].isalpha()
    return own[0] if english == (language == "en") and (english or (len(own[0]) > 1 and _HAN_RUN.fullmatch(own[0]))) else ""


def _widened(concept: Concept, words: Sequence[str], cosines: Vectors, least: float) -> Concept:
    near_enough = np.flatnonzero(cosines >= least)
    best = near_enough[np.argsort(-cosines[near_enough], kind="stable")][: NEIGHBOURS + 1]
    said = {form.terms for form in concept.forms}
    near = [Form((words[i],), round(CERTAINTY * float(cosines[i]), 3)) for i in best if (words[i],) not in said]
    return replace(concept, forms=(*concept.forms, *near[:NEIGHBOURS]))
