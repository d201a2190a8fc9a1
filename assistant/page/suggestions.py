"""Questions to ask next, or instead, of which it is known that the library answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.documents import Authority
from assistant.exchange import Turn
from assistant.page.ask_words import ask_words
from assistant.pipeline import Assistant
from assistant.results import Abstention, Answer, Scope

_MOST = 3
_TRIED = 5
"""Passages near a question without an answer, of which a question is tried."""
_UNFILTERED = Scope()


def follow_ups(library: Assistant, answer: Answer, scope: Scope, offered: Sequence[str]) -> list[str]:
    """Return those of ``offered``, which lean on the answer, that the library answers with other words than the answer quotes."""
    sources = tuple(dict.fromkeys(c.source_id for c in answer.citations))
    turn = Turn(answer.condensed or answer.question, " ".join(s.text for s in answer.statements), sources)
    known = {(c.source_id, c.span) for c in answer.citations}
    out = []
    for question in offered:
        full = library.condenser.condense(question, [turn], library.known(sources)) if library.condenser.leans(question) else question
        finding = library.find(full, scope)
        first = next(iter(finding.draft.pieces), None)
        if finding.answers and first and first.candidate.hit.source.id in sources and (first.candidate.hit.source.id, first.spans[0]) not in known:
            out.append(question)
    return out[:_MOST]


def better_questions(library: Assistant, refusal: Abstention, scope: Scope) -> list[str]:
    """Return questions after what the nearest passages do say, each of which the library answers."""
    return list(_answered(library, refusal, scope))[:_MOST]


def _answered(library: Assistant, refusal: Abstention, scope: Scope) -> Iterator[str]:
    seen = set()
    for hit in refusal.hits[:_TRIED]:
        title, locator = (hit.source.title_zh if refusal.language == "zh" else hit.source.title_en) or hit.source.title, hit.passage.locator
        says = "讲了什么" if hit.source.authority is Authority.RESEARCH_PAPER else "是怎么规定的"
        question = f"《{title}》{locator}{says}？" if refusal.language == "zh" else f"What does {locator} of the {title} say?"
        if locator and question not in seen:
            seen.add(question)
            if library.find(question, scope).answers:
                yield question


def answers_unfiltered(library: Assistant, question: str, scope: Scope) -> bool:
    """Whether the library answers a question where no filter of ``scope`` is set, but its day."""
    return replace(scope, as_of=None) != _UNFILTERED and library.find(question, replace(_UNFILTERED, as_of=scope.as_of)).answers


def suggested(library: Assistant, outcome: Answer | Abstention, scope: Scope) -> tuple[tuple[str, ...], bool]:
    """Return questions to offer with an outcome, and whether it might be asked again without filters."""
    if isinstance(outcome, Answer):
        return tuple(follow_ups(library, outcome, scope, ask_words(outcome.language).follow_ups)), False
    return tuple(better_questions(library, outcome, scope)), answers_unfiltered(library, outcome.condensed or outcome.question, scope)
