"""How well the words of a question match a passage: BM25 over words and over concepts, coverage, neighbouring words.

The concepts leg is BM25 over concepts instead of words (after Pirkola's structured queries, SIGIR 1998): all forms of a
concept, in both languages, count as one word with one document frequency, so that a Chinese question finds English
text and a word with many translations weighs no more than one with a single translation.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul
from typing import NamedTuple

from assistant.language.text import is_stop_word, terms
from assistant.questions.query import Concept, Form, Query

K1, B = 1.2, 0.75
"""BM25's usual saturation and length normalisation (Robertson and Zaragoza 2009)."""
PARTIAL = 0.6
"""What a form of several words counts for, times the share found, where only some of them are there."""
CONTEXT_WEIGHT = 0.45
"""What a match in the title or headings counts against one in the words of the passage."""
SHORT_WORD = 0.4
"""Weight of a word of one character: segmentation hides most of its occurrences, so its rarity says little."""
NEAR = 4
"""Terms within which two neighbouring words of a question still stand together in a passage."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A concept with its weight in this library: how rare it is."""

    concept: Concept
    idf: float
    there: bool = True
    """Whether any passage has it at all."""


class Match(NamedTuple):
    """How the words of a question match one passage. All but ``concepts`` and ``words`` are shares of the question's weight, 0 to 1."""

    concepts: float
    """BM25 over concepts."""
    words: float
    """BM25 over the question's own words."""
    coverage: float
    """Share of the concepts that the passage has in some form."""
    pairs: float
    """Share of the neighbouring words of the question that stand together in the passage too."""
    context: float
    """Share of the words that stand in its title or headings."""
    length: int
    """Terms of the passage."""


class Wanted:
    """A question's words and concepts, ready to be matched with passages of one language.

    Args:
        weighed: the concepts with their forms in that language.
        own: the question's own words in reading order with their inverse document frequency.
        mean_length: terms of a passage of the library, on average.
    """

    def __init__(self, weighed: Sequence[Weighed], own: Mapping[str, float], mean_length: float) -> None:
        self.weighed = weighed
        self.own = own
        self.weight = sum(own.values()) or 1.0
        self._idfs = [w.idf for w in weighed]
        self.concepts_weight = sum(w.idf for w in weighed) or 1.0
        self._mean_length = mean_length
        self._alone: dict[str, list[tuple[int, float]]] = defaultdict(list)  # forms of one word: concept and certainty
        self._several: list[tuple[int, Form]] = []
        self._among: dict[str, list[int]] = defaultdict(list)  # those of several words, as numbers in the list above
        for place, w in enumerate(weighed):
            for form in w.concept.forms:
                if len(form.terms) == 1:
                    self._alone[form.terms[0]].append((place, form.weight))
                    continue
                for term in form.terms:
                    self._among[term].append(len(self._several))
                self._several.append((place, form))
        self._terms = frozenset(self._alone.keys() | self._among.keys() | own.keys())
        order = list(own)
        self._pairs = {(a, b): min(own[a], own[b]) for a, b in itertools.pairwise(order)}
        self._pair_weight = sum(self._pairs.values()) or 1.0

    def match(self, body: Sequence[str], context: str) -> Match:
        """Return how the question's words match a passage: its terms in order, and those of its title and headings."""
        norm = K1 * (1 - B + B * len(body) / self._mean_length)
        headed = self._terms.intersection(context.split())
        places = [(place, term) for place, term in enumerate(body) if term in self._terms]
        counts: dict[str, int] = {}
        for _, term in places:
            counts[term] = counts.get(term, 0) + 1
        saturated = {term: count * (K1 + 1) / (count + norm) for term, count in counts.items()}
        present = dict.fromkeys(headed, CONTEXT_WEIGHT)
        for term, weight in saturated.items():
            present[term] = max(weight, present.get(term, 0.0))
        best, sure = self._presence(present)
        return Match(
            concepts=sum(map(mul, self._idfs, best)),
            words=sum(idf * saturated[term] for term, idf in self.own.items() if term in saturated),
            coverage=sum(map(mul, self._idfs, sure)) / self.concepts_weight,
            pairs=self._together(places) if len(places) > 1 else 0.0,
            context=sum(idf for term, idf in self.own.items() if term in headed) / self.weight if headed else 0.0,
            length=len(body),
        )

    def _presence(self, present: Mapping[str, float]) -> tuple[list[float], list[float]]:
        """Return for each concept the saturated weight of its best form in a passage, and how surely it is there (0 to 1)."""
        best, sure = [0.0] * len(self.weighed), [0.0] * len(self.weighed)
        several: set[int] = set()
        for term, weight in present.items():
            for place, certainty in self._alone.get(term, ()):
                best[place] = max(best[place], certainty * weight)
                sure[place] = max(sure[place], certainty)
            several.update(self._among.get(term, ()))
        for place, form in map(self._several.__getitem__, several):
            found = [present[t] for t in form.terms if t in present]
            share = len(found) / len(form.terms)
            best[place] = max(best[place], form.weight * sum(found) / len(form.terms) * (1.0 if share == 1 else PARTIAL * share))
            sure[place] = max(sure[place], form.weight * (1.0 if share == 1 else 0.5 * share))
        return best, sure

    def _together(self, places: Sequence[tuple[int, str]]) -> float:
        seen = set()
        for i, (place, term) in enumerate(places):
            for other, follower in places[i + 1 : i + NEAR]:
                if other - place >= NEAR:
                    break
                seen.add((term, follower))
        return sum(weight for pair, weight in self._pairs.items() if pair in seen) / self._pair_weight

    def words(self) -> list[str]:
        """Return the words that find candidates: those of any form of any concept but the commonest, which half the library has."""
        there = [w for w in self.weighed if w.there]
        rare = [w for w in there if w.idf > 0.7] or there
        words = dict.fromkeys(t for w in rare for f in w.concept.forms for t in f.terms if not is_stop_word(t) or len(f.terms) == 1)
        return list(words | dict.fromkeys(t for t, idf in self.own.items() if idf > 0.7))


def idf(total: int, frequency: int) -> float:
    """Return BM25's inverse document frequency in the form that is never negative."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def own_words(query: Query) -> list[str]:
    """Return the words of a question that say something, each once, in reading order."""
    return list(dict.fromkeys(t for t in terms(query.text) if not is_stop_word(t)))


def weigh(query: Query, language: str, total: int, frequency: Mapping[str, int]) -> list[Weighed]:
    """Return the concepts of a question with their forms in one language, weighed by how many of ``total`` passages have them."""
    out = []
    for concept in query.concepts:
        forms = tuple(f for f in concept.forms if f.terms and (_language(f) in (language, "")))
        seen = [min(frequency.get(t, 0) for t in f.terms) for f in forms]
        df = min(total, (seen[0] or max(seen)) if seen else 0)
        short = SHORT_WORD if len(concept.surface) == 1 else 1.0
        out.append(Weighed(replace(concept, forms=forms), idf(total, df) * short, df > 0))
    return out


def _language(form: Form) -> str:
    """Return the language of a form; digits belong to both."""
    if all(t.replace(".", "").isdigit() for t in form.terms):
        return ""
    return "en" if all(t.isascii() for t in form.terms) else "zh"
