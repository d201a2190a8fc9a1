"""Reading words: folding, sentences and tokens, in Chinese and English, always with spans into the original.

Folding (full width to half width, traditional to simplified, lower case) never changes the length of a text, so a
position in the folded text is a position in the original.
"""

from __future__ import annotations

import functools
import logging
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import jieba
import opencc
import snowballstemmer

from assistant.documents import Span

logging.getLogger("jieba").setLevel(logging.WARNING)  # it announces its dictionary on standard error

HAN = "㐀-䶿一-鿿豈-﫿〇"
_HAN_RUN = re.compile(f"[{HAN}]+")
_WORD = re.compile(rf"[{HAN}]+|[a-z]+(?:['’][a-z]+)?|\d+(?:[.,]\d+)*")
_STOP = re.compile(r"[。！？!?]+|\.+|[；;](?=\s*\n)|\n")
_AFTER_STOP = re.compile(r"([”’\"'」』）)》】\]]*)(?:\[\d{1,3}(?:\s?[-–,，、]\s?\d{1,3})*\])*")  # closing marks, then references: [2,3]
_WRAPPED = re.compile(rf"(?:(?<=[a-z,])\n[ \t]*[a-z](?!\))|(?<=[，、])\n[ \t　]*[{HAN}])")
_TITLE = re.compile(r"\b(?:e\.g|i\.e|vs|cf|Dr|Mr|Ms|Mrs|Prof|St|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$")
_NUMBERING = re.compile(r"\b(?:Nos?|nos?|Arts?|Secs?|Figs?|Tab|[Vv]ol|pp?|Ch|[Pp]aras?)\.$")
_SHORT = re.compile(r"(?:\b(?:etc|et al|Inc|Ltd|Co|Corp|eds?|[A-Z])|\.[a-z])\.$")
_ENUMERATOR = re.compile(r"\s*(?:[-*•·]\s+)?(?:\d{1,2}(?:\.\d{1,2})*|[A-Za-z]|[IVXivx]{2,4})\.")
_NUMERAL_NEXT = re.compile(r"\s*(?:[A-Z]?\d|[IVXLC]+\b|[(§])")
_STARTER_NEXT = re.compile(r"\s+[\"“(]?(?:The|This|These|Those|That|It|Its|In|However|A|An|They|We|He|She|There|For|As|But|And|If|On|At|When|Then|Such)\s")
_LOWER_NEXT = re.compile(r"[^\S\n]+[a-z]")
_LINE_END_NEXT = re.compile(r"[ \t]*\n")
_SHORTEST_WRAP = 40
_LONGEST_ENUMERATOR = 100
_LEADING_MARK = re.compile(r"(?:[-*•·]|\d{1,2}[.)、])\s+(?=\S)")

STOP_WORDS = frozenset(
    "a an the of to in on at by for from with as and or but if than then that this these those it its is are was were be been "
    "being do does did done have has had having will would shall should can could may might must not no nor so such which who "
    "whom whose what when where why how there here about into over under between during per each any all some most more less "
    "also only just very much many i you he she we they them their his her our your my me us am up out off again further once "
    "sb sth etc please tell give say says said according get gets got many one ones s t re ve ll d".split()
)
STOP_WORDS_ZH = frozenset(
    "的 了 在 是 和 与 及 或 等 之 其 为 对 于 从 由 以 将 把 被 给 向 到 并 且 而 也 都 还 就 又 吗 呢 吧 啊 么 有 没有 这 那 这个 那个 哪 哪些 哪个 哪一 "
    "什么 怎么 怎样 如何 为何 为什么 多少 几 是否 能 能否 能不能 可以 可否 应该 应当 需要 必须 要 会 请 请问 我 我们 你 您 他 她 它 他们 上 下 中 里 "
    "内 时 后 前 所 个 些 种 种类 项 条 款 第 该 本 各 有关 关于 根据 按照 依照 规定 哪里 谁 何 何时 吗 多 大 少 一 一个 不 并不 是不是 有没有 若 如果 则 "
    "其中 以及 进行 通过 具体 分别 多久 多长 多高 多大 哪年 哪 几个 几年 "
    "跟 同 一起 被 没 才 最 最多 最少 至少 至多 以内 之内 以后 之后 以前 之前 多长时间 时间 "
    "隔 再 一下 到底 究竟 分 让 使 得 着 过 地 们 更 很 太 只 算 多少钱 些什么 "
    "不能 不可 行不行 对不对 两 几所 几家 哪家 哪所 什么样 样 那么 这么 怎么样 怎么办 该怎么 "
    "来 去 说 讲 看 当 因 因为 所以 但 但是 还是 或者 以及 还要 就是 只要 只有".split()
)


class Token(NamedTuple):
    """A searchable word: its folded, stemmed form and where it stands."""

    term: str
    start: int
    end: int


@functools.cache
def _fold_table() -> dict[int, str]:
    """Character-for-character map: full width, compatibility forms, case, traditional to simplified."""
    table: dict[int, str] = {}
    simplify = opencc.OpenCC("t2s")
    han = "".join(map(chr, range(0x4E00, 0x9FFF + 1)))
    simple = simplify.convert("\n".join(han)).split("\n")
    for old, new in zip(han, simple, strict=True):
        if old != new and len(new) == 1:
            table[ord(old)] = new
    for code in (*range(0xFF01, 0xFF5F), 0x3000, *range(0x2000, 0x200B), 0xA0):
        folded = unicodedata.normalize("NFKC", chr(code))
        table[code] = folded.lower() if len(folded) == 1 else " "
    for code in range(ord("A"), ord("Z") + 1):
        table[code] = chr(code).lower()
    table.update({ord(a): b for a, b in zip("‐‑‒–—―−“”‘’〔〕【】", "-------\"\"''[][]", strict=True)})
    return table


def fold(text: str) -> str:
    """Return ``text`` in a form for comparing, of the same length."""
    return text.translate(_fold_table())


def squeeze(text: str) -> str:
    """Return folded text with white space collapsed, for comparing wording."""
    return re.sub(r"\s+", " ", fold(text)).strip()


def language_of(text: str) -> str:
    """Return ``zh`` when more than three in ten letters are Han characters, else ``en``."""
    han = sum(len(run) for run in _HAN_RUN.findall(text))
    latin = len(re.findall(r"[A-Za-z]+", text))  # one English word weighs about as much as one character
    return "zh" if han > 0.3 * (han + latin) and han else "en"


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return the spans of the sentences of ``text[start:end]``, without surrounding white space.

    Ends are ``. ! ? 。 ！ ？`` with any closing quotes, brackets and reference marks; ``；`` and ``;`` end one only at the
    end of a line, as list items do in statutes; a line break ends one, unless the line is only wrapped. A list's mark
    (``-``, ``1.``) is not part of the sentence.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    begin = lead = start  # lead: its first character that is no space, looked for once however often the sentence goes on
    for match in _STOP.finditer(text, start, end):
        if match.start() < begin:
            continue
        if match.group() == "\n":
            stop = match.end()
            enough = stop - begin > _SHORTEST_WRAP or text[match.start() - 1] in "，、"
            if enough and _WRAPPED.match(text, match.start(), end):
                continue
        else:
            stop = _AFTER_STOP.match(text, match.end(), end).end()  # type: ignore[union-attr]  # it may match nothing
            lead = max(lead, begin)
            while text[lead].isspace():
                lead += 1
            if _goes_on(text, lead, match, stop, end):
                continue
        _append(spans, text, begin, stop)
        begin = stop
    _append(spans, text, begin, end)
    return spans


def _goes_on(text: str, begin: int, mark: re.Match[str], stop: int, end: int) -> bool:
    """Whether the sentence whose first character stands at ``begin`` goes on behind what looks like its end."""
    if stop >= end or mark.group() in "；;":
        return False
    closed = _AFTER_STOP.match(text, mark.end(), end)[1]  # type: ignore[index]
    if not text[stop].isspace():
        aside = any(c in "）)》】]" for c in closed) and text[begin] not in "（(《【["
        return aside or mark.group()[-1] in ".!?"
    if _LOWER_NEXT.match(text, stop, end) and (closed or mark.group() != ".") and mark.group()[-1] in ".!?":
        return True  # He asked "why?" and left. Wait... what
    if mark.group() != "." or stop > mark.end():
        return False
    if stop - begin <= _LONGEST_ENUMERATOR and _ENUMERATOR.fullmatch(text, begin, stop):
        return not _LINE_END_NEXT.match(text, stop, end)
    window = max(begin, mark.start() - 12), mark.end()
    if _NUMBERING.search(text, *window):
        return bool(_NUMERAL_NEXT.match(text, stop, end))
    if _SHORT.search(text, *window):
        return not _STARTER_NEXT.match(text, stop, end)
    return bool(_TITLE.search(text, *window))


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    mark = _LEADING_MARK.match(text, start, end)
    if mark:
        start = mark.end()
    if end > start and any(c.isalnum() for c in text[start:end]):
        spans.append(Span(start, end))


class Segmenter:
    """Chinese word segmentation with the domain's terms known. Safe to use from several threads."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._jieba = jieba.Tokenizer()
        self._lock = threading.Lock()
        self._words = tuple(words)
        self._ready = False

    def cut(self, run: str) -> list[tuple[str, int, int]]:
        """Return ``(word, start, end)`` of a run of Han characters: long words and the shorter words inside them."""
        return list(self._loaded().tokenize(run, mode="search", HMM=False))

    def words(self, run: str) -> list[tuple[str, int, int]]:
        """Return ``(word, start, end)`` of a run of Han characters, each character in one word."""
        return list(self._loaded().tokenize(run, HMM=False))

    def _loaded(self) -> jieba.Tokenizer:
        if not self._ready:
            with self._lock:
                if not self._ready:
                    self._jieba.initialize()
                    for word in self._words:
                        self._jieba.add_word(word)
                    self._ready = True
        return self._jieba


_segmenter = Segmenter()


def know_words(words: Iterable[str]) -> None:
    """Make the segmenter keep these Chinese terms whole (and still offer their parts)."""
    global _segmenter
    _segmenter = Segmenter(sorted(set(words)))
    _cut.cache_clear()
    plain_words.cache_clear()
    parts_of.cache_clear()


_stemmer = snowballstemmer.stemmer("english")


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the Snowball (Porter2) stem of a lower-case English word."""
    return str(_stemmer.stemWord(word.removesuffix("'s").removesuffix("’s")))


@functools.lru_cache(maxsize=100_000)
def _cut(run: str) -> tuple[tuple[str, int, int], ...]:
    return tuple(_segmenter.cut(run))


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of ``text``: jieba search-mode words for Chinese, stems for English, digits as written."""
    folded = fold(text)
    for match in _WORD.finditer(folded):
        word = match.group()
        if _HAN_RUN.match(word):
            for piece, start, end in _cut(word):
                yield Token(piece, match.start() + start, match.start() + end)
        elif word[0].isdigit():
            yield Token(word.replace(",", ""), match.start(), match.end())
        else:
            yield Token(stem(word), match.start(), match.end())


@functools.lru_cache(maxsize=100_000)
def plain_words(run: str) -> tuple[tuple[str, int, int], ...]:
    """Return ``(word, start, end)`` of a run of Han characters, each character in one word."""
    return tuple(_segmenter.words(run))


@functools.lru_cache(maxsize=100_000)
def parts_of(word: str) -> tuple[str, ...]:
    """Return the fewest shorter words that a Chinese word is made of, without gap or overlap and none of one character.

    Empty where it is not made so. 校企合作协议 is 校企, 合作 and 协议; the 作协 that stands across two of them is none of its parts.
    """
    shortest: dict[int, tuple[str, ...]] = {0: ()}
    for piece, start, end in sorted(_cut(word), key=lambda cut: cut[1:]):
        if len(piece) > 1 and piece != word and start in shortest and (end not in shortest or len(shortest[end]) > len(shortest[start]) + 1):
            shortest[end] = (*shortest[start], piece)
    return shortest.get(len(word), ())


def is_stop_word(term: str) -> bool:
    """Whether a term carries no topic: function words and question words of both languages."""
    return term in STOP_WORDS or term in STOP_WORDS_ZH or term in _STOP_STEMS


_STOP_STEMS = frozenset(stem(word) for word in STOP_WORDS)


def terms(text: str) -> list[str]:
    """Return the terms of ``text`` in reading order, stop words included."""
    out: list[str] = []
    for word in _WORD.findall(fold(text)):  # as tokens() does, without the places
        if _HAN_RUN.match(word):
            out += [piece for piece, _, _ in _cut(word)]
        else:
            out.append(word.replace(",", "") if word[0].isdigit() else stem(word))
    return out


def count_words(text: str) -> int:
    """Return the length of ``text`` in words, a Han character counting as two thirds of a word."""
    han = sum(len(run) for run in _HAN_RUN.findall(text))
    return round(han / 1.5) + len(re.findall(r"[A-Za-z0-9][\w'’.,%-]*", text))
