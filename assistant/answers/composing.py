"""Setting out what was found as an answer, each sentence verified and cited, or as a refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answers.answering import Draft
from assistant.answers.candidates import Texts
from assistant.answers.citing import Citations, citation_of
from assistant.answers.conflicts import find_conflicts
from assistant.answers.labels import abstention_message, notes_for, standing_frame
from assistant.answers.roles import Verifier
from assistant.answers.sufficiency import Sufficiency
from assistant.questions.query import Query
from assistant.results import Abstention, Answer, Citation, Hit, Reason, Scope, Statement, Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """What the library has for a question, before anything is shown."""

    query: Query
    scope: Scope
    hits: tuple[Hit, ...]
    answering: tuple[Hit, ...]
    """The hits that may answer: where the question names an instrument, only that instrument's."""
    draft: Draft
    sufficiency: Sufficiency

    @property
    def answers(self) -> bool:
        """Whether the library answers the question."""
        return self.sufficiency.reason is None


class Edition(Texts, Protocol):
    """The texts of a library as they are now, and the number of the changes that made them so."""

    def revision(self) -> int: ...


def compose(finding: Finding, texts: Edition, verifier: Verifier, fingerprint: str) -> Answer | Abstention | None:
    """Return the answer that quotes what was found, or the refusal; ``None`` where a text was replaced since it was found.

    Args:
        texts: where the words of the sources are, as they are now.
        verifier: judges each sentence against the words it cites; those that it does not support are left out.
        fingerprint: names what answers.
    """
    if finding.sufficiency.reason is not None:
        return _refusal(finding, finding.sufficiency.reason, texts.revision(), fingerprint)
    query, citations = finding.query, Citations()
    statements: list[Statement] = []
    for piece in finding.draft.pieces:
        hit = piece.candidate.hit
        source = texts.source(hit.source.id)
        if source.text[hit.passage.span.start : hit.passage.span.end] != hit.passage.text:
            return None
        quotes = [source.text[s.start : s.end] for s in piece.spans]
        judgement = verifier(piece.text, [" ".join(quotes), *quotes])
        if judgement.verdict is not Verdict.SUPPORTED:
            continue
        numbers = citations.numbers(citation_of(hit, span, source, query.language) for span in piece.spans)
        statements.append(Statement(standing_frame(query, hit) + piece.text, judgement.verdict, judgement.reason, numbers))
    if not statements:
        return _refusal(finding, Reason.UNSUPPORTED, texts.revision(), fingerprint)
    return _answer(finding, statements, citations.all, texts.revision(), fingerprint)


def _answer(finding: Finding, statements: Sequence[Statement], citations: Sequence[Citation], revision: int, fingerprint: str) -> Answer:
    query = finding.query
    return Answer(
        question=query.text,
        language=query.language,
        statements=tuple(statements),
        citations=tuple(citations),
        conflicts=tuple(find_conflicts(query, finding.draft, citations)),
        hits=finding.hits,
        as_of=finding.scope.as_of or dt.date.today(),
        revision=revision,
        fingerprint=fingerprint,
        notes=tuple(notes_for(query, citations)),
        confidence=round(finding.sufficiency.confidence, 3),
    )


def _refusal(finding: Finding, reason: Reason, revision: int, fingerprint: str) -> Abstention:
    query, missing, draft = finding.query, finding.sufficiency.missing, finding.draft
    nearest = draft.candidates[0] if draft.candidates and reason is Reason.FALSE_PREMISE else None
    return Abstention(
        question=query.text,
        language=query.language,
        reason=reason,
        missing=missing,
        message=abstention_message(reason, missing, query.language, nearest.hit if nearest else None, nearest.text if nearest else ""),
        hits=finding.hits,
        as_of=finding.scope.as_of or dt.date.today(),
        revision=revision,
        fingerprint=fingerprint,
        confidence=round(finding.sufficiency.confidence, 3),
    )
