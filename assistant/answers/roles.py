"""The parts of an assistant that may be exchanged, as protocols: what finds, what drafts and what judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from assistant.answers.answering import Draft
from assistant.answers.candidates import Likeness, Texts
from assistant.answers.rereading import Read
from assistant.documents import Metadata, Passage
from assistant.library.embedding import Vectors
from assistant.library.question_index import KnownQuestions
from assistant.library.thesaurus import Thesaurus
from assistant.questions.query import Query
from assistant.results import Hit, Judgement, Scope
from assistant.search.matching import Weighed


class Finder(Protocol):
    """Finds passages. ``retrieval.Retriever`` is the one that ships."""

    @property
    def thesaurus(self) -> Thesaurus:
        """Widens a question by the library's own words."""

    def search(self, query: Query, scope: Scope, k: int) -> list[Hit]:
        """Return at most ``k`` passages, ordered by ``(-score, passage.id)``."""

    def sources(self) -> Mapping[str, Metadata]:
        """Return the metadata of all live sources, by id."""

    def named(self, query: Query) -> list[Metadata]:
        """Return the sources that the question names."""

    def weigh(self, query: Query, language: str) -> list[Weighed]:
        """Return the question's concepts with their weights in the texts of a language."""

    def nearness(self, query: Query, ids: Iterable[str]) -> Mapping[str, Vectors]:
        """Return how near a question is to the units of passages and the phrases that ask for them: cosines by id, shape ``(units and phrases, spaces)``."""

    def like(self, query: Query, model: str) -> Vectors | None:
        """Return the unit vector by which ``model`` compares a question with others; ``None`` where there is none by that model."""

    def asked_before(self, query: Query, passages: Iterable[Passage]) -> Mapping[str, float]:
        """Return the cosine of the nearest known question that each passage answers, by id, where there is one."""

    def known_questions(self) -> KnownQuestions:
        """Return the questions that are known of the sources."""


class Answerer(Protocol):
    """Drafts an answer from passages. ``answering.ExtractiveAnswerer`` is the one that ships."""

    def answer(
        self,
        query: Query,
        hits: Sequence[Hit],
        texts: Texts,
        likeness: Likeness,
        read: Read,
    ) -> Draft:
        """Return a draft whose pieces rest on spans of the hits' sources."""


class Verifier(Protocol):
    """Judges a sentence. ``verification.verify`` is the one that ships."""

    def __call__(self, sentence: str, evidence: Sequence[str], /) -> Judgement:
        """Return whether the cited words carry the sentence, with the reason."""
