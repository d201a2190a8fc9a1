"""Checking a sentence against the words it cites: hard facts first, then wording, then meaning.

The judge shares no code with the answerers. A sentence copied from its evidence is supported; the same sentence with
one number, date, clause, negation or modal verb changed is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.judge.actors import changed_actor
from assistant.judge.alignment import Alignment, Evidence, Translator, align
from assistant.judge.bindings import changed_bound, missing_facts, swapped_figure
from assistant.judge.obligations import changed_modality
from assistant.judge.scope import dropped_condition, law_invoked, proposal_as_law, turned, widened
from assistant.language.facts import read_facts
from assistant.language.text import sentences, squeeze
from assistant.types import Judgement, Span, Verdict

WORDING_FLOOR = 0.55
CHECKS: tuple[Callable[[Alignment], str], ...] = (
    changed_bound,
    changed_modality,
    swapped_figure,
    changed_actor,
    turned,
    dropped_condition,
    widened,
    proposal_as_law,
    law_invoked,
)
"""The checks of what a sentence claims; each returns a reason against it, or an empty text."""


@dataclass(frozen=True, slots=True)
class SentenceVerdict:
    """The verdict on one sentence of a response."""

    text: str
    span: Span
    judgement: Judgement


class Verifier(Protocol):
    """Says whether cited words carry a sentence."""

    def verify(self, sentence: str, evidence: Sequence[str]) -> Judgement:
        """Return the verdict on ``sentence`` from ``evidence`` alone, with a reason and a score in [0, 1]."""


class LexicalVerifier:
    """Judges by hard facts and wording.

    Args:
        translator: knows other names of words; without one, wording across languages cannot be checked.
    """

    def __init__(self, translator: Translator | None = None) -> None:
        self._translator = translator

    def verify(self, sentence: str, evidence: Sequence[str]) -> Judgement:
        """Return the verdict on ``sentence``: facts first, then what it claims, then its wording."""
        cited = Evidence(evidence)
        if not cited.lines:
            return Judgement(Verdict.UNSUPPORTED, "no words are cited", 0.0)
        if is_copied(sentence, cited):
            return Judgement(Verdict.SUPPORTED, "copied", 1.0)
        alignment = align(sentence, cited, self._translator)
        missing = missing_facts(alignment.sentence, cited)
        if missing:
            return Judgement(Verdict.UNSUPPORTED, missing[0], 0.0)
        for check in CHECKS:
            reason = check(alignment)
            if reason:
                return Judgement(Verdict.UNSUPPORTED, reason, 0.1)
        share = alignment.share
        if alignment.across and self._translator is None:
            if read_facts(sentence):
                return Judgement(Verdict.SUPPORTED, "its figures stand in the cited words; wording is in another language", 0.6)
            return Judgement(Verdict.UNSUPPORTED, "the cited words are in another language, and no dictionary is at hand", 0.2)
        if share < WORDING_FLOOR:
            return Judgement(Verdict.UNSUPPORTED, f"only {share:.0%} of its words stand in the cited words", share)
        return Judgement(Verdict.SUPPORTED, f"{share:.0%} of its words stand in the cited words", share)


def is_copied(sentence: str, evidence: Evidence) -> bool:
    """Return whether ``sentence`` is a whole line of the cited words, or several in a row, or all of a cited text.

    A part of a line is no copy: what was left out may be its condition or its negation.
    """
    said = squeeze(sentence)
    for text, block in zip(evidence.texts, evidence.blocks, strict=True):
        if said == squeeze(text):
            return True
        if said in squeeze(text):
            lines = [squeeze(line.text) for line in block]
            starts = [i for i, line in enumerate(lines) if said.startswith(line)]
            if any(" ".join(lines[i:j]) == said or "".join(lines[i:j]) == said for i in starts for j in range(i + 1, len(lines) + 1)):
                return True
    return False


_LEXICAL = LexicalVerifier()


def verify(sentence: str, evidence: Sequence[str]) -> Judgement:
    """Return whether ``evidence`` (the cited words) carries ``sentence``, with the reason, by facts and wording alone."""
    return _LEXICAL.verify(sentence, evidence)


def verify_response(context: str, response: str, verifier: Verifier = _LEXICAL) -> list[SentenceVerdict]:
    """Return a verdict on each sentence of ``response`` against the whole of ``context``."""
    return [SentenceVerdict(response[s.start : s.end], s, verifier.verify(response[s.start : s.end], [context])) for s in sentences(response)]


def grounded_score(verdicts: Sequence[SentenceVerdict]) -> float:
    """Return the score of the weakest sentence, 1 where there is none: one invented sentence makes a response ungrounded."""
    return min((v.judgement.score for v in verdicts), default=1.0)


def is_grounded(verdicts: Sequence[SentenceVerdict]) -> bool:
    """Return whether every sentence is supported; a response of no sentence claims nothing."""
    return all(v.judgement.verdict is Verdict.SUPPORTED for v in verdicts)
