"""What each statement of an answer owes to the words it cites, measured apart from the assistant's own verifier.

A judge that shares code with the accused would share its blind spots, so this one reads nothing but surfaces: words, digits
and modal verbs. It is made for answers that quote; a paraphrase in other words counts as not carried.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from evals.metrics import Ratio

CARRIED = 0.8
"""Share of a statement's terms that must stand in its citations' quotes: frames such as "proposed in a paper" are not quoted."""

_TERM = re.compile(r"[a-z]+|\d+(?:[.,]\d+)*|[㐀-鿿]+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_MODALS = {
    "oblige": re.compile(r"\b(?:shall|must)\b(?! not)|(?<!不)应当|必须", re.IGNORECASE),
    "prohibit": re.compile(r"\b(?:shall|must|may) not\b|不得|禁止|严禁", re.IGNORECASE),
    "permit": re.compile(r"\bmay\b(?! not)|可以", re.IGNORECASE),
    "encourage": re.compile(r"\bencourag\w+|鼓励", re.IGNORECASE),
}


class Cited(NamedTuple):
    """One statement with the quotes of its citations."""

    text: str
    quotes: tuple[str, ...]


def terms(text: str) -> Counter[str]:
    """Return the words, figures and pairs of Chinese characters of a text, in lower case, with their counts."""
    out: Counter[str] = Counter()
    for run in _TERM.findall(text.lower()):
        out.update([run] if run[0] < "㐀" or len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return out


def carried(text: str, quotes: Sequence[str]) -> bool:
    """Return whether quotes carry a text: four fifths of its terms stand in them, and every figure does."""
    said, known = terms(text), terms("\n".join(quotes))
    return bool(quotes) and sum(n for term, n in said.items() if term in known) >= CARRIED * said.total() and figures_kept(text, quotes)


def figures_kept(text: str, quotes: Sequence[str]) -> bool:
    """Return whether every figure of a text, as it is written, stands in the quotes."""
    return set(_FIGURE.findall(text)) <= set(_FIGURE.findall("\n".join(quotes)))


def modality_kept(text: str, quotes: Sequence[str]) -> bool:
    """Return whether a text has no modal verb of a kind (shall, may, shall not, encourage) more often than the quotes."""
    said, known = _modals(text), _modals("\n".join(quotes))
    return all(said[kind] <= known[kind] for kind in said)


def _modals(text: str) -> Counter[str]:
    return Counter({kind: len(pattern.findall(text)) for kind, pattern in _MODALS.items()})


def citation_recall(statements: Sequence[Cited]) -> Ratio:
    """Return how many statements their citations carry (citation recall of ALCE, Gao et al. 2023, with words for entailment)."""
    return Ratio(sum(carried(s.text, s.quotes) for s in statements), len(statements))


def citation_precision(statements: Sequence[Cited]) -> Ratio:
    """Return how many citations are needed (citation precision of ALCE, Gao et al. 2023, with words for entailment).

    A citation is needed if its statement is carried, and it carries the statement alone or the others do not without it. What
    was cited twice in one statement counts as needed twice, as in ALCE.
    """
    needed = 0
    for text, quotes in statements:
        if carried(text, quotes):
            needed += sum(carried(text, [q]) or not carried(text, [*quotes[:i], *quotes[i + 1 :]]) for i, q in enumerate(quotes))
    return Ratio(needed, sum(len(s.quotes) for s in statements))


def kept(statements: Sequence[Cited]) -> tuple[Ratio, Ratio]:
    """Return how many statements keep the figures, and how many the modal verbs, of the words they cite."""
    figures = sum(figures_kept(s.text, s.quotes) for s in statements)
    modality = sum(modality_kept(s.text, s.quotes) for s in statements)
    return Ratio(figures, len(statements)), Ratio(modality, len(statements))
