"""Laying a sentence beside the words it cites: which line carries it, which of its words stand there, which do not."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol

from assistant.documents import Span
from assistant.language.facts import Fact, FactKind, read_facts
from assistant.language.text import fold, is_stop_word, language_of, sentences, tokens

_CLAUSE_END = re.compile(
    r"[，,；;：:。？！?!\n]+|(?<![\d,])\.(?=\s)|\s(?=(?:but|while|whereas|if|unless|provided|except|where|when|only if|only when|once|subject to)\b)"
)
_SHORTEST_PREFIX = 5


class Rendering(NamedTuple):
    """A word or phrase of a text, and what else it may be called, in either language: each form as its terms."""

    span: Span
    forms: tuple[tuple[str, ...], ...]


class Translator(Protocol):
    """Knows other names of words: synonyms of the field and translations."""

    def renderings(self, text: str) -> Sequence[Rendering]:
        """Return the words and phrases of ``text`` that it knows."""


class Word(NamedTuple):
    """A content word: its term and place in the line."""

    term: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a line between its commas, with the content words in it."""

    span: Span
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, read once: folded text, content words, clauses and hard facts, with places in the sentence itself."""

    text: str
    folded: str
    words: tuple[Word, ...]
    terms: frozenset[str]
    every: tuple[str, ...]
    """All terms in reading order, stop words included."""
    roots: frozenset[str]
    """The first letters of its longer English terms."""
    clauses: tuple[Clause, ...]
    facts: tuple[Fact, ...]
    language: str

    @property
    def values(self) -> tuple[Fact, ...]:
        """The facts with a value: numbers, dates, ratios, clauses and document numbers."""
        return tuple(f for f in self.facts if f.kind not in (FactKind.MODAL, FactKind.NEGATION))


@functools.lru_cache(maxsize=20_000)
def read_line(text: str) -> Line:
    """Return ``text`` read as one sentence."""
    folded = fold(text)
    every = tuple(tokens(text))
    facts = read_facts(text)
    values = [f.span for f in facts if f.kind not in (FactKind.MODAL, FactKind.NEGATION)]
    words = tuple(Word(*t) for t in every if not is_stop_word(t.term) and not any(v.start <= t.start < v.end for v in values))
    clauses = tuple(Clause(span, frozenset(w.term for w in words if span.start <= w.start < span.end)) for span in clause_spans(folded))
    terms = frozenset(t.term for t in every)
    return Line(text, folded, words, terms, tuple(t.term for t in every), roots_of(terms), clauses, facts, language_of(text))


@functools.lru_cache(maxsize=2_000)
def read_lines(text: str) -> tuple[Line, ...]:
    """Return the sentences of ``text``, read."""
    return tuple(read_line(text[s.start : s.end]) for s in sentences(text))


def clause_spans(folded: str) -> list[Span]:
    """Return the stretches between commas, semicolons and conjunctions that open a condition; a thousands separator ends none."""
    out, begin = [], 0
    for stop in _CLAUSE_END.finditer(folded):
        if stop.group() == "," and folded[stop.start() - 1 : stop.start()].isdigit() and folded[stop.end() : stop.end() + 3].isdigit():
            continue
        if stop.start() > begin:
            out.append(Span(begin, stop.start()))
        begin = stop.end()
    if begin < len(folded):
        out.append(Span(begin, len(folded)))
    return out


class Evidence:
    """The cited words: one text or several, each read into lines. The order in which they are given does not matter."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(sorted({t for t in texts if t.strip()}))
        self.blocks = tuple(read_lines(text) for text in self.texts)
        self.lines = tuple(line for block in self.blocks for line in block)
        self.terms = frozenset().union(*(line.terms for line in self.lines))
        self.folded = "\n".join(fold(text) for text in self.texts)
        counts: dict[str, int] = {}
        for line in set(self.lines):
            for term in line.terms:
                counts[term] = counts.get(term, 0) + 1
        self._counts, self._size = counts, len(set(self.lines))
        self.roots = roots_of(self.terms)

    @functools.cached_property
    def pairs(self) -> frozenset[tuple[str, ...]]:
        """The neighbouring terms of its lines, two by two."""
        return frozenset(pair for line in self.lines for pair in pairwise(line.every))

    @functools.cached_property
    def triples(self) -> frozenset[tuple[str, ...]]:
        """The neighbouring terms of its lines, three by three."""
        return frozenset(t for line in self.lines for t in zip(line.every, line.every[1:], line.every[2:], strict=False))

    @functools.cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The hard facts of all the cited words."""
        return tuple(f for text in self.texts for f in read_facts(text))

    def weight(self, term: str) -> float:
        """Return the inverse document frequency of a term over the lines; a term that no line has weighs most."""
        return math.log((self._size + 1.5) / (self._counts.get(term, 0) + 0.5))


def read_evidence(texts: Sequence[str]) -> Evidence:
    """Return cited words, read; the same words are read once."""
    return _evidence(tuple(sorted({t for t in texts if t.strip()})))


@functools.lru_cache(maxsize=200)
def _evidence(texts: tuple[str, ...]) -> Evidence:
    return Evidence(texts)


def roots_of(terms: frozenset[str]) -> frozenset[str]:
    """Return the first letters of the longer English terms, by which words of one root are looked for."""
    return frozenset(t[:_SHORTEST_PREFIX] for t in terms if len(t) >= _SHORTEST_PREFIX and t.isascii())


def holds(held: Line | Evidence, term: str) -> bool:
    """Return whether a term, or another form of the same English root, stands in a line or in all the evidence."""
    if term in held.terms:
        return True
    return term[:_SHORTEST_PREFIX] in held.roots and any(same_root(term, other) for other in held.terms)


def same_root(one: str, other: str) -> bool:
    """Return whether two English stems share a root: integr and integration, cooper and cooperation.

    They do when they agree in at least five letters that make up two thirds of the longer one.
    """
    if not (one.isascii() and other.isascii()):
        return False
    longer, shared = max(len(one), len(other)), 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= _SHORTEST_PREFIX and shared >= 0.67 * longer


@dataclass(frozen=True, slots=True)
class Alignment:
    """A sentence laid beside its evidence."""

    sentence: Line
    evidence: Evidence
    nearest: Line
    """The line that has most of its words."""
    around: tuple[Line, ...]
    """The nearest line and its neighbours in the same text."""
    renderings: tuple[Rendering, ...]
    found: frozenset[int]
    """Which content words (by place in ``sentence.words``) stand in the evidence, in one form or another."""
    found_near: frozenset[int]
    """Which stand in the nearest line."""

    @property
    def share(self) -> float:
        """The share of the sentence's content words that stand in the evidence; 1 where it has none."""
        return len(self.found) / len(self.sentence.words) if self.sentence.words else 1.0

    @property
    def share_near(self) -> float:
        """The share that stands in the nearest line."""
        return len(self.found_near) / len(self.sentence.words) if self.sentence.words else 1.0

    @property
    def novel(self) -> tuple[Word, ...]:
        """The content words that the evidence lacks."""
        return tuple(w for i, w in enumerate(self.sentence.words) if i not in self.found)

    @property
    def across(self) -> bool:
        """Whether the sentence is in another language than the line nearest to it."""
        return self.sentence.language != self.nearest.language


def align(sentence: str, evidence: Evidence, translator: Translator | None = None) -> Alignment:
    """Return ``sentence`` beside ``evidence``, which must not be empty of lines."""
    line = read_line(sentence)
    renderings = tuple(translator.renderings(sentence)) if translator else ()
    values = {f.value for f in line.values}

    def nearness(other: Line) -> tuple[float, str]:
        held = found_in(line, other, renderings)
        weight = sum(evidence.weight(line.words[i].term) + 0.3 for i in held) + sum(f.value in values for f in other.values)
        return weight / math.sqrt(10 + len(other.words)), other.text

    nearest = max(evidence.lines, key=nearness)
    around = next(block[max(0, i - 1) : i + 2] for block in evidence.blocks for i, other in enumerate(block) if other is nearest or other == nearest)
    everywhere = frozenset().union(*(found_in(line, other, renderings) for other in evidence.lines)) if renderings else frozenset()
    found = everywhere | {i for i, w in enumerate(line.words) if holds(evidence, w.term)}
    return Alignment(line, evidence, nearest, around, renderings, found, found_in(line, nearest, renderings))


def found_in(sentence: Line, other: Line, renderings: Sequence[Rendering]) -> frozenset[int]:
    """Return which content words of ``sentence`` stand in the line ``other``, as they are or by another name."""
    held = {i for i, w in enumerate(sentence.words) if holds(other, w.term)}
    for rendering in renderings:
        inside = [i for i, w in enumerate(sentence.words) if rendering.span.start <= w.start < rendering.span.end]
        if inside and not held.issuperset(inside) and any(other.terms.issuperset(form) for form in rendering.forms):
            held.update(inside)
    return frozenset(held)
