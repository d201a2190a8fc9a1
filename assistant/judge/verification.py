"""Checking a sentence against the words it cites: hard facts first, then wording, then meaning.

The judge shares no code with the answerers. A sentence copied from its evidence is supported; the same sentence with
one number, date, clause, negation or modal verb changed is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.judge.actors import changed_actor
from assistant.judge.alignment import Alignment, Evidence, Translator, align, read_evidence
from assistant.judge.bindings import changed_bound, missing_facts, swapped_figure
from assistant.judge.obligations import changed_modality
from assistant.judge.responses import Response, SentenceVerdict, split, weakest
from assistant.judge.scope import dropped_condition, law_invoked, proposal_as_law, turned, widened
from assistant.judge.wording import count, only_declines, repeats_context, response_probability
from assistant.language.facts import read_facts
from assistant.language.text import fold, squeeze
from assistant.results import Judgement, Verdict

WORDING_FLOOR = 0.55
GROUNDED_FROM = 0.5
"""Score from which a response is called grounded: the weights are fitted to put the threshold here."""
_NOTHING_CITED = Judgement(Verdict.UNSUPPORTED, "no words are cited", 0.0)
_COPIED = Judgement(Verdict.SUPPORTED, "copied", 1.0)
_NOT_KNOWN = Judgement(Verdict.SUPPORTED, "it says only that nothing is known", 0.9)
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
class Examined:
    """A sentence beside its evidence, and what is said of it."""

    alignment: Alignment
    judgement: Judgement
    changed: bool
    """Whether a check found that a fact or a claim was changed, not only that words are missing."""


class LexicalVerifier:
    """Judges by hard facts and wording.

    Args:
        translator: knows other names of words; without one, wording across languages cannot be checked.
    """

    def __init__(self, translator: Translator | None = None) -> None:
        self._translator = translator

    def verify(self, sentence: str, evidence: Sequence[str]) -> Judgement:
        """Return the verdict on ``sentence``: facts first, then what it claims, then its wording."""
        cited = read_evidence(evidence)
        return self.examine(sentence, cited).judgement if cited.lines else _NOTHING_CITED

    def settled(self, sentence: str, evidence: Sequence[str]) -> Judgement | None:
        """Return the verdict where wording has no say in it: nothing is cited, it is copied, or a fact or claim was changed."""
        cited = read_evidence(evidence)
        if not cited.lines:
            return _NOTHING_CITED
        if is_copied(sentence, cited):
            return _COPIED
        return _objection(align(sentence, cited, self._translator))

    def examine(self, sentence: str, cited: Evidence) -> Examined:
        """Return the sentence beside its evidence, which must not be empty of lines, with the verdict on it."""
        alignment = align(sentence, cited, self._translator)
        if is_copied(sentence, cited):
            return Examined(alignment, _COPIED, False)
        objection = _objection(alignment)
        if objection is not None:
            return Examined(alignment, objection, True)
        return Examined(alignment, self._worded(alignment), False)

    def respond(self, context: str, response: str) -> Response:
        """Return the verdicts on a response; the whole is judged by its wording, and by each change found in it.

        It is grounded where every sentence is carried; ungrounded where a figure, date or clause is missing, where its only sentence
        was changed, or where one was changed in a response that repeats the context. In between the wording of the whole decides:
        in free text the checks of claims object to as many faithful paraphrases as inventions.
        """
        cited, parts = read_evidence([context]), split(response)
        if not cited.lines:
            verdicts = tuple(SentenceVerdict(text, span, _NOT_KNOWN if only_declines(fold(text)) else _NOTHING_CITED) for text, span in parts)
            return Response(verdicts, weakest(verdicts), all(v.supported for v in verdicts))
        examined = [self.examine(text, cited) for text, _ in parts]
        verdicts = tuple(SentenceVerdict(text, span, e.judgement) for (text, span), e in zip(parts, examined, strict=True))
        return _whole(examined, verdicts)

    def _worded(self, alignment: Alignment) -> Judgement:
        share = alignment.share
        if alignment.across and self._translator is None:
            if read_facts(alignment.sentence.text):
                return Judgement(Verdict.SUPPORTED, "its figures stand in the cited words; wording is in another language", 0.6)
            return Judgement(Verdict.UNSUPPORTED, "the cited words are in another language, and no dictionary is at hand", 0.2)
        if share < WORDING_FLOOR:
            return Judgement(Verdict.UNSUPPORTED, f"only {share:.0%} of its words stand in the cited words", share)
        return Judgement(Verdict.SUPPORTED, f"{share:.0%} of its words stand in the cited words", share)


def _objection(alignment: Alignment) -> Judgement | None:
    """Return the verdict on a sentence in which a fact or a claim was changed, if one was."""
    missing = missing_facts(alignment.sentence, alignment.evidence)
    if missing:
        return Judgement(Verdict.UNSUPPORTED, missing[0], 0.0)
    reason = next((reason for check in CHECKS if (reason := check(alignment))), "")
    return Judgement(Verdict.UNSUPPORTED, reason, 0.1) if reason else None


def _whole(examined: Sequence[Examined], verdicts: tuple[SentenceVerdict, ...]) -> Response:
    least = weakest(verdicts)
    if not verdicts or any(e.alignment.across for e in examined):  # the models read one language at a time
        return Response(verdicts, least, all(v.supported for v in verdicts))
    wordings = [count(e.alignment) for e in examined]
    score = response_probability(wordings)
    if all(v.supported for v in verdicts):
        return Response(verdicts, max(least, (1 + score) / 2), True)
    changed = [w for w, e in zip(wordings, examined, strict=True) if e.changed]
    if changed and len(examined) == 1:
        return Response(verdicts, min(score / 2, least), False)
    if any(w.missing for w in changed) or (repeats_context(wordings) and any(w.is_near_copy for w in changed)):
        return Response(verdicts, score / 2, False)
    return Response(verdicts, score, score >= GROUNDED_FROM)


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


def verify_response(context: str, response: str) -> Response:
    """Return the verdicts on ``response`` from ``context``, by facts and wording alone."""
    return _LEXICAL.respond(context, response)
