"""Reading a question: what it is about (concepts, with their forms in both languages) and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assistant.documents import Span
from assistant.language.facts import Fact, FactKind, read_facts
from assistant.language.glossary import Dictionary, Glossary
from assistant.language.places import Place, find_places
from assistant.language.text import HAN, fold, is_stop_word, language_of, parts_of, plain_words, stem, terms, tokens
from assistant.questions.asking import Asked, asked_for, asks_standing, unit_asked

_HAN_RUN = re.compile(f"[{HAN}]+")


class ConceptKind(StrEnum):
    """What sort of thing a concept is. Names, places, years and numbers must be in the evidence of an answer."""

    TERM = "term"
    NAME = "name"
    PLACE = "place"
    YEAR = "year"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say a concept: the terms that must occur together, and how surely they say it (1 as asked)."""

    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing a question is about."""

    surface: str
    kind: ConceptKind
    span: Span
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, read."""

    text: str
    language: str
    concepts: tuple[Concept, ...]
    asked: Asked
    unit: str = ""
    """The unit of the figure asked for (``percent``, ``yuan``, ``month`` ...), where the question shows it."""
    article: int = 0
    documents: tuple[str, ...] = ()
    """Document numbers named, canonical."""
    places: tuple[Place, ...] = ()
    years: tuple[str, ...] = ()
    standing: bool = False
    """Whether it asks if something holds or can be claimed today."""
    translation: str = field(default="", compare=False)
    """The question's terms in English, for an embedder that reads no Chinese."""


_NAME = re.compile(r"(?<![.?!]\s)(?<!^)(?:(?:[A-Z][\w'’&-]*|\"[^\"]{2,60}\"|“[^”]{2,60}”)(?:\s+(?:of|and|the|for|&)\s+(?=[A-Z])|\s+)?)+")


_SELF = re.compile("I['’](?:m|d|ve|ll)")
_AGE_ZH = re.compile("岁")
_AGE_EN = re.compile(r"\d+(?:-|\s)years?(?:-|\s)old", re.IGNORECASE)
_CALLED_UNDER = (
    (16, (("童工",), tuple(stem(w) for w in ("child", "labour")))),
    (18, (("未成年人",), ("未成年工",), (stem("minor"),))),
)
"""What Chinese law calls people under an age: child labour under 16 (Provisions on Prohibiting Child Labour, Art. 2), minors under 18 (Civil Code, Art. 17)."""

_FRAME = frozenset(
    stem(w)
    for w in (
        "oblige obligate obligation require offer provide "
        "paper author study article text document source mention state describe report say accord example specific today now "
        "currently answer question know information detail exact exactly kind type law legal legally rule provision section table "
        "figure people person thing way claim apply need want use make take mean call percentage percent share proportion money "
        "amount much many sum total average number long big large put set get give go come bring hold held keep let pull assign "
        "receive become happen sure able own exist there like look work already often usually roughly approximately recently "
        "generally normally fast quickly far next back away ever still yet even else instead both either propose suggest compare "
        "involve concern regard relate refer base turn stand sit run walk start begin end place face part worth view head date "
        "order term respect rest plan ought try seek help allow show "
    ).split()
) | frozenset(
    (
        "义务 必须 强制 要求 找 哪部 不少 不多 一直 始终 总是 往往 后来 当时 家 所 座 份 笔 "
        "哪几种 哪几类 哪几项 所说 说的 论文 文章 作者 提到 提及 提出 文中 本文 法律 法规 目前 现在 今天 如今 具体 例子 举例 情况 方面 内容 问题 "
        "答案 是否是 "
        "申请 认为 指出 指 称 属于 是指 做 需 用 问 想 知道 了解 条文 条例 按 依 法 由 每 与否 约 元 万元 亿元 钱 百分之几 几成 "
        "几分之几 多少元 一次性 一共 总共 总 人数 数量 数额 金额 比例 比率 百分比 是多少 写 占 定 派 拿 给 被 放 哪一条 几倍 事先 平时 的话 到手 "
        "身上 分给 几回 当成 由谁来 怎么规定 有何 做出 作出 作为 成为 存在 出现 得到 受到 给予 到底 说到底 那篇 这篇 那所 这所 "
        "那些 这些 每个 某 "
    ).split()
)
"""Words that frame a question rather than say what it is about."""


class QueryReader:
    """Reads questions with one glossary and one dictionary."""

    def __init__(self, glossary: Glossary, dictionary: Dictionary) -> None:
        self.glossary = glossary
        self.dictionary = dictionary

    def read(self, question: str) -> Query:
        """Return what a question asks, in whichever language it is."""
        text = " ".join(question.split())
        facts = read_facts(text)
        places = tuple(find_places(text))
        concepts = _places(places) + _figures(text)
        taken = [c.span for c in concepts] + [f.span for f in facts if f.kind in (FactKind.CLAUSE, FactKind.DOCUMENT)]
        language = language_of(text)
        concepts += self._chinese(text, taken) + self._english(text, taken)
        lowered = fold(text)
        asked = asked_for(lowered)
        ordered = tuple(sorted(_merged(concepts), key=lambda c: c.span))
        return Query(
            text=text,
            language=language,
            concepts=ordered,
            asked=asked,
            unit=unit_asked(lowered) if asked is Asked.FIGURE else "",
            article=next((int(f.value.split()[1]) for f in facts if f.kind is FactKind.CLAUSE and f.value.startswith("article")), 0),
            documents=tuple(f.value for f in facts if f.kind is FactKind.DOCUMENT),
            places=places,
            years=tuple(c.surface for c in concepts if c.kind is ConceptKind.YEAR),
            standing=asks_standing(lowered),
            translation=_translation(text, concepts) if language == "zh" else text,
        )

    # -- concepts ---------------------------------------------------------------------------------------------

    def _chinese(self, text: str, taken: list[Span]) -> list[Concept]:
        out = []
        folded = fold(text)
        for run in _HAN_RUN.finditer(folded):
            covered: list[Span] = []
            for start, end, term in self.glossary.match_han(run.group()):
                span = Span(run.start() + start, run.start() + end)
                if _free(span, taken):
                    covered.append(span)
                    word = folded[span.start : span.end]
                    own = Form((word,), 1.0)
                    parts = tuple(w for w, _, _ in plain_words(word) if w != word)
                    whole = (own, Form(parts, 0.9)) if parts else (own,)
                    out.append(Concept(text[span.start : span.end], ConceptKind(term.kind), span, (*whole, *_glossary_forms(term.forms, own))))
            for word, start, end in _joined(plain_words(run.group())):
                span = Span(run.start() + start, run.start() + end)
                if not is_stop_word(word) and word not in _FRAME and _free(span, taken) and _free(span, covered):
                    kind = ConceptKind.NAME if self.dictionary.is_name(word) else ConceptKind.TERM
                    out.append(Concept(word, kind, span, tuple(self._han_forms(word))))
        return out

    def _han_forms(self, word: str) -> list[Form]:
        forms = [Form((word,), 1.0)]
        parts = tuple(t for t in terms(word) if t != word)
        if parts == tuple(word):  # single characters, as in the index
            return [Form(parts, 1.0)]
        if parts and len("".join(parts)) >= len(word):
            forms.append(Form(parts, 0.9))
        glosses = self.dictionary.english(word)
        if not glosses and parts:
            pieces = [self.dictionary.english(part)[:2] for part in parts]
            if all(pieces):
                glosses = [tuple(t for piece in pieces for t in piece[0])]
        forms += [Form(gloss, 0.8 if place < 4 else 0.6) for place, gloss in enumerate(glosses)]
        return forms

    def _english(self, text: str, taken: list[Span]) -> list[Concept]:
        found = [t for t in tokens(text) if t.term.isascii() and not t.term[0].isdigit()]
        words = [t for t in found if _free(Span(t.start, t.end), taken)]
        out: list[Concept] = []
        used: set[int] = set()
        for start, end, term in self.glossary.match_words([t.term for t in words]):
            span = Span(words[start].start, words[end - 1].end)
            own = Form(tuple(t.term for t in words[start:end] if not is_stop_word(t.term)), 1.0)
            if own.terms:
                out.append(Concept(text[span.start : span.end], ConceptKind(term.kind), span, (own, *_glossary_forms(term.forms, own))))
                used.update(range(start, end))
        names = [Span(*m.span()) for m in _NAME.finditer(text)]
        for i, token in enumerate(words):
            if i in used or is_stop_word(token.term) or token.term in _FRAME or len(token.term) < 2:
                continue
            word = text[token.start : token.end]
            capital = word[0].isupper() and not _SELF.fullmatch(word) and any(n.start <= token.start < n.end for n in names)
            forms = [Form((token.term,), 1.0)]
            if i + 1 < len(words) and i + 1 not in used:
                forms += [Form((w,), 0.7) for w in self.dictionary.chinese((token.term, words[i + 1].term))[:3]]
            chinese = self.dictionary.chinese((token.term,))
            forms += [Form((w,), 0.8 if place < 4 else 0.6) for place, w in enumerate(chinese)]
            out.append(Concept(word, ConceptKind.NAME if capital else ConceptKind.TERM, Span(token.start, token.end), tuple(forms)))
        return out


def _joined(words: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Join neighbouring single characters: a word that the segmenter does not know (顶岗, 督学) falls apart into them."""
    out: list[tuple[str, int, int]] = []
    for word, start, end in words:
        loose = len(word) == 1 and not is_stop_word(word)
        if loose and out and out[-1][2] == start and len(out[-1][0]) < 3 and out[-1][0] not in _FRAME and _loose(out[-1]):
            out[-1] = (out[-1][0] + word, out[-1][1], end)
        else:
            out.append((word, start, end))
    return out


def _loose(word: tuple[str, int, int]) -> bool:
    """Whether an entry is made of single characters: the segmenter has no word of that form."""
    return len(word[0]) == 1 and not is_stop_word(word[0])


def _merged(concepts: list[Concept]) -> list[Concept]:
    """One concept for each stretch of the question: two glossary terms may share a form."""
    by_span: dict[Span, Concept] = {}
    for concept in concepts:
        known = by_span.get(concept.span)
        if known:
            concept = replace(known, forms=tuple({f.terms: f for f in (*concept.forms, *known.forms)}.values()))
        by_span[concept.span] = concept
    return list(by_span.values())


def _free(span: Span, taken: list[Span]) -> bool:
    return not any(span.start < t.end and t.start < span.end for t in taken)


def _glossary_forms(forms: dict[str, tuple[str, ...]], own: Form) -> list[Form]:
    out: list[Form] = []
    for place, form in enumerate((*forms["zh"], *forms["en"])):
        if re.search(f"[{HAN}]", form):
            words = (fold(form),) if len(terms(form)) == 1 or fold(form) in terms(form) else tuple(plain for plain, _, _ in plain_words(fold(form)))
        else:
            words = tuple(t for t in terms(form) if not is_stop_word(t))
        if words and words != own.terms and all(words != f.terms for f in out):
            out.append(Form(words, 0.95 if place < 6 else 0.8))
        if len(words) == 1 and len(words[0]) >= 4 and (parts := parts_of(words[0])):  # 实习报酬 is also 实习 … 报酬
            out.append(Form(parts, 0.7))
    return out


def _places(places: tuple[Place, ...]) -> list[Concept]:
    return [
        Concept(p.en, ConceptKind.PLACE, p.span, (Form(tuple(terms(p.en)), 1.0), Form((p.zh,), 1.0)))
        for p in places
    ]


def _figures(text: str) -> list[Concept]:
    out = []
    for fact in read_facts(text):
        if fact.kind is FactKind.DATE:
            year = fact.value.split("-")[0]
            out.append(Concept(year, ConceptKind.YEAR, fact.span, (Form((year,), 1.0),)))
        elif fact.kind in (FactKind.NUMBER, FactKind.RATIO):
            surface = text[fact.span.start : fact.span.end]
            called, figure = _of_age(text, fact), tuple(fact.value.split(":"))
            out.append(Concept(surface, ConceptKind.NUMBER, fact.span, (*called, Form(figure, 0.5 if called else 1.0))))
    return out


def _of_age(text: str, fact: Fact) -> list[Form]:
    """Return what the law calls somebody of an age: rules on a boy of 15 speak of child labour and minors, not of 15."""
    old = _AGE_ZH.match(text, fact.span.end - 1) or _AGE_EN.match(text, fact.span.start)
    if not old or not fact.value.isdigit():
        return []
    return [Form(words, 1.0) for under, names in _CALLED_UNDER for words in names if int(fact.value) < under]


def _translation(text: str, concepts: list[Concept]) -> str:
    """The English words of a Chinese question, one form for each concept, in reading order."""
    out = []
    for concept in sorted(concepts, key=lambda c: c.span):
        english = next((f.terms for f in concept.forms if all(t.isascii() for t in f.terms)), None)
        if english:
            out.append(" ".join(english))
    return " ".join(out)
