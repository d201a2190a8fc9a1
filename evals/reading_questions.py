"""What the reading network learns from the questions of ``near_misses``: each with the text that it was written for, and with others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from assistant.answers.cross_encoder import Excerpt
from assistant.config import shipped
from assistant.documents import Span
from assistant.errors import AssistantError
from assistant.library.embedding import Vectors
from evals.digests import read_digest
from evals.near_misses import Question

OTHER_LANGUAGE, PHRASE, PHRASE_ACROSS, NEIGHBOUR, PEER = 0.5, 0.5, 0.3, 0.5, 0.4
"""What a pair counts for beside a question with its own text: with the other language version, a phrase of a heading (with its other
version), a text near the question that was not written for it, another section of the work."""
LIKELY = (0.3, 4.0)
"""Least and most that a pair may count for less or more because its question alone gives the answer away, or misleads."""
BEGINNING = 200
"""Characters around which a long text is read that was not found by any of its units."""
_ARTICLE = re.compile(r"^[^\n]{0,4}(第[一二三四五六七八九十百零]+条)[\s　*]", re.MULTILINE)
_ENDS = re.compile(r"^[^\n]{0,4}第[一二三四五六七八九十百零]+[条章节][\s　*]", re.MULTILINE)


class ReadingError(AssistantError):
    """A question names a text that is not there."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a text: 1 if it answers, 0 if not, and what that counts for."""

    question: str
    text: Excerpt
    label: float
    weight: float
    fold: int | None = None
    """Of the work; ``None`` for public sets, which all folds learn from."""


def fold_of(work: str) -> int:
    """Return the fold in which a work is held out."""
    return Question(work, "", "", "", "").fold


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a digest in one language, with the phrases in which people ask for it."""

    work: str
    place: int
    """Among the sections of its work."""
    language: str
    read: Excerpt
    asked: tuple[str, ...]


class Texts:
    """Where questions find their texts.

    Args:
        folder: holds ``laws``, ``seeds`` and ``bench``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def sections(self) -> Sequence[Section]:
        """The sections of all digests that ship, in both languages."""
        return [s for path in sorted(shipped("corpus").glob("*/*.*.md")) for s in _sections(path)]

    def of(self, question: Question) -> list[Excerpt]:
        """Return the text of a question, and behind it the other language version, if there is one.

        Raises:
            ReadingError: it is not there.
        """
        if question.text.startswith("corpus/"):
            return self._versions(question)
        body = self._others[question.text.split("/")[0]](question)
        return [Excerpt(body[0], "", body[1], Span(0, min(BEGINNING, len(body[1]))))]

    def _versions(self, question: Question) -> list[Excerpt]:
        place = next((s.place for s in self._by_work.get(question.work, ()) if s.language == "en" and s.read.heading == question.at), None)
        versions = [s for s in self._by_work.get(question.work, ()) if s.place == place]
        if not versions:
            raise ReadingError(f"{question.text}: has no heading {question.at!r}. Correct the question {question.question!r}.")
        return [s.read for s in sorted(versions, key=lambda s: s.language != question.language)]

    @cached_property
    def _by_work(self) -> Mapping[str, Sequence[Section]]:
        works: dict[str, list[Section]] = {}
        for section in self.sections:
            works.setdefault(section.work, []).append(section)
        return works

    @cached_property
    def _others(self) -> Mapping[str, Callable[[Question], tuple[str, str]]]:
        return {"laws": self._article, "seeds": self._paragraph, "bench": self._passage}

    def _article(self, question: Question) -> tuple[str, str]:
        text = (self.folder / question.text).read_text(encoding="utf-8")
        title = re.search(r"^#+ *(.+)$", text, re.MULTILINE)
        for found in _ARTICLE.finditer(text):
            if found[1] == question.at:
                end = _ENDS.search(text, found.end())
                return title[1] if title else "", " ".join(text[found.start() : end.start() if end else None].split())
        raise ReadingError(f"{question.text}: has no {question.at}. Correct the question {question.question!r}.")

    def _paragraph(self, question: Question) -> tuple[str, str]:
        text = (self.folder / question.text).read_text(encoding="utf-8", errors="replace")
        start = int(question.at)
        end = re.search(r"\n\s*\n", text[start:])
        return "", " ".join(text[start : start + end.start() if end else None].split())

    def _passage(self, question: Question) -> tuple[str, str]:
        title, text = self._passages(question.text)[question.at]
        return title, " ".join(text.split())

    def _passages(self, name: str) -> Mapping[str, tuple[str, str]]:
        if name not in self._read:
            rows = map(json.loads, (self.folder / name).read_text(encoding="utf-8").splitlines())
            self._read[name] = {row["id"]: (row.get("title", ""), row["text"]) for row in rows}
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, Mapping[str, tuple[str, str]]]:
        return {}


def _sections(path: Path) -> Iterator[Section]:
    digest = read_digest(path)
    work, language, _ = path.name.split(".")
    place = 0
    for section in digest.sections:
        if section.asked:
            body = section.text
            yield Section(work, place, language, Excerpt(digest.metadata.title, section.heading, body, Span(0, min(BEGINNING, len(body)))), section.asked)
            place += 1


def question_pairs(questions: Sequence[Question], texts: Texts, embed: Callable[[Sequence[str]], Vectors]) -> Iterator[Pair]:
    """Yield each question with its text in both languages, and with the two nearest other sections where nothing answers it.

    What can be told from the question alone, for people ask for numbers more often where there are none, is weighed out: the rarer
    an outcome is among questions like it, the more a pair counts.
    """
    vectors = embed([q.question for q in questions])
    shares = surprise(vectors, questions)
    sections = texts.sections
    known = embed([f"{s.read.heading} {s.read.passage[:300]}" for s in sections])
    for question, vector, share in zip(questions, vectors, shares, strict=True):
        own = texts.of(question)
        for place, text in enumerate(own):
            yield Pair(question.question, text, float(question.answered), share * (OTHER_LANGUAGE if place else 1.0), fold_of(question.work))
        if not question.text.startswith("corpus/"):
            continue
        near = [sections[i] for i in np.argsort(-(known @ vector))[:6]]
        others = [s for s in near if s.read not in own and (not question.answered or s.work == question.work)]
        for section in others[: 1 if question.answered else 2]:
            yield Pair(question.question, section.read, 0.0, share * NEIGHBOUR, fold_of(question.work))


def surprise(vectors: Vectors, questions: Sequence[Question]) -> list[float]:
    """Return how much rarer each outcome is than a reader of the questions alone would guess, by a regression that did not see the work.

    ``vectors`` are those of the questions, shape ``(questions, dimension)``.
    """
    labels, works = np.array([q.answered for q in questions]), [q.work for q in questions]
    model = LogisticRegression(C=3.0, max_iter=1000)
    guessed = cross_val_predict(model, vectors, labels, cv=GroupKFold(8), groups=works, method="predict_proba")[:, 1]
    share = labels.mean()
    weights: list[float] = np.clip(np.where(labels, share / guessed, (1 - share) / (1 - guessed)), *LIKELY).tolist()
    return weights


def phrase_pairs(texts: Texts, embed: Callable[[Sequence[str]], Vectors]) -> Iterator[Pair]:
    """Yield each phrase of a heading with its section in both languages, and with the two sections of its work that are nearest to it."""
    sections = texts.sections
    known = embed([f"{s.read.heading} {s.read.passage[:300]}" for s in sections])
    places: dict[tuple[str, str], list[int]] = {}
    versions: dict[tuple[str, int], list[int]] = {}
    for i, s in enumerate(sections):
        places.setdefault((s.work, s.language), []).append(i)
        versions.setdefault((s.work, s.place), []).append(i)
    for i, section in enumerate(sections):
        peers = [j for j in places[section.work, section.language] if j != i]
        for phrase, vector in zip(section.asked, embed(section.asked), strict=True):
            fold = fold_of(section.work)
            yield Pair(phrase, section.read, 1.0, PHRASE, fold)
            for j in versions[section.work, section.place]:
                if j != i:
                    yield Pair(phrase, sections[j].read, 1.0, PHRASE_ACROSS, fold)
            for j in sorted(peers, key=lambda j: -float(known[j] @ vector))[:2]:
                yield Pair(phrase, sections[j].read, 0.0, PEER, fold)
