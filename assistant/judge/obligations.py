"""Whether a sentence commands, permits, forbids, urges or denies what its cited words do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from assistant.documents import Span
from assistant.judge.alignment import Alignment, Line, holds
from assistant.judge.cues import bound_spans
from assistant.language.facts import FactKind

_CLASSES = ("prohibit", "encourage", "oblige", "advise", "permit")
_NEAR_COPY = 0.85
_SAME_ACT = 0.6
"""Share of the words a modal governs that another modal must govern too, for both to be about the same act."""


class Governed(NamedTuple):
    """A modal and the content words of the act it governs."""

    mode: str
    words: frozenset[str]


def changed_modality(alignment: Alignment) -> str:
    """Return a reason if the sentence commands, permits, forbids, urges or denies what its nearest evidence does not."""
    if alignment.share_near < 0.4:
        return ""  # the nearest words are about something else
    said, known = _count(alignment.sentence), _count(alignment.nearest)
    return _other_class(said, known, alignment.nearest) or _other_act(alignment) or _dropped(said, known) or _denied(said, known, alignment.share_near)


def _other_class(said: Counter[str], known: Counter[str], nearest: Line) -> str:
    for modal in _CLASSES:
        if said[modal] and not known[modal] and any(known[m] for m in _CLASSES):
            return f"modality: the sentence says {modal!r}, the cited words say {next(m for m in _CLASSES if known[m])!r}"
        if modal in ("prohibit", "oblige", "encourage") and said[modal] and not any(known.values()) and not nearest.folded.startswith(("to ", "the ")):
            return f"modality: the sentence says {modal!r}, the cited words do not"
        less = next((m for m in _CLASSES if known[m] > said[m]), "")
        if said[modal] > known[modal] > 0 and less:
            return f"modality: the sentence says {modal!r} where the cited words say {less!r}"
    return ""


def _other_act(alignment: Alignment) -> str:
    """Return a reason if an act that the cited words put under one modal stands in the sentence under another."""
    known = list(governed(alignment.nearest))
    for said in governed(alignment.sentence):
        if len(said.words) < 2:
            continue
        same = {k.mode for k in known if _share(said.words, k.words, alignment.nearest) >= _SAME_ACT}
        if same and said.mode not in same:
            return f"modality: the sentence says {said.mode!r} of what the cited words put under {sorted(same)[0]!r}"
    return ""


def _share(said: frozenset[str], known: frozenset[str], line: Line) -> float:
    return sum(w in known or (w not in line.terms and holds(line, w)) for w in said) / len(said)


def governed(line: Line) -> Iterable[Governed]:
    """Yield each modal of a line with the content words between it and the next modal or the end of its clause."""
    modals = [(f.value, f.span) for f in line.facts if f.kind is FactKind.MODAL]
    for i, (mode, span) in enumerate(modals):
        ends = [c.span.end for c in line.clauses if c.span.start <= span.start < c.span.end]
        end = min([ends[0] if ends else len(line.folded), *(modals[j][1].start for j in range(i + 1, len(modals)))])
        yield Governed(mode, frozenset(w.term for w in line.words if span.end <= w.start < end))


def _dropped(said: Counter[str], known: Counter[str]) -> str:
    """Return a reason if what is only urged or advised is told as done, or a prohibition is left out."""
    for modal in ("prohibit", "encourage"):
        if known[modal] and not any(said.values()):
            return f"modality: the cited words say {modal!r}, the sentence does not"
    return ""


def _denied(said: Counter[str], known: Counter[str], share: float) -> str:
    """Return a reason if one denies and the other does not; of a near copy, also if it denies more or less often."""
    one_denies = bool(said["not"]) != bool(known["not"]) and not (said["prohibit"] or known["prohibit"])
    if one_denies or (share >= _NEAR_COPY and said["not"] > known["not"]):
        return "negation: " + ("the sentence denies what the cited words say" if said["not"] > known["not"] else "the cited words deny what the sentence says")
    return ""


def _count(line: Line) -> Counter[str]:
    """Return how often a line has each mode; the 'must not' of 'must not exceed 40' is a bound and no prohibition."""
    bounds = bound_spans(line.folded)

    def is_bound(span: Span) -> bool:
        return any(b.start < span.end and span.start < b.end for b in bounds)

    return Counter(f.value for f in line.facts if f.kind in (FactKind.MODAL, FactKind.NEGATION) and not is_bound(f.span))
