"""The thing asked for: which of a question's concepts stand for what its asker wants to be told.

``What is the total budget of the fund?`` wants a *budget*: evidence that has the fund and not the budget answers something
else. ``Which functions does the base have?`` names only a class, whose members the evidence need not call by that name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.documents import Span
from assistant.questions.query import ConceptKind, Query


class Focus(NamedTuple):
    """The concepts of one thing asked for, by place among the question's concepts."""

    concepts: tuple[int, ...]
    attribute: bool
    """Whether it is an attribute or a thing counted, which the evidence must have, and not a class of things to be listed."""


_WORD = re.compile(r"[a-z]+(?:[-'’][a-z]+)*|\d[\d.,:%]*|[,;?.!:()\"“”]")
_BREAKS = frozenset(
    "of in for at on by with from to under per between among about into over after before during as than within without according through "
    "against that who whom which where when and or but if because while since until".split()
)
_AUXILIARIES = frozenset("is are was were be been do does did can could must may might should shall will would has have had".split())
_COPULAS = frozenset("is are was were".split())
_DETERMINERS = frozenset("the a an this that these those its their his her our your any each every all some exactly".split())
_MEASURES = frozenset("number amount percentage percent share proportion figure value kind type sort name part level rate much many".split())
_DEGREES = frozenset("total annual yearly exact average maximum minimum overall current monthly daily weekly main".split())

_ASKING_ZH = re.compile(r"多少|几(?=[个名年次天日人所家岁成倍项种条批位分届])|什么|谁|哪(?:些|个|所|家|一|里|几)?|多(?:大|长|久|高)|百分之几")
_COUNTED_ZH = re.compile(r"(?:亿|万|千)?(?:名|个|位|家|所|项|亩|元|年|天|日|人|次|岁|倍|种|条|批|分|届|件|平方米|小时|学时|%|钱)?的?")
_CLAUSE_END = re.compile(r"[，,。；;？?！!]")
_CLASS_ZH = re.compile(r"[种类项条批]|方面|角度")


def find_focus(query: Query) -> list[Focus]:
    """Return the things a question asks for, in reading order; none where it asks why, whether, or what somebody did."""
    return _chinese(query) if query.language == "zh" else _english(query)


def _english(query: Query) -> list[Focus]:
    words = [(m.group(), Span(*m.span())) for m in _WORD.finditer(query.text.lower())]
    out = []
    for place, (word, _) in enumerate(words):
        start = _noun_start(words, place)
        phrase = _noun_phrase(words, start) if start is not None else []
        if not phrase:
            continue
        head = phrase[-1][1]
        inside = [i for i, c in enumerate(query.concepts) if c.span.start < head.end and phrase[0][1].start < c.span.end]
        heads = [i for i in inside if query.concepts[i].span.start < head.end and head.start < query.concepts[i].span.end]
        counted = any(w in _MEASURES and span.start < head.start for w, span in words[start:])  # the number of apprentices
        plural = phrase[-1][0].endswith("s") and not phrase[-1][0].endswith("ss") and not counted
        if inside:
            out.append(Focus(tuple(heads or inside[-1:]), not (plural and word in ("what", "which"))))
    return out


def _noun_start(words: list[tuple[str, Span]], place: int) -> int | None:
    """Return where the nouns after a question word begin, or ``None`` where it asks for no noun (*what did they do*)."""
    word = words[place][0]
    following = [w for w, _ in words[place + 1 : place + 3]]
    if word == "how" and following[:1] in (["many"], ["much"]):
        start = place + 2
    elif word in ("what", "which", "whose") or (word == "who" and len(following) == 2 and following[0] in _COPULAS and following[1] in _DETERMINERS):
        start = place + 1
    else:
        return None
    while start < len(words) and words[start][0] in _AUXILIARIES | _DETERMINERS:
        if words[start][0] in _AUXILIARIES - _COPULAS and word in ("what", "which"):
            return None
        start += 1
    return start


def _noun_phrase(words: list[tuple[str, Span]], start: int) -> list[tuple[str, Span]]:
    """Return the words of the noun phrase at ``start``, without words of measure and degree; of *number of apprentices*, the apprentices."""
    phrase, end = _run(words, start)
    if end < len(words) and words[end][0] in _DETERMINERS and len(phrase) > 1 and words[start - 1][0] not in _COPULAS | _DETERMINERS:
        phrase = phrase[:-1]  # which bank manages the fund
    phrase = [w for w in phrase if w[0] not in _DEGREES]
    if len(phrase) == 1 and phrase[0][0] in _MEASURES and end < len(words) and words[end][0] == "of":
        inner = end + 1
        while inner < len(words) and words[inner][0] in _DETERMINERS:
            inner += 1
        phrase = _run(words, inner)[0] or phrase
    return phrase[:-1] if len(phrase) > 1 and phrase[-1][0] in _MEASURES else phrase


def _run(words: list[tuple[str, Span]], start: int) -> tuple[list[tuple[str, Span]], int]:
    end = start
    while end < len(words) and words[end][0] not in _BREAKS | _AUXILIARIES | _DETERMINERS and words[end][0][0].isalnum():
        end += 1
    return words[start:end], end


def _chinese(query: Query) -> list[Focus]:
    text, spans = query.text, [c.span for c in query.concepts]
    out = []
    for asking in _ASKING_ZH.finditer(text):
        word, end = asking.group(), asking.end()
        counted = end if word == "什么" else _COUNTED_ZH.match(text, end).end()  # type: ignore[union-attr]  # it may match nothing
        stop = next((m.start() for m in _CLAUSE_END.finditer(text, end)), len(text))
        start = max((m.end() for m in _CLAUSE_END.finditer(text, 0, asking.start())), default=0)
        after = [] if word == "谁" else [i for i, s in enumerate(spans) if -1 <= s.start - counted <= 1 and counted < s.end <= stop]
        before = [i for i, s in enumerate(spans) if start <= s.start and s.end <= asking.start() and query.concepts[i].kind is ConceptKind.TERM]
        of_class = word == "什么" or word.startswith("哪") or _CLASS_ZH.match(text, end) is not None
        if after:
            out.append(Focus((after[0] if of_class else after[-1],), not of_class))
        elif before:
            out.append(Focus((before[-1],), not of_class or text[: asking.start()].endswith("是")))
    return out
