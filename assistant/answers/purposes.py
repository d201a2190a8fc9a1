"""What cannot be read off a likeness of words: what a sum is for, which of a series is meant, and whose names are asked for.

*How much did the firm invest* is not answered by what it saved, *the third round* not by the second, and *which twenty firms* not by
a sentence that counts twenty and names none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from assistant.answers.candidates import Candidate
from assistant.language.facts import FactKind, figures
from assistant.language.numerals import HAN_NUMERAL, ONES, TENS, han_number, words_value
from assistant.language.text import HAN
from assistant.questions.asking import Asked
from assistant.questions.query import Query


class Purpose(NamedTuple):
    """What a sum or a day is of: how a question names it, and how evidence does, in either language."""

    asked: re.Pattern[str]
    said: re.Pattern[str]


def _purpose(asked: str, said: str) -> Purpose:
    return Purpose(re.compile(asked, re.IGNORECASE), re.compile(said, re.IGNORECASE))


PURPOSES = (
    _purpose(
        r"(?:投入?|投资|出资)(?:额|了|的是|是)*多少(?!名|人|位|台|个)|\bhow much\b[^.?]{0,40}\binvest",
        r"投[资入了建]|出资|注资|斥资|拨付|拨款|下达|专项资金|经费|捐|\binvest|\bfund|contribut|\bput in\b|donat|\bspen[dt]|allocat|budget",
    ),
    _purpose(
        r"补贴|补助|津贴|奖补|\bsubsid|\ballowances?\b|\bstipend",
        r"补贴|补助|津贴|奖补|奖励|资助|补偿|支持|扶持|专项资金|经费|贴息|抵免|减免|给予[^，。]{0,15}元"
        r"|\bsubsid|allowance|\bgrant|\breward|\bstipend|\baward|\bsupport|incentive|\bcredit|\bbonus|waive|\boffset",
    ),
    _purpose(r"罚款|罚多少|罚金|\bfined\b|\bfines\b|\b(?:a|the|what|which) fine\b", r"罚|\bfine|penalt|处以?[^，。]{0,12}元"),
    _purpose(r"学费|\btuition\b", r"学费|收费|\btuition|\bfees?\b|\bcharges?\b"),
    _purpose(r"养老金|退休金|\bpensions?\b", r"养老|退休金|\bpension"),
    _purpose(r"违约金|\bliquidated damages\b", r"违约|赔|补偿|\bdamages|compensat|breach"),
    _purpose(
        r"废止|废掉|废除|\brepealed\b",
        r"废止|废除|作废|失效|停止执行|不再(?:有效|执行)|取代|代替|有效期|终止|\brepeal|\bexpire|\blapse|supersede|\breplace|no longer in force|valid",
    ),
)
"""Only such as have words of their own: *pay* and *cost* are said of anything. What a text's status is, it need not say itself."""
_WHETHER_ANY = re.compile(
    r"有(?:没有)?[^，。？?]{0,4}(?:补贴|补助|津贴|奖补)[^，。？?]{0,6}吗|\b(?:is|are) there (?:a|any) (?:subsid|allowance|stipend)", re.IGNORECASE
)
"""Asks whether there is money of a kind."""
_ORDINALS = {word: n for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1)}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
_SERIES = re.compile(
    rf"第(?P<han>[{HAN_NUMERAL}\d]+)[期轮批届]|(?P<start>[首头]一?[期轮批届])"
    rf"|\b(?P<word>{'|'.join(_ORDINALS)}) (?:phase|round|batch|stage|cycle|session)\b"
    r"|\b(?:phase|round|batch|stage|cycle) (?P<number>\d+|I{1,3}|IV|V)\b",
    re.IGNORECASE,
)
_COUNT_EN = "|".join(sorted(ONES.keys() | TENS.keys(), key=len, reverse=True))
_WHICH_OF_A_COUNT = re.compile(
    rf"(?<![第{HAN_NUMERAL}\d])(?P<count>[{HAN_NUMERAL}\d]+)[家所个名位](?!月|学时|小时|工作日)[^，。？?的可应需要]{{0,8}}?(?:都)?(?:是|有)?(?:哪些|哪几|谁)"
    rf"|哪(?P<han>[{HAN_NUMERAL}\d]+)[家所个名位]"
    rf"|\b(?:which|what|who) (?:are |were )?(?:the |those |these )?(?P<word>(?:{_COUNT_EN})(?:-(?:{_COUNT_EN}))?|\d{{1,3}}) [a-z]+",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"[、,，;；|/\n\t]|\band\b|[和及与]|(?<=[{HAN}]) (?=[{HAN}])")


def unmet_purpose(query: Query, shown: Sequence[Candidate]) -> tuple[str, ...]:
    """Return what the sum or day asked for is of, where no passage shown speaks of any such thing; of other questions nothing."""
    if query.asked not in (Asked.FIGURE, Asked.DATE) and not _WHETHER_ANY.search(query.text):
        return ()
    named = [(found.group(), purpose) for purpose in PURPOSES if (found := purpose.asked.search(query.text))]
    said = " ".join(f"{c.hit.passage.text} {c.hit.passage.heading} {c.hit.source.status}" for c in shown)
    return () if any(purpose.said.search(said) for _, purpose in named) else tuple(word for word, _ in named)


def unmet_series(query: Query, shown: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the members of a series that a question names (*the third round*) where the sources shown name only others."""
    said = {n for c in shown for n in _numbers(f"{c.hit.passage.text} {c.hit.passage.heading} {c.hit.source.title_zh} {c.hit.source.title_en}").values()}
    return tuple(words for words, n in _numbers(query.text).items() if said and n not in said)


def _numbers(text: str) -> dict[str, int]:
    """Return the members of series that a text names, each with its number."""
    out = {}
    for found in _SERIES.finditer(text):
        if found["word"]:
            value = _ORDINALS[found["word"].lower()]
        elif found["number"]:
            value = _ROMAN.get(found["number"].lower()) or int(found["number"])
        else:
            value = 1 if found["start"] else _count(found["han"])
        if value:
            out[found.group()] = value
    return out


def unmet_names(query: Query, shown: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the count whose members are asked for by name, where what is shown gives that count and lists less than half as many things."""
    found = _WHICH_OF_A_COUNT.search(query.text)
    if not found:
        return ()
    wanted = _count(found["count"] or found["han"] or found["word"])
    listed = sum(1 + len(_BETWEEN.findall(c.text)) for c in shown)
    counted = any(f.value == str(wanted) and f.kind is not FactKind.DATE for c in shown for f in figures(c.text))
    return (found.group(),) if counted and listed < wanted / 2 else ()


def _count(numeral: str) -> int:
    """Return what a numeral of either language is worth; 0 where it is none."""
    if numeral.isdigit():
        return int(numeral)
    return int(words_value(numeral.lower().replace("-", " ")) if numeral.isascii() else han_number(numeral) or 0)
