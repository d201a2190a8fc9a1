"""What a question may be answered from, and what comes of it: hits, and an answer or an abstention, with all that it takes to check them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.documents import Audience, Authority, Kind, Metadata, Passage, Span, Standing, Status
from assistant.exchange import Notice, Usage, Withheld


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may be answered from. Empty fields do not filter."""

    as_of: dt.date | None = None
    jurisdiction: str = ""
    audiences: frozenset[Audience] = frozenset(Audience)
    kind: Kind | None = None
    status: Status | None = None
    sources: frozenset[str] | None = None
    """The ids of the sources that may answer; ``None`` for all. The empty set answers nothing."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. Hits are ordered by ``(-score, passage.id)``."""

    passage: Passage
    source: Metadata
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)
    """The 1-based rank in each leg that found it, by leg name."""


class Verdict(StrEnum):
    """What verification says of a sentence."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason and a score in [0, 1], 1 being certain support."""

    verdict: Verdict
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words that carry a statement, resolved when the source was taken in."""

    n: int
    passage_id: str
    source_id: str
    title: str
    document_number: str
    authority: Authority
    status: Status
    jurisdiction: str
    standing: Standing
    label: str
    """One line on how far this text binds, in the answer's language."""
    note: str
    """What is uncertain about the source, from its metadata."""
    locator: str
    page: int
    """The page, from 1; a text without pages is one page."""
    quote: str
    span: Span


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer and the numbers of the citations that carry it."""

    text: str
    verdict: Verdict
    reason: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two live sources that give different values, and the rule that decides, if one does."""

    subject: str
    citations: tuple[int, ...]
    values: tuple[str, ...]
    rule: str


class Reason(StrEnum):
    """Why the assistant declined."""

    NOTHING_FOUND = "nothing_found"
    EVIDENCE_TOO_WEAK = "evidence_too_weak"
    UNSUPPORTED = "unsupported"
    OUT_OF_SCOPE = "out_of_scope"
    FALSE_PREMISE = "false_premise"


EXTRACTIVE = "extractive"
"""Who answered, where no chat model did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Verified statements in reading order, with everything needed to check and to reproduce them."""

    question: str
    language: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...]
    hits: tuple[Hit, ...]
    as_of: dt.date
    revision: int
    fingerprint: str
    notes: tuple[str, ...] = ()
    """Cautions about the answer as a whole, such as that only a paper's proposal was found."""
    confidence: float = 1.0
    """How likely the evidence answers the question, from 0 to 1."""
    condensed: str = ""
    """The full question that a follow-up was taken for; empty where it was asked in full."""
    answered_by: str = EXTRACTIVE
    """``extractive``, or the chat model whose sentences these are."""
    withheld: tuple[Withheld, ...] = ()
    """Sentences that the model wrote and that did not hold."""
    notices: tuple[Notice, ...] = ()
    """What went wrong while the model was asked."""
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Abstention:
    """A refusal: why, what is missing, and the nearest passages."""

    question: str
    language: str
    reason: Reason
    missing: tuple[str, ...]
    message: str
    hits: tuple[Hit, ...]
    as_of: dt.date
    revision: int
    fingerprint: str
    confidence: float = 0.0
    """How likely the evidence answers the question all the same, from 0 to 1."""
    condensed: str = ""
    notices: tuple[Notice, ...] = ()
    usage: Usage | None = None
