"""Whether a sentence claims more than its cited words: for more cases, without their condition, as law, or turned round."""

from __future__ import annotations

import re

from assistant.documents import Span
from assistant.judge.alignment import Alignment, Clause, Line, holds, same_root
from assistant.judge.cues import ATTRIBUTED, BINDING, CONDITION, FREE_CHOICE, OPPOSITES, PROPOSED, RESTRICTION, UNIVERSAL
from assistant.language.facts import FactKind

_ALIGNED = 0.4
_STATED = 0.6
"""Share of the words of a clause that a sentence must have to be said to state it."""
_LEFT_OUT = 0.34
"""Share of the words of a condition below which a sentence leaves it out."""
_REACH = 24
_SEQUENCE = ("once", "when")
_HEDGE = re.compile(r"generally|usually|normally|typically|in principle|mainly|partly|most|many|一般|原则上|通常|主要|多数")


def widened(alignment: Alignment) -> str:
    """Return a reason if the sentence speaks of all where the cited words do not, or drops what restricts a noun in them."""
    if alignment.share_near < _ALIGNED:
        return ""
    return _universal_added(alignment) or _restriction_dropped(alignment)


def _universal_added(alignment: Alignment) -> str:
    denies = any(f.value in ("prohibit", "not") for f in alignment.sentence.facts)
    for match in UNIVERSAL.finditer(alignment.sentence.folded):
        if denies and FREE_CHOICE.fullmatch(match.group()):
            continue
        if not any(UNIVERSAL.search(line.folded) for line in alignment.around):
            return f"scope: {match.group()!r} is not in the cited words"
    return ""


def _restriction_dropped(alignment: Alignment) -> str:
    sentence, nearest = alignment.sentence, alignment.nearest
    kept = {m.group() for m in RESTRICTION.finditer(sentence.folded)}
    for match in RESTRICTION.finditer(nearest.folded):
        if match.group() in kept or (alignment.across and kept) or _says(alignment, nearest, Span(*match.span())):
            continue
        reach = match.end() + (_REACH if match.group().isascii() else _REACH // 3)
        noun = next((w for w in nearest.words if match.end() <= w.start < reach), None)
        if noun is None or not _says(alignment, nearest, Span(noun.start, noun.end)):
            continue
        clause = next((c for c in nearest.clauses if c.span.start <= match.start() < c.span.end), None)
        if clause and _stated(alignment, nearest, clause.words - _words_in(nearest, Span(*match.span()))) >= _STATED:
            return f"scope: the cited words restrict this with {nearest.text[match.start() : match.end()]!r}, the sentence does not"
    return ""


def _words_in(line: Line, span: Span) -> frozenset[str]:
    return frozenset(w.term for w in line.words if span.start <= w.start < span.end)


def _says(alignment: Alignment, line: Line, span: Span) -> bool:
    """Whether the sentence has a word of ``line`` that stands at ``span``, by its own or another name."""
    words = _words_in(line, span)
    return bool(words) and _stated(alignment, line, words) >= 0.5


def _stated(alignment: Alignment, line: Line, words: frozenset[str]) -> float:
    """Return the share of some words of an evidence line that the sentence states, by their own or another name."""
    if not words:
        return 0.0
    named = {t for r in alignment.renderings for form in r.forms if line.terms.issuperset(form) for t in form}
    return sum(w in named or holds(alignment.sentence, w) for w in words) / len(words)


def dropped_condition(alignment: Alignment) -> str:
    """Return a reason if the sentence states what the cited words make depend on a condition, and leaves the condition out."""
    if alignment.share_near < _ALIGNED:
        return ""
    line = alignment.nearest
    for match in CONDITION.finditer(line.folded):
        place = next((i for i, c in enumerate(line.clauses) if c.span.start <= match.start() < c.span.end), None)
        if place is None:
            continue
        condition, consequent = _parts(line, place, Span(*match.span()))
        own = condition - consequent
        if not own or len(consequent) < 2 or _stated(alignment, line, own) >= _LEFT_OUT:
            continue
        if match.group() in _SEQUENCE and not any(f.kind is FactKind.MODAL for f in line.facts):
            continue  # "once it boils, add salt" tells an order of steps
        if _stated(alignment, line, consequent) >= _STATED:
            return f"condition: the cited words say so only under a condition ({line.text[match.start() : match.end()].strip()!r}), the sentence leaves it out"
    return ""


def _parts(line: Line, place: int, cue: Span) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of a condition and those of what depends on it.

    A long cue is the whole condition (经…批准) and the rest of its clause depends on it, with the next clause if it ends this
    one; a short one (if, 如果) opens the condition, which is the rest of its clause: what depends on it is the next clause
    when the line begins with the condition, else the clause before.
    """
    clause = line.clauses[place]
    following = line.clauses[place + 1].words if place + 1 < len(line.clauses) else frozenset()
    inner = _words_in(line, cue)
    if len(cue_words := inner) >= 2 and not line.folded[cue.start].isascii():
        rest = clause.words - inner
        return cue_words, rest if len(rest) >= 2 else following
    lead = _words_in(line, Span(clause.span.start, cue.start))
    tail = _words_in(line, Span(cue.start, clause.span.end))
    if line.folded[cue.start] == "的":  # ……的，: all that stands before it
        return clause.words, following
    if len(lead) >= 2:
        return tail, lead
    return clause.words, following if place == 0 or _opens(line, place) else line.clauses[place - 1].words


def _opens(line: Line, place: int) -> bool:
    """Whether a clause opens a new statement: the line's first, or after a semicolon or full stop."""
    gap = line.folded[line.clauses[place - 1].span.end : line.clauses[place].span.start]
    if re.search("[;；。:：]", gap):
        return True
    following = line.folded[line.clauses[place].span.start :].lstrip()
    return place + 1 < len(line.clauses) and not following.startswith(("unless", "except", "provided", "但", "subject"))


def proposal_as_law(alignment: Alignment) -> str:
    """Return a reason if the cited words propose, and the sentence states it as so, or as what the law says."""
    if alignment.share_near < _ALIGNED or ATTRIBUTED.search(alignment.sentence.folded):
        return ""
    line = alignment.nearest
    cue = next(PROPOSED.finditer(line.folded), None)
    if cue is None:
        return ""
    behind = _words_in(line, Span(cue.end(), len(line.folded)))
    if len(behind) >= 2 and _stated(alignment, line, behind) >= 0.4:
        how = "as law" if BINDING.search(alignment.sentence.folded) and not BINDING.search(line.folded) else "as fact"
        return f"standing: the cited words only propose or report this ({line.text[cue.start() : cue.end()]!r}), the sentence states it {how}"
    return ""


def law_invoked(alignment: Alignment) -> str:
    """Return a reason if the sentence says that a law or rule has it so, and no cited word does."""
    match = _LAW.search(alignment.sentence.folded)
    if match and not BINDING.search(alignment.evidence.folded):
        return f"standing: the sentence invokes {match.group()!r}, the cited words name no law or rule"
    return ""


_LAW = re.compile(r"\b(?:by law|the law|laws? (?:requires?|provides?)|regulations? (?:requires?|stipulate\w*|provides?)|legally|mandat\w+|statut\w+)\b|依法|"
    r"法律(?=规|要)|法规(?=规|要)|规定(?=[，,]|了|应|必|：)|法定|强制")


def turned(alignment: Alignment) -> str:
    """Return a reason if the sentence has a word more often than its nearest line, which has the opposite word more often."""
    if alignment.share_near < _STATED:
        return ""
    sentence, line = alignment.sentence, alignment.nearest
    for pair in OPPOSITES:
        for said, against in (pair, pair[::-1]):
            here, there = said.search(sentence.folded), against.search(line.folded)
            if not here or not there:
                continue
            if _times(said, sentence) <= _times(said, line) or _times(against, line) <= _times(against, sentence):
                continue
            mine, theirs = _clause_at(sentence, here.start()), _clause_at(line, there.start())
            if mine is None or theirs is None or not mine.words:
                continue
            about = mine.words - _words_in(sentence, Span(*here.span()))
            if sum(w in theirs.words or any(same_root(w, t) for t in theirs.words) for w in about) >= 0.4 * len(about) or alignment.across:
                return f"opposite: the sentence says {here.group()!r} where the cited words say {there.group()!r}"
    return ""


def _times(pattern: re.Pattern[str], line: Line) -> int:
    return sum(1 for _ in pattern.finditer(line.folded))


def _clause_at(line: Line, place: int) -> Clause | None:
    return next((c for c in line.clauses if c.span.start <= place < c.span.end), None)


