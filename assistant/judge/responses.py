"""A whole response held against its context: a verdict on each sentence, and one score for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.documents import Span
from assistant.language.text import sentences
from assistant.results import Judgement, Verdict


@dataclass(frozen=True, slots=True)
class SentenceVerdict:
    """The verdict on one sentence of a response."""

    text: str
    span: Span
    judgement: Judgement

    @property
    def supported(self) -> bool:
        """Whether the context carries the sentence."""
        return self.judgement.verdict is Verdict.SUPPORTED


@dataclass(frozen=True, slots=True)
class Response:
    """What a verifier says of a response."""

    sentences: tuple[SentenceVerdict, ...]
    score: float
    """How sure it is that the response is grounded, from 0 to 1."""
    grounded: bool

    @property
    def unsupported(self) -> tuple[SentenceVerdict, ...]:
        """The sentences that the context does not carry."""
        return tuple(s for s in self.sentences if not s.supported)


class Verifier(Protocol):
    """Says whether words carry a sentence, and a context a response."""

    def verify(self, sentence: str, evidence: Sequence[str], /) -> Judgement:
        """Return the verdict on ``sentence`` from ``evidence`` alone, with a reason and a score in [0, 1]."""

    def respond(self, context: str, response: str, /) -> Response:
        """Return the verdicts on a response and its sentences from ``context`` alone."""


def split(response: str) -> list[tuple[str, Span]]:
    """Return the sentences of a response with their places."""
    return [(response[s.start : s.end], s) for s in sentences(response)]


def weakest(verdicts: Sequence[SentenceVerdict]) -> float:
    """Return the score of the weakest sentence, 1 where there is none: a response of no sentence claims nothing."""
    return min((v.judgement.score for v in verdicts), default=1.0)
