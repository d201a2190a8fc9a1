"""Holding a model's sentence to the words that it cites: keys first, then names, then the judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.chat.citations import Keyed
from assistant.chat.evidence import Evidence
from assistant.documents import Metadata
from assistant.exchange import Fault, Withheld
from assistant.judge.verification import verify
from assistant.language.facts import FactKind, read_facts
from assistant.language.text import fold, language_of
from assistant.results import Judgement, Verdict

_TITLE = re.compile(r"《([^》]{2,80})》")
_STATE = "中华人民共和国"
Judge = Callable[[str, Sequence[str]], Judgement]
"""Says whether cited words carry a sentence, as ``verification.verify`` does."""
_FAULTS = {kind.value: Fault.FIGURE for kind in (FactKind.NUMBER, FactKind.DATE, FactKind.RATIO, FactKind.CLAUSE, FactKind.DOCUMENT)} | {
    FactKind.MODAL.value: Fault.MODALITY,
    FactKind.NEGATION.value: Fault.NEGATION,
    "opposite": Fault.NEGATION,
    **{fault.value: fault for fault in (Fault.BOUND, Fault.ACTOR, Fault.CONDITION, Fault.SCOPE, Fault.STANDING)},
}
"""The sort of fault by the word that the judge's reason begins with."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A sentence that the words it cites carry."""

    text: str
    evidence: tuple[Evidence, ...]
    judgement: Judgement


def prove(sentence: Keyed, evidence: Mapping[int, Evidence], language: str, judge: Judge = verify) -> Proved | Withheld:
    """Return the sentence with what carries it, or what is wrong with it.

    Args:
        sentence: what the model wrote.
        evidence: what each key stands for.
        language: the language that was asked for.
        judge: says whether the cited words carry it.
    """
    if not sentence.keys:
        return Withheld(sentence.text, Fault.NO_KEY, "it cites no key")
    unknown = [key for key in sentence.keys if key not in evidence]
    if unknown:
        return Withheld(sentence.text, Fault.UNKNOWN_KEY, f"no passage has the key K{unknown[0]}")
    cited = tuple(evidence[key] for key in sentence.keys)
    if language_of(sentence.text) != language and not _is_quote(sentence.text, cited):
        return Withheld(sentence.text, Fault.LANGUAGE, f"it is not written in {language}")
    foreign = _other_instrument(sentence.text, cited, evidence.values())
    if foreign:
        return Withheld(sentence.text, Fault.INSTRUMENT, f"it names {foreign!r}, which is not what it cites")
    quotes = [quote for e in cited for quote in e.quotes]
    judgement = judge(_without_attribution(sentence.text, cited), [" ".join(quotes), *quotes])
    if judgement.verdict is Verdict.SUPPORTED:
        return Proved(sentence.text, cited, judgement)
    return Withheld(sentence.text, _fault(judgement.reason), judgement.reason)


def _is_quote(text: str, cited: Sequence[Evidence]) -> bool:
    return any(fold(text) in fold(" ".join(e.quotes)) for e in cited)


def _fault(reason: str) -> Fault:
    """Return the sort of fault that the judge's reason begins with."""
    return _FAULTS.get(reason.partition(":")[0], Fault.WORDING)


# -- the names of instruments -------------------------------------------------------------------------------------


def _titles(m: Metadata) -> set[str]:
    """Return the folded names of a source, the state's name left away; none so short that it may be a common word."""
    names = (fold(name).removeprefix(_STATE).strip("《》 ") for name in (m.title_zh, m.title_en, *m.aliases))
    return {name for name in names if len(name) >= (8 if name.isascii() else 4)}


def _other_instrument(text: str, cited: Sequence[Evidence], known: Iterable[Evidence]) -> str:
    """Return an instrument that ``text`` names although neither the cited sources bear that name nor the cited words mention it."""
    folded = fold(text)
    words = fold(" ".join(quote for e in cited for quote in e.quotes))
    own = {title for e in cited for title in _titles(e.hit.source)}

    def borne(name: str) -> bool:
        return name in words or any(name in title or title in name for title in own)

    for match in _TITLE.finditer(text):
        name = fold(match[1]).removeprefix(_STATE)
        if not borne(name):
            return match[1]
    others = {title for e in known for title in _titles(e.hit.source)}
    return next((title for title in sorted(others, key=len, reverse=True) if title in folded and not borne(title)), "")


def _without_attribution(text: str, cited: Sequence[Evidence]) -> str:
    """Return ``text`` without the names, document numbers and locators of the sources that it cites.

    They stand above the cited words, not in them, so the judge would miss them; the numbers within them (第二十七条, 〔2019〕46号)
    must not vouch for other numbers of the sentence either, so they are taken out of the sentence and not put in the evidence.
    """
    above = [part for e in cited for part in (e.hit.source.document_number, e.hit.passage.locator, e.hit.source.title_zh)]
    known = {(fact.kind, fact.value) for part in above for fact in read_facts(part)}
    for fact in reversed(read_facts(text)):
        if fact.kind in (FactKind.CLAUSE, FactKind.DOCUMENT) and (fact.kind, fact.value) in known:
            text = text[: fact.span.start] + " " + text[fact.span.end :]
    for title in sorted({t for e in cited for t in _titles(e.hit.source)}, key=len, reverse=True):
        place = fold(text).find(title)
        if place >= 0:
            text = text[:place] + " " + text[place + len(title) :]
    return re.sub(rf"《(?:{_STATE})?\s*》", " ", text)
