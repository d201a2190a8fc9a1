"""Checking a sentence against the words it cites: hard facts first, then wording, then meaning.

The judge shares no code with the answerers. A sentence copied from its evidence is supported; the same sentence with
one number, date, clause, negation or modal verb changed is not.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.facts import Fact, FactKind, read_facts
from assistant.text import fold, is_stop_word, language_of, sentences, squeeze, terms, tokens
from assistant.types import Judgement, Span, Verdict

_MODAL_CLASSES = ("prohibit", "encourage", "oblige", "advise", "permit")
WORDING_FLOOR = 0.55
"""Least share of a sentence's weighted words that must stand in its evidence; set by hand, not yet fitted on grounding data."""


@dataclass(frozen=True, slots=True)
class SentenceVerdict:
    """The verdict on one sentence of a response."""

    text: str
    span: Span
    judgement: Judgement


def verify(sentence: str, evidence: Sequence[str]) -> Judgement:
    """Return whether ``evidence`` (the cited words) carries ``sentence``, with the reason.

    Source of the rules: hard facts as in ``facts``; wording by the share of content words found, which for a copied
    sentence is 1.
    """
    if not evidence or not any(e.strip() for e in evidence):
        return Judgement(Verdict.UNSUPPORTED, "no words are cited", 0.0)
    whole = "\n".join(evidence)
    if squeeze(sentence) in squeeze(whole):
        return Judgement(Verdict.SUPPORTED, "copied", 1.0)
    missing = missing_facts(sentence, whole)
    if missing:
        return Judgement(Verdict.UNSUPPORTED, missing[0], 0.0)
    share, nearest = wording(sentence, whole)
    changed = changed_modality(sentence, nearest)
    if changed:
        return Judgement(Verdict.UNSUPPORTED, changed, 0.1)
    if language_of(sentence) != language_of(whole):
        return Judgement(Verdict.SUPPORTED, "its figures stand in the cited words; wording is in another language", 0.6)
    if share < WORDING_FLOOR:
        return Judgement(Verdict.UNSUPPORTED, f"only {share:.0%} of its words stand in the cited words", share)
    return Judgement(Verdict.SUPPORTED, f"{share:.0%} of its words stand in the cited words", share)


def missing_facts(sentence: str, evidence: str) -> list[str]:
    """Return one reason for each number, date, ratio, clause or document number of ``sentence`` that ``evidence`` lacks."""
    have = read_facts(evidence)
    lacking = [fact for fact in read_facts(sentence) if _is_value(fact) and not any(_equal(fact, h) for h in have)]
    return [f"{fact.kind}: {sentence[fact.span.start : fact.span.end]!r} is not in the cited words" for fact in lacking]


def _is_value(fact: Fact) -> bool:
    return fact.kind not in (FactKind.MODAL, FactKind.NEGATION)


def _equal(said: Fact, known: Fact) -> bool:
    """Whether two facts agree; a unit or a day that the sentence leaves out does not disagree."""
    if said.kind is FactKind.DATE and known.kind is FactKind.DATE:
        return known.value == said.value or known.value.startswith(said.value + "-")
    if {said.kind, known.kind} == {FactKind.DATE, FactKind.NUMBER}:
        return said.value == known.value
    if said.kind is FactKind.RATIO and known.kind is FactKind.NUMBER:
        return False
    units_agree = said.unit == known.unit or not said.unit or not known.unit or {said.unit, known.unit} <= {"item", "person"}
    return said.kind is known.kind and said.value == known.value and units_agree


def wording(sentence: str, evidence: str) -> tuple[float, str]:
    """Return the share of the sentence's content words in ``evidence``, and the evidence sentence nearest to it.

    The words of a figure (百分之三十) count as found: whether it stands in the evidence (as 30 %) is for ``missing_facts`` to say.
    """
    words = [t for t in tokens(sentence) if not is_stop_word(t.term)]
    if not words:
        return 1.0, evidence
    pool = set(terms(evidence))
    values = [f.span for f in read_facts(sentence) if _is_value(f)]
    share = sum(t.term in pool or any(v.start <= t.start < v.end for v in values) for t in words) / len(words)
    wanted = {t.term for t in words}

    def nearness(span: Span) -> float:
        found = terms(evidence[span.start : span.end])
        return len(wanted & set(found)) / math.sqrt(10 + len(found))

    nearest = max(sentences(evidence), key=nearness, default=Span(0, len(evidence)))
    return share, evidence[nearest.start : nearest.end]


def changed_modality(sentence: str, nearest: str) -> str:
    """Return a reason if the sentence commands, permits, forbids or denies what its nearest evidence does not."""
    said, known = _modals(sentence), _modals(nearest)
    for modal in _MODAL_CLASSES:
        if said[modal] and not known[modal] and any(known[m] for m in _MODAL_CLASSES):
            return f"modality: the sentence says {modal!r}, the cited words say {next(m for m in _MODAL_CLASSES if known[m])!r}"
        if modal in ("prohibit", "oblige") and said[modal] and not any(known.values()) and not fold(nearest).startswith(("to ", "the ")):
            return f"modality: the sentence says {modal!r}, the cited words do not"
        less = next((m for m in _MODAL_CLASSES if known[m] > said[m]), "")
        if said[modal] > known[modal] > 0 and less:
            return f"modality: the sentence says {modal!r} where the cited words say {less!r}"
    if bool(said["not"]) != bool(known["not"]) and not (said["prohibit"] or known["prohibit"]):
        return "negation: " + ("the sentence denies what the cited words say" if said["not"] else "the cited words deny what the sentence says")
    return ""


def _modals(text: str) -> Counter[str]:
    return Counter(f.value for f in read_facts(text) if f.kind in (FactKind.MODAL, FactKind.NEGATION))


def verify_response(context: str, response: str) -> list[SentenceVerdict]:
    """Return a verdict on each sentence of ``response`` against the whole of ``context``."""
    return [SentenceVerdict(response[s.start : s.end], s, verify(response[s.start : s.end], [context])) for s in sentences(response)]


def grounded_score(verdicts: Sequence[SentenceVerdict]) -> float:
    """Return the score of the weakest sentence, 1 where there is none: one invented sentence makes a response ungrounded."""
    return min((v.judgement.score for v in verdicts), default=1.0)
