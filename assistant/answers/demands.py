"""What nothing can stand in for: a question that names it is not answered from evidence that lacks it.

An article, an instrument, a rate, a year, a place, a name; what a sum is for, which of a series, names for a count; and where a figure
or a date is asked for, some figure or date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.answers.answering import Draft
from assistant.answers.candidates import IN_WORDS, OTHER_UNIT, Candidate
from assistant.answers.purposes import unmet_names, unmet_purpose, unmet_series
from assistant.documents import Kind
from assistant.language.facts import FactKind, figures, read_facts, to_han
from assistant.language.places import Place, applies_in, find_places
from assistant.language.text import fold, is_stop_word, terms
from assistant.questions.asking import Asked
from assistant.questions.organisations import organisations
from assistant.questions.query import Concept, ConceptKind, Query
from assistant.results import Reason
from assistant.search.matching import Weighed

_IN_ITS_UNIT = re.compile(
    r"\bhow (?:much (?:money|does .* cost)|many (?:yuan|months|days|hours|years))\b|\bwhat (?:percentage|percent|proportion|share)\b"
    r"|多少[万亿千百]*元|多少钱|百分之几|几个月|几年|[多几]少?天|[多几]少?个?小时",
    re.IGNORECASE,
)
"""Asks for a figure of a certain unit and of no other."""
_GIVES_ZH = re.compile("(?:省|市|自治区)?(?:人民)?(?:政府|财政)?(?:每年|每月|目前|现在|一次性)?(?:给|对|为|向|奖|补|发|拨|安排|投入|设立)")
_GIVES_EN = re.compile(
    r"\b(?:does|do|did|will|can|has|have)\s+(?:the\s+)?(?:(?:city|province|municipality|government)\s+(?:of\s+)?)*$", re.IGNORECASE
)
_INSTRUMENT_ZH = re.compile("(?:省|市|自治区)?的?[^，。；？、的]{0,16}?(?:条例|办法|细则|专项资金|联席会议)")
_INSTRUMENT_EN = re.compile(
    r"(?:['’]s)?\s+(?:(?!(?:of|in|for|to|on|that|which|is|are|was|were|has|have|does|do|must|may|can|and)\b)[a-z-]+\s+){0,5}"
    r"(?:regulations?|measures|rules?|ordinance|bylaws?)\b",
    re.IGNORECASE,
)
_INSTRUMENT_OF = re.compile(
    r"\b(?:regulations?|rules?|ordinance|bylaws?)\s+(?:of|in|from)\s+(?:the\s+)?(?:(?:city|province|municipality)\s+(?:of\s+)?)?$", re.IGNORECASE
)


_TOGETHER = 0.8
"""Share of the weight of an organisation's words that must stand together for it to be named."""
_HOME = frozenset({"china", "中国"})
"""What goes without saying in a library of this country's texts."""
_SHORT = re.compile(r"([A-Z]{2,5})s?")
"""An abbreviation (*SMEs*), which a text may spell out."""
_FORBIDS = re.compile(r"\bbans?\b|\bforb[ia]d|\billegal|\bunlawful|\brefuse|\bonly\b|违法|非法|违反|取消|拒绝|停止|只|仅", re.IGNORECASE)
"""Forbids without a modal verb, or shows that something is forbidden."""
_REPLACED = tuple(
    re.compile(pattern.replace("YEAR", r"(?:19|20)\d\d"), re.IGNORECASE)
    for pattern in (
        "(?P<old>YEAR)[^。？?！!；;]*?被[^。？?！!；;]*?(?P<new>YEAR)[^。？?！!；;]*?(?:取代|代替|替代|废止)",
        "(?P<new>YEAR)[^。？?！!；;被]*?(?:取代|代替|替代|废止)[^。？?！!；;]*?(?P<old>YEAR)",
        r"(?P<old>YEAR)[^.?!;]*?\b(?:replaced|superseded|repealed)\s+by\b[^.?!;]*?(?P<new>YEAR)",
        r"(?P<new>YEAR)[^.?!;]*?\b(?:replace[sd]?|supersede[sd]?|repeal(?:s|ed)?)\b(?!\s+by)[^.?!;]*?(?P<old>YEAR)",
    )
)
"""Says that what is of one year replaced what is of another."""
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")


class Unmet(NamedTuple):
    """What the evidence lacks, in the asker's words where they name it, and why that is a reason to decline."""

    reason: Reason
    missing: tuple[str, ...]
    firm: bool = True
    """Whether nothing else can show that the evidence answers all the same. A year or a name may be said in other words there, a date
    may be told as a condition (*when is a school liable*), a rate may be what is asked about (*is it 5 %*)."""


def find_unmet(query: Query, draft: Draft, weighed: Sequence[Weighed]) -> Unmet | None:
    """Return the first demand that a draft does not meet, firm ones first.

    Args:
        query: the question.
        draft: what would be shown; at least one piece.
        weighed: the question's concepts in the language of the best unit.
    """
    shown = [p.candidate for p in draft.pieces]
    if absent := _articles(query, draft) or _bans(query, draft) or _successions(query):
        return Unmet(Reason.FALSE_PREMISE, absent)
    if absent := _instruments(query, draft) or _places(query, draft, weighed):
        return Unmet(Reason.EVIDENCE_TOO_WEAK, absent, firm=not _are_foreign(query, absent))
    if absent := unmet_series(query, [*draft.best_passage, *shown]) or unmet_names(query, shown):
        return Unmet(Reason.EVIDENCE_TOO_WEAK, absent)
    if absent := _rates(query, draft):
        return Unmet(Reason.FALSE_PREMISE, absent, firm=query.asked is not Asked.YES_NO)
    if absent := _years(query, draft, weighed) or _names(query, draft, weighed) or _organisations(query, draft, weighed):
        return Unmet(Reason.EVIDENCE_TOO_WEAK, absent, firm=False)
    if absent := unmet_purpose(query, [*draft.best_passage, *shown]):
        return Unmet(Reason.EVIDENCE_TOO_WEAK, absent, firm=False)
    if query.asked in (Asked.FIGURE, Asked.DATE) and not _has_figure(query, draft):
        return Unmet(Reason.EVIDENCE_TOO_WEAK, (), firm=False)
    return None


def _has_figure(query: Query, draft: Draft) -> bool:
    """Whether the best unit, or what is shown of its passage, has the kind of figure asked for.

    Words that bound it, or say that there is none, will do.
    """
    exact = bool(query.unit and _IN_ITS_UNIT.search(query.text))
    return any(c.fits >= IN_WORDS and not (exact and c.fits == OTHER_UNIT) for c in draft.best_passage)


def _names(query: Query, draft: Draft, weighed: Sequence[Weighed]) -> tuple[str, ...]:
    """Return the names of the question of which no statement's evidence has any word: who or what it is about is not there."""
    shown = [p.candidate for p in draft.pieces]
    issuers = set(terms(" ".join(c.hit.source.issuing_body for c in shown)))  # who wrote or issued a text may be asked for by name
    runs: list[list[int]] = []
    for i, w in enumerate(weighed):
        if w.concept.kind is ConceptKind.NAME and _HOME.isdisjoint(t for f in w.concept.forms for t in f.terms):
            follows = runs and runs[-1][-1] == i - 1 and not query.text[weighed[i - 1].concept.span.end : w.concept.span.start].strip()
            runs = [*runs[:-1], [*runs[-1], i]] if follows else [*runs, [i]]
    said = {i for run in runs for i in run if _said_by(issuers, query.concepts[i])}  # in any spelling: a Chinese text has authors in Latin letters
    there = said | {i for c in shown for i in c.near}
    if runs and (said | draft.candidates[0].near).isdisjoint(i for run in runs for i in run):
        there = said  # the best unit is about nobody that is asked about
    lacking = [query.text[weighed[run[0]].concept.span.start : weighed[run[-1]].concept.span.end] for run in runs if there.isdisjoint(run)]
    return tuple(name for name in lacking if not _may_be_spelled_out(name, shown))


def _may_be_spelled_out(name: str, shown: Sequence[Candidate]) -> bool:
    """Whether a name is an abbreviation whose letters begin words that stand together in what is shown (*small and medium-sized enterprises*).

    A Chinese text spells it out in characters, which no letters show.
    """
    short = _SHORT.fullmatch(name)
    if not short:
        return False
    letters = re.compile(" *".join(short[1].lower()))  # a space is the place of a small word
    return any(c.hit.source.language == "zh" or letters.search(_initials(c.hit.passage.text)) for c in shown)


def _initials(text: str) -> str:
    return "".join(" " if is_stop_word(word) else word[0] for word in _WORD.findall(fold(text)))


def _organisations(query: Query, draft: Draft, weighed: Sequence[Weighed]) -> tuple[str, ...]:
    """Return the organisations named in full that no statement's evidence names: their words are found apart in texts on others."""
    named, best = organisations(query), draft.candidates[0]
    shown = [p.candidate for p in draft.pieces] if any(_names_body(query, best, run, weighed) for run in named) else []
    lacking = [run for run in named if not any(_names_body(query, c, run, weighed) for c in (best, *shown))]
    return tuple(query.text[query.concepts[run[0]].span.start : query.concepts[run[-1]].span.end] for run in lacking)


def _names_body(query: Query, c: Candidate, run: Sequence[int], weighed: Sequence[Weighed]) -> bool:
    """Whether evidence in the question's language has the words together, or in another language has them all."""
    source = c.hit.source
    if source.language != query.language or query.language == "zh":
        return all(i in c.near for i in run)
    about = f"{c.hit.passage.text} {c.hit.passage.heading} {source.title_en} {source.issuing_body}"
    member = {t: i for i in run for f in weighed[i].concept.forms for t in f.terms}
    found = [(place, member[t]) for place, t in enumerate(terms(about)) if t in member]
    total = sum(weighed[i].idf for i in run)
    reach = 2 * len(run)
    together = ({i for place, i in found[start:] if place - first <= reach} for start, (first, _) in enumerate(found))
    return any(sum(weighed[i].idf for i in those) >= _TOGETHER * total for those in together)


def _said_by(issuers: set[str], concept: Concept) -> bool:
    return any(issuers.issuperset(form.terms) for form in concept.forms)


def _articles(query: Query, draft: Draft) -> tuple[str, ...]:
    """Return the article asked for if the instrument named has no such article."""
    if not query.article or any("article" in c.hit.ranks for c in draft.candidates):
        return ()
    if not any("instrument" in c.hit.ranks for c in draft.candidates):
        return ()
    return (f"第{to_han(query.article)}条" if query.language == "zh" else f"Article {query.article}",)


def _rates(query: Query, draft: Draft) -> tuple[str, ...]:
    """Return the percentages that the question takes for granted and no evidence has.

    Other numbers of a question are often the asker's own case (a contract of two years, a part of 8,000 yuan).
    """
    known = {(f.value, f.unit) for p in draft.pieces for f in figures(p.candidate.hit.passage.text)}
    return tuple(query.text[f.span.start : f.span.end] for f in figures(query.text) if f.unit == "percent" and (f.value, f.unit) not in known)


def _bans(query: Query, draft: Draft) -> tuple[str, ...]:
    """Return the words by which a question takes a ban for granted (*why does the law forbid it*), where nothing shown forbids or denies.

    A bound of a figure (*not more than how many*) is none, nor what a question asks that asks whether it is so.
    """
    if query.asked in (Asked.FIGURE, Asked.DATE, Asked.YES_NO):
        return ()
    bans = [query.text[f.span.start : f.span.end] for f in read_facts(query.text) if f.value == "prohibit"]
    shown = " ".join(f"{c.hit.passage.heading} {c.hit.passage.text}" for c in (draft.candidates[0], *(p.candidate for p in draft.pieces)))
    denies = bans and (_FORBIDS.search(shown) or any(f.value == "prohibit" or f.kind is FactKind.NEGATION for f in read_facts(shown)))
    return () if denies else tuple(bans)


def _successions(query: Query) -> tuple[str, ...]:
    """Return the words by which a question takes for granted that a text replaced a later one."""
    if query.asked is Asked.YES_NO:
        return ()
    found = (m for pattern in _REPLACED for m in pattern.finditer(query.text))
    return tuple(m.group() for m in found if int(m["new"]) < int(m["old"]))[:1]


def _instruments(query: Query, draft: Draft) -> tuple[str, ...]:
    """Return the titles in 《》 that no evidence carries: a rule that is not in the library is not answered from another."""
    titles = re.findall(r"《([^》]{3,60})》", query.text)
    known = " ".join(fold(f"{p.candidate.hit.source.title_zh} {' '.join(p.candidate.hit.source.aliases)} {p.candidate.hit.passage.text}") for p in draft.pieces)
    return tuple(f"《{t}》" for t in titles if fold(t).removeprefix("中华人民共和国") not in known)


def _places(query: Query, draft: Draft, weighed: Sequence[Weighed]) -> tuple[str, ...]:
    """Return the places of the question that the evidence has not: all of them where the best unit has none."""
    named = [i for i, w in enumerate(weighed) if w.concept.kind is ConceptKind.PLACE]
    shown = [p.candidate for p in draft.pieces]
    best = draft.candidates[0]
    lacking = named if not any(_speaks_of(query, best, i, weighed) for i in named) else []
    lacking = lacking or [i for i in named if not any(_speaks_of(query, c, i, weighed) for c in shown)]
    return tuple(_asked(query, weighed[i]) for i in lacking)


def _are_foreign(query: Query, places: Sequence[str]) -> bool:
    """Whether all of these are other countries, which a text may call foreign and no more (*may a British school open one here*)."""
    abroad = {query.text[p.span.start : p.span.end] for p in query.places if p.zh and not p.code}
    return bool(places) and abroad.issuperset(places)


def _speaks_of(query: Query, c: Candidate, concept: int, weighed: Sequence[Weighed]) -> bool:
    """Whether a unit is about a place: it names it, or a place within it, or a rule that holds there says it."""
    places = [p for p in query.places if p.en == weighed[concept].concept.surface]
    if concept in c.near:
        return True
    named = {p.code for p in find_places(c.hit.passage.text) if p.code}
    return any(p.code and any(other.startswith(p.code + "-") for other in named) for p in places) or any(_holds_in(query, c, p) for p in places)


def _holds_in(query: Query, c: Candidate, place: Place) -> bool:
    """A national rule answers for each place in the country, but not for what the place itself lays down or gives."""
    source = c.hit.source
    if source.kind is not Kind.POLICY or not source.jurisdiction or not place.code:
        return False
    own = source.jurisdiction == place.code
    return own or (applies_in(source.jurisdiction, place.code) and not _of_its_own(query, place))


def _of_its_own(query: Query, place: Place) -> bool:
    """Whether a question asks what a place itself lays down (*the Guangdong regulations*) or gives (*how much does Wuhan pay*)."""
    before, behind = query.text[: place.span.start], query.text[place.span.end :]
    if query.language == "zh":
        return any(pattern.match(behind) for pattern in (_GIVES_ZH, _INSTRUMENT_ZH))
    return bool(_GIVES_EN.search(before) or _INSTRUMENT_OF.search(before) or _INSTRUMENT_EN.match(behind))


def _years(query: Query, draft: Draft, weighed: Sequence[Weighed]) -> tuple[str, ...]:
    """Return the years of the question that no statement's evidence has."""
    shown = [p.candidate for p in draft.pieces]
    named = [(i, w) for i, w in enumerate(weighed) if w.concept.kind is ConceptKind.YEAR]
    return tuple(_asked(query, w) for i, w in named if not any(i in c.near for c in shown))


def _asked(query: Query, w: Weighed) -> str:
    """Return a concept as the asker wrote it."""
    return query.text[w.concept.span.start : w.concept.span.end]
