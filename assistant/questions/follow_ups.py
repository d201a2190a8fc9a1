"""Making a follow-up a full question without a model: what it leaves out is carried over from the turns before.

Two ways, both on the words of the questions themselves. A follow-up that only names another place, year, article, actor or
instrument (那上海呢？ / And in Shanghai?) is the last question with that put in the place of its like. Any other that leans on
what was said (它何时施行？ / When does it take effect?) keeps its own words, and what they lack is written behind or before them:
the instrument, the place, the actor and the topic of the last turn that has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.documents import Metadata, Span, Status
from assistant.exchange import Turn
from assistant.language.text import fold
from assistant.questions.asking import Asked
from assistant.questions.query import Concept, ConceptKind, Query

FEW = 3
"""A question with at most this many concepts, and no place, actor or instrument, is taken for a follow-up."""
MOST_TOPICS = 3
"""Concepts of the last question that a follow-up takes over, the rarest first."""
_LEANS_EN = re.compile(
    r"\b(?:they|them|their|theirs|this|these|those|such|the same|the (?:former|latter)|its)\b|\bthat(?: (?:law|rule|policy|measure|rate|case|college|school|"
    r"company|enterprise|deduction|subsidy|provision|article|notice|plan|document|paper|figure|limit|period|amount)s?\b|\?$)|"
    r"\bit\b(?! (?:is |was )?(?:legal|possible|allowed|mandatory|true|necessary|required|lawful|permitted|correct)\b)"
)
_LEANS_ZH = re.compile(
    r"它|他们|她们|其(?![中他余实])|该(?=[法条例办规通知文件政策项企学院案])|此(?!外)|这|上述|前述|上面|前者|后者|那[些个项部条]|同样|还有(?:呢|什么|哪些|别的)"
)
_OPENS = re.compile(r"^(?:那么|那|如果是|要是|换成|换作|至于|and|but|so|then|what about|how about|what if|or)(?:[\s,，]+(?:in|for|at|under|with|of))?[\s,，]*")
_CLOSES = re.compile(r"(?:的话)?(?:又)?(?:呢|如何|怎么样|怎样|then|too)?[\s?？。!！]*$")
_ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇\d]+条|\b[Aa]rt(?:icle|\.)\s*\d+")
_QUOTED_TITLE = re.compile(r"《[^》]+》")
_ACTOR = re.compile(
    r"企业|公司|用人单位|职业院校|职业学校|高等职业学校|高等学校|高校|院校|学院|学校|在校学生|学生|实习生|学徒|毕业生|教师|老师|人民政府|政府|个人|个体工商户|"
    r"\b(?:enterprises?|compan(?:y|ies)|employers?|schools?|colleges?|universit(?:y|ies)|students?|interns?|apprentices?|graduates?|teachers?|"
    r"governments?|individuals?)\b"
)
_PRONOUN_ZH = re.compile(
    r"^(?:那么?)?(?:它|该法|该办法|该条例|该通知|该规定|该文件|该政策|这部法律?|这个(?:办法|条例|通知|文件|政策|规定)|这项(?:政策|规定))的?"
)


@dataclass(frozen=True, slots=True)
class _Slot:
    """Something of a question that another of its sort can stand for."""

    sort: str
    text: str
    span: Span


class Condenser:
    """Completes follow-ups by what one library knows.

    Args:
        read: reads a question.
        named: the instruments that a question names.
        weights: the rarity of each concept of a question, in the order of its concepts.
    """

    def __init__(self, read: Callable[[str], Query], named: Callable[[Query], Sequence[Metadata]], weights: Callable[[Query], Sequence[float]]) -> None:
        self._read = read
        self._named = named
        self._weights = weights

    def leans(self, question: str) -> bool:
        """Whether a question can hardly be understood without the turns before it: it points back, or says too little by itself."""
        query = self._read(question)
        folded = fold(query.text).strip()
        if (_LEANS_ZH if query.language == "zh" else _LEANS_EN).search(folded) or _OPENS.match(folded):
            return True
        slots = self._slots(query)
        topics = [c for c in query.concepts if c.kind in (ConceptKind.TERM, ConceptKind.NAME) and not any(_within(c.span, s.span) for s in slots)]
        if any(s.sort == "instrument" for s in slots) and not _is_bare(query, slots):
            return False  # what an instrument says is a full question
        return not topics or (not slots and len(topics) <= FEW and query.asked is not Asked.DEFINITION)

    def condense(self, question: str, history: Sequence[Turn], cited: Sequence[Metadata] = ()) -> str:
        """Return the full question that a follow-up stands for.

        Args:
            question: the follow-up.
            history: the turns before it, the last one last; their questions are full.
            cited: the sources that the last answer cites.
        """
        if not history:
            return question
        query, before = self._read(question), self._read(history[-1].question)
        slots = self._slots(query)
        if _is_bare(query, slots) and slots:
            return self._substituted(query, before, slots)
        return self._carried(query, [self._read(t.question) for t in reversed(history)], cited)

    # -- another of the same sort -----------------------------------------------------------------------------------

    def _substituted(self, query: Query, before: Query, slots: Sequence[_Slot]) -> str:
        text = before.text
        theirs = self._slots(before)
        added = []
        for slot in slots:
            same = [s for s in theirs if s.sort == slot.sort]
            if same and before.language == query.language:
                for old in sorted(same, key=lambda s: s.span, reverse=True):
                    text = text[: old.span.start] + (slot.text if old is same[0] else "") + text[old.span.end :]
                theirs = self._slots(self._read(text))
            else:
                added.append(slot.text)
        return _with(" ".join(text.split()), added, before.language)

    # -- what is left out ------------------------------------------------------------------------------------------

    def _carried(self, query: Query, earlier: Sequence[Query], cited: Sequence[Metadata]) -> str:
        have = {slot.sort for slot in self._slots(query)}
        zh = query.language == "zh"
        carried: list[str] = []
        instrument = "" if "instrument" in have else self._instrument(query, earlier, cited)
        if instrument:
            carried.append(instrument)
        for sort in ("place", "actor"):
            found = next((s for q in earlier for s in self._slots(q) if s.sort == sort), None)
            if found and sort not in have and found.text not in query.text and not (sort == "place" and instrument and found.text in instrument):
                carried.append(found.text)
        last = earlier[0]
        if last.language == query.language:
            known = fold(query.text + " ".join(carried))
            carried += [t for t in self._topics(last)[:MOST_TOPICS] if fold(t) not in known]
        text = query.text
        pronoun = _PRONOUN_ZH.match(text) if zh else None
        if pronoun and instrument:
            return instrument + text[pronoun.end() :]
        return _with(text, carried, query.language)

    def _instrument(self, query: Query, earlier: Sequence[Query], cited: Sequence[Metadata]) -> str:
        """Return the instrument that was spoken of: the one that was asked about, or the only one that the last answer cites."""
        for before in earlier:
            spoken = next((s.text for s in self._slots(before) if s.sort == "instrument"), "")
            if spoken and before.language == query.language:
                return f"《{spoken}》" if query.language == "zh" and not spoken.startswith("《") else spoken
            named = sorted(self._named(before), key=lambda m: m.status is not Status.IN_FORCE)
            if named:
                return _title(named[0], query.language)
        works = {m.work or m.id: m for m in cited}
        return _title(next(iter(works.values())), query.language) if len(works) == 1 else ""

    def _slots(self, query: Query) -> list[_Slot]:
        """Return the places, years, articles, actors and instruments of a question, in reading order."""
        slots = [_Slot("place", query.text[p.span.start : p.span.end], p.span) for p in query.places]
        slots += [_Slot("year", query.text[c.span.start : c.span.end], c.span) for c in query.concepts if c.kind is ConceptKind.YEAR]
        slots += [_Slot("article", m.group(), Span(*m.span())) for m in _ARTICLE.finditer(query.text)]
        slots += [_Slot("instrument", m.group(), Span(*m.span())) for m in _QUOTED_TITLE.finditer(query.text)]
        folded = fold(query.text)
        for m in self._named(query):
            for name in sorted({m.title_zh, m.title_en, *m.aliases, m.title_zh.removeprefix("中华人民共和国")}, key=len, reverse=True):
                place = folded.find(fold(name)) if len(name) > 3 else -1
                if place >= 0:
                    slots.append(_Slot("instrument", query.text[place : place + len(name)], Span(place, place + len(name))))
                    break
        return _apart([*slots, *_actors(query, folded)])

    def _topics(self, query: Query) -> list[str]:
        """Return what a question is about besides its slots, the rarest first; neighbours in the question are one topic."""
        taken = [slot.span for slot in self._slots(query)]
        weights = self._weights(query)
        rated = [
            (weight, c)
            for c, weight in zip(query.concepts, weights, strict=True)
            if c.kind in (ConceptKind.TERM, ConceptKind.NAME) and not any(_within(c.span, t) for t in taken)
        ]
        return [text for _, text in sorted(_joined(query.text, rated), key=lambda pair: -pair[0])]


def _is_bare(query: Query, slots: Sequence[_Slot]) -> bool:
    """Whether a follow-up says nothing but another place, year, article, actor or instrument."""
    rest = query.text
    for slot in sorted(slots, key=lambda s: s.span, reverse=True):
        rest = rest[: slot.span.start] + " " + rest[slot.span.end :]
    rest = _CLOSES.sub("", _OPENS.sub("", fold(rest).strip()))
    rest = re.sub(r"\b(?:in|for|at|under|the|a|an|of|with|if|is|are|and)\b|在|对|对于|的|是|和|年|市|省|[\s,，。]", "", rest)
    return not rest and query.asked in (Asked.OTHER, Asked.REASON, Asked.DEFINITION)


def _within(span: Span, around: Span) -> bool:
    return around.start <= span.start and span.end <= around.end


def _actors(query: Query, folded: str) -> list[_Slot]:
    """Return whom a question is about. An actor that ends a longer term is that term (产教融合型企业); in the midst of one it is none (现代学徒制)."""
    out = []
    for match in _ACTOR.finditer(folded):
        span = Span(*match.span())
        around = max((c.span for c in query.concepts if c.span.start <= span.start and span.end <= c.span.end), key=lambda s: s.end - s.start, default=span)
        if around.start == span.start:
            out.append(_Slot("actor", query.text[span.start : span.end], span))
        elif around.end == span.end:
            out.append(_Slot("actor", query.text[around.start : around.end], around))
    return out


def _apart(slots: Sequence[_Slot]) -> list[_Slot]:
    """Return slots that do not overlap: of two that do, the longer."""
    kept: list[_Slot] = []
    for slot in sorted(slots, key=lambda s: s.span.start - s.span.end):
        if not any(slot.span.start < k.span.end and k.span.start < slot.span.end for k in kept):
            kept.append(slot)
    return sorted(kept, key=lambda s: s.span)


def _joined(text: str, rated: Sequence[tuple[float, Concept]]) -> list[tuple[float, str]]:
    out: list[tuple[float, Span]] = []
    for weight, concept in rated:
        if out and not text[out[-1][1].end : concept.span.start].strip() and concept.span.start >= out[-1][1].end:
            out[-1] = (max(out[-1][0], weight), Span(out[-1][1].start, concept.span.end))
        else:
            out.append((weight, concept.span))
    return [(weight, text[s.start : s.end]) for weight, s in out]


def _title(m: Metadata, language: str) -> str:
    zh = m.title_zh.removeprefix("中华人民共和国")
    if language == "zh":
        return f"《{zh}》" if zh else m.title_en
    return m.title_en or m.title_zh


def _with(question: str, carried: Sequence[str], language: str) -> str:
    """Return a question with what it lacks: before it in Chinese, where its end says what is asked, and behind it in English."""
    parts = list(dict.fromkeys(part for part in carried if part))
    if not parts:
        return question
    if language == "zh":
        return f"关于{'、'.join(parts)}：{question}"
    return f"{question} ({', '.join(parts)})"
