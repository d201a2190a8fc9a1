"""Which sources a question names: by document number, or by all that matters of a title."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from assistant.documents import Metadata
from assistant.language.facts import FactKind, read_facts
from assistant.language.text import fold, is_stop_word, plain_words, stem, terms
from assistant.questions.query import Concept, Query

_BY_NUMBER, _BY_PERIOD = 99, 40
"""A document number names more surely than any title; the years that a plan covers name it as surely as most of its words."""
_GENERIC = frozenset(
    stem(w)
    for w in "law regulation measure notice opinion plan provision rule china people republic implementation revision trial".split()
) | frozenset(
    "中华人民共和国 法 条例 规定 办法 通知 意见 实施 暂行 方案 关于 的 中华 华人 人民 共和 共和国 人民共和国".split()
)
_NO_KIND = frozenset({"china", "peopl", "republ", "revis", "trial"})
"""Generic words that do not say what kind of text it is."""
_PERIOD = re.compile(r"(20\d\d)\s*年?\s*[-–—~～至到]+\s*(20\d\d)")
_PLAN = re.compile(r"\b(?:plan|programme|program|scheme)\b|计划|规划|方案|行动")
"""What a question may call by its years alone (*the 2023-2025 plan*)."""
_LAW_BEHIND = re.compile(r"['’]?s?\s+(?:law|act|code|regulations?)\b|法", re.IGNORECASE)
_LAW_BEFORE = re.compile(r"\b(?:law|act|code|regulations?)\s+(?:on|of)\s+(?:the\s+)?$", re.IGNORECASE)
_KIND_SUFFIX = re.compile("(?:实施条例|实施细则|实施办法|暂行规定|暂行条例|特别规定|条例|办法|规定|细则|法)$")
_KIND_NAMED = frozenset({"law", "法", "regul", "条例", "measur", "办法", "provis", "规定"})


def document_key(number: str) -> str:
    """Return a document number as questions are read: ``财税〔2019〕46号`` → ``2019/46``."""
    return next((f.value for f in read_facts(number) if f.kind is FactKind.DOCUMENT), "")


@dataclass(frozen=True, slots=True)
class _Title:
    """A title as questions may name it."""

    short: str
    """Folded, without the state's name and a note in brackets."""
    words: int
    needed: frozenset[str]
    """All its words that tell it from other titles, any of which may be asked in another form."""
    kinds: frozenset[str]
    """Words of an English title that say what kind of text it is."""
    latin: bool

    def named_by(self, question: str, asked: Collection[str], forms: Collection[str], laws: Collection[str], language: str) -> int:
        """Return how much of the title a question names: 0 unless all that matters of it is named.

        An English title is named only with its kind ('the Labour Law', not 'labour'), and a Chinese one by an English
        question only where the question speaks of a law at all; one of a single word ('education', 'company') only by a law that is
        called by it (``laws``), for that word and some law are in many questions.
        """
        if self.latin:
            whole = self.short in question and re.search(rf"\b{re.escape(self.short)}\b", question) is not None
            whole = whole or (self.needed <= set(asked if len(self.needed) > 1 else laws) and not self.kinds.isdisjoint(asked))
            return 10 * self.words if self.needed and whole else 0
        if len(self.short) >= 3 and self.short in question:
            return 10 * len(self.short)
        told = language == "en" and self.needed and not _KIND_NAMED.isdisjoint(forms) and (len(self.needed) > 1 or self.needed <= set(laws))
        return 5 * len("".join(self.needed)) if told and all(n in forms or n.rstrip("省市") in forms for n in self.needed) else 0


def _bare(title: str) -> str:
    """Return a title folded, without the state's name and a note in brackets (*（1996年）*)."""
    return re.sub(r"\s*[(（][^()（）]*[)）]\s*$", "", fold(title)).removeprefix("中华人民共和国").strip()


def _read_title(title: str) -> _Title | None:
    short = _bare(title)
    if not short:
        return None
    if short.isascii():
        found = terms(short)
        needed = frozenset(t for t in found if not is_stop_word(t) and t not in _GENERIC)
        return _Title(short, len(found), needed, frozenset(t for t in terms(title) if t in _GENERIC) - _NO_KIND, True)
    subject = _KIND_SUFFIX.sub("", short)
    kept = [w for w, _, _ in plain_words(subject) if w not in _GENERIC and not is_stop_word(w)] if subject.isalnum() else []
    return _Title(short, 1, frozenset(kept), frozenset(), False)


class Names:
    """The names of a library's sources. Looks only at titles that share a word with the question."""

    def __init__(self, sources: Iterable[Metadata]) -> None:
        known = list(sources)
        self._known = known
        self._by_number: dict[str, list[Metadata]] = defaultdict(list)
        self._by_period: dict[tuple[str, str], list[Metadata]] = defaultdict(list)
        self._by_word: dict[str, list[tuple[_Title, Metadata]]] = defaultdict(list)
        self._bearers = Counter(title for m in known for title in {_bare(m.title_zh), _bare(m.title_en)} if title)
        self._editions = Counter(m.work for m in known)
        for m in known:
            if number := m.document_number and document_key(m.document_number):
                self._by_number[number].append(m)
            for period in {p for title in (m.title_zh, m.title_en) for p in _periods(title)}:
                self._by_period[period].append(m)
            for title in map(_read_title, (m.title_zh, m.title_en, *m.aliases)):
                for key in _keys(title) if title else ():
                    self._by_word[key].append((title, m))  # type: ignore[arg-type]

    def named(self, query: Query) -> list[Metadata]:
        """Return the sources that the question names by document number, by all the words of a title or by the years of a plan, longest title first.

        With the year of an earlier or later edition beside the title (*the 1996 Vocational Education Law*), that edition is named.
        """
        found = {m.id: (_BY_NUMBER, m) for number in query.documents for m in self._by_number[number]} if query.documents else {}
        asked, question = set(terms(query.text)), fold(query.text)
        if _PLAN.search(question):
            found |= {m.id: (_BY_PERIOD, m) for period in _periods(question) for m in self._by_period[period] if m.id not in found}
        forms = asked | {t for c in query.concepts for t in _forms(c)}
        laws = {t for c in query.concepts if _is_of_a_law(query.text, c) for t in _forms(c)}
        clues = forms | {question[i : i + 2] for i in range(len(question) - 1)}
        for title, m in (entry for clue in clues if clue in self._by_word for entry in self._by_word[clue]):
            size = title.named_by(question, asked, forms, laws, query.language)
            if size and size > found.get(m.id, (0, m))[0]:
                found[m.id] = (size, m)
        longest = max((size for size, _ in found.values()), default=0)
        named = [m for size, m in sorted(found.values(), key=lambda f: (-f[0], f[1].id)) if size == longest]
        return self._of_the_years(named, query.years) or named

    def _of_the_years(self, named: Sequence[Metadata], years: Sequence[str]) -> list[Metadata]:
        """Return those of the named that are called by one of these years, or else texts of the years that they replaced or that replaced them."""
        called = [m for m in self._known if years and not m.years.isdisjoint(years)]
        return [m for m in named if m in called] or [m for m in called if any(_follows(m, n) or _follows(n, m) for n in named)]

    def named_alone(self, query: Query) -> frozenset[str]:
        """Return the ids of named sources whose title no other source shares, but for a note in brackets: a bare title means the text in force."""
        return frozenset(
            m.id
            for m in self.named(query)
            if document_key(m.document_number) in query.documents
            or all(self._bearers[_bare(t)] <= max(1, self._editions[m.work] if m.work else 1) for t in (m.title_zh, m.title_en) if t)
        )


def _follows(later: Metadata, earlier: Metadata) -> bool:
    return not {earlier.id, earlier.work}.isdisjoint(later.supersedes) or earlier.superseded_by in {later.id, later.work} - {""}


def _forms(concept: Concept) -> set[str]:
    return {t for f in concept.forms if f.weight >= 0.6 for t in f.terms}


def _is_of_a_law(question: str, concept: Concept) -> bool:
    """Whether a law is called by a word (*the Company Law*, *the law on patents*)."""
    before, behind = question[: concept.span.start], question[concept.span.end :]
    return bool(_LAW_BEHIND.match(behind) or _LAW_BEFORE.search(before))


def _periods(text: str) -> list[tuple[str, str]]:
    """Return the spans of years that a text names: ``2023-2025``."""
    return [(m.group(1), m.group(2)) for m in _PERIOD.finditer(text)]


def _keys(title: _Title) -> set[str]:
    """Return what a question that names a title must hold one of: a word, or the first two characters."""
    words = {next(iter(sorted(title.needed)))} if title.needed else set()
    if title.latin:
        return words
    return words | {w.rstrip("省市") for w in words} | {title.short[:2]}
