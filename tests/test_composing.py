"""What was found, set out as an answer or as a refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.answers.composing import Finding, compose
from assistant.answers.roles import Verifier
from assistant.answers.sufficiency import Sufficiency
from assistant.documents import Source
from assistant.language.glossary import Dictionary
from assistant.results import Abstention, Answer, Judgement, Reason, Scope, Verdict
from tests.drafts import LAW, Shelf

TEXT = "# Internship Law\n\n## Article 7\n\nAn intern has ten days of leave a year.\n\n## Article 8\n\nA company pays for the insurance of its interns.\n"
DAY = dt.date(2024, 5, 1)


class Texts(Shelf):
    """The shelf as a registry at its seventh revision."""

    def revision(self) -> int:
        return 7


@pytest.fixture
def texts(dictionary: Dictionary) -> Texts:
    return Texts(dictionary, (LAW, TEXT))


def judged(verdict: Verdict) -> Verifier:
    def verifier(sentence: str, evidence: Sequence[str], /) -> Judgement:
        assert all(quote in sentence for quote in evidence[1:])
        return Judgement(verdict, "said so", 1.0)

    return verifier


def found(texts: Texts, reason: Reason | None = None) -> Finding:
    query, draft = texts.draft("How many days of leave does an intern have?")
    hits = tuple(texts.hits)
    return Finding(query, Scope(as_of=DAY), hits, hits, draft, Sufficiency(0.87654, ("leave",) if reason else (), reason))


def test_each_sentence_is_cited_with_the_words_it_was_judged_by(texts: Texts) -> None:
    answer = compose(found(texts), texts, judged(Verdict.SUPPORTED), "f1")
    assert isinstance(answer, Answer)
    assert "ten days of leave" in answer.statements[0].text
    quotes = {citation.n: citation.quote for citation in answer.citations}
    assert all(quotes[n] == TEXT[slice(*next(c.span for c in answer.citations if c.n == n))] for s in answer.statements for n in s.citations)
    assert {n for s in answer.statements for n in s.citations} == quotes.keys()
    assert (answer.as_of, answer.revision, answer.fingerprint, answer.confidence) == (DAY, 7, "f1", 0.877)


def test_an_answer_whose_every_sentence_fails_is_a_refusal(texts: Texts) -> None:
    refusal = compose(found(texts), texts, judged(Verdict.UNSUPPORTED), "f1")
    assert isinstance(refusal, Abstention)
    assert (refusal.reason, refusal.revision, refusal.hits) == (Reason.UNSUPPORTED, 7, tuple(texts.hits))


@pytest.mark.parametrize("reason", list(Reason))
def test_what_is_not_enough_is_a_refusal_that_says_what_is_missing(texts: Texts, reason: Reason) -> None:
    refusal = compose(found(texts, reason), texts, judged(Verdict.SUPPORTED), "f1")
    assert isinstance(refusal, Abstention)
    assert (refusal.reason, refusal.missing, refusal.as_of, refusal.confidence) == (reason, ("leave",), DAY, 0.877)
    assert ("ten days of leave" in refusal.message) is (reason is Reason.FALSE_PREMISE)  # what the text does say


def test_a_text_that_was_replaced_meanwhile_is_not_quoted(texts: Texts, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = found(texts)

    def replaced(source_id: str) -> Source:
        return replace(Shelf.source(texts, source_id), text=TEXT.replace("ten", "two"))

    monkeypatch.setattr(texts, "source", replaced)
    assert compose(finding, texts, judged(Verdict.SUPPORTED), "f1") is None
