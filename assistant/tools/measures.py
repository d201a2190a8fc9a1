"""Figures as agreements give them: shares, terms, hours of work and intervals, in both languages."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from decimal import Decimal

from assistant.language.facts import Fact, FactKind, han_number, read_facts
from assistant.tools.agreement_rules import Measure
from assistant.tools.clock import hours_by_clock, night_hours

_TO = re.compile(
    r"\s*(?:\(含\))?\s*(?:起)?\s*[,，]?\s*(?:至|到|—|–|-+|~|until|to|through|till|and (?:ends|expires|runs until) on|and expires)\s*"
)
_TIES = re.compile(r"至|到|止|\bto\b|until|end")
_WEEK = re.compile(r"每\s?(?:个)?(?:周|星期)|\b(?:a|per|each|every) week|\bweekly|/ ?week")
_LASTS = re.compile(r"小时|钟头|hour|\bh")
"""22时 is a time of the day."""
_ROUND_THE_CLOCK = 24
_DAYS_A_WEEK = re.compile(
    r"每(?:个)?(?:周|星期)[^,，。;；]{0,6}?(?P<zh>[五六七567])[天日]|做(?P<on>[五六])休"
    r"|\b(?P<en>five|six|seven|[567]) (?:[\w-]+ )?(?:days|shifts) (?:a|per|each|every|of the|in a) week"
    r"|\bweek is made up of (?P<of>five|six|seven)"
)
_DAYS = {word: n for n, words in ((5, "五 5 five"), (6, "六 6 six"), (7, "七 7 seven")) for word in words.split()}
_PAUSE = re.compile(r"^[- ]?(?:的)?(?:休息|午休|用餐|\W{0,2}\w* ?\b(?:break|rest|lunch)\b)")
_PAUSED = re.compile(r"(?:休息|用餐|午休)[^,。;]{0,6}$|\bbreak of $")
"""An hour of rest within a working day is not an hour of work."""
_EVERY_WORD = re.compile(
    r"每(?:隔|满)?\s?(?:个)?(?P<year>(?:一|1)?\s?(?:学)?年(?:度)?)(?!\d)"
    r"|(?P<half>每半年|半年一次|every six months|twice a year|semi-?annually)"
    r"|(?P<annual>\bannually|\byearly|\b(?:every|each) year|\bonce (?:a|per|every|each) year|一年一次|逐年)"
    r"|(?P<two>\bbiennial(?:ly)?|\bevery (?:other|second) year|\bbi-annual review)"
    r"|(?P<term>每(?:个)?学期|each semester|every semester)"
    r"|(?P<quarter>每(?:个)?季度|quarterly|every quarter)"
)
_EVERY_BEFORE = re.compile(
    r"(?:每(?:隔|满)?|\bevery|\bonce (?:in |every )|\bintervals? of(?: (?:no|not) more than| at most| not exceeding| up to)?"
    r"|\bat least every|\bonce in every)\s?$"
)
_EVERY_AFTER = re.compile(r"\s?(?:一次|1次|一修|一评|一调|为(?:一个)?周期|(?:review )?cycles?\b|intervals?\b)")
_SAID_TWICE = re.compile(r"(?:\b[a-z]+(?:-[a-z]+)?\s?|[零一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]{1,4})\((?P<digits>\d+)\)")
"""A number in words with its digits in brackets: sixty (60) months, 五(5)年."""
_SCHOOL_YEAR = re.compile(r"个?学(?=年)|\b(?:academic|school|calendar) (?=years?\b)")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
"""Numerals as bills write them: 贰仟伍佰元."""
_CURRENCY = re.compile(r"\b(?:rmb|cny)(?=\d)")
_MONTHS = {"year": 12, "month": 1}
_WORDS = {"half": 6, "annual": 12, "year": 12, "two": 24, "term": 6, "quarter": 3}


def measure(folded: str, what: Measure) -> list[Decimal]:
    """Return the figures of one measure in a folded text, in reading order."""
    plain = _SCHOOL_YEAR.sub("", _SAID_TWICE.sub(r"\g<digits>", folded)).translate(_FORMAL)
    folded = _CURRENCY.sub(r"\g<0> ", plain)
    numbers = [f for f in read_facts(folded) if f.kind is FactKind.NUMBER]
    match what:
        case Measure.SHARE:
            return [Decimal(f.value) * (100 if f.unit == "fraction" else 1) for f in numbers if f.unit in ("percent", "fraction")] + list(_tenths(folded))
        case Measure.AMOUNT:
            return [Decimal(f.value) for f in numbers if f.unit == "yuan"]
        case Measure.MONTHS:
            return [*_periods(folded), *(Decimal(f.value) * _MONTHS[f.unit] for f in numbers if f.unit in _MONTHS and not _recurs(folded, f))]
        case Measure.EVERY_MONTHS:
            words = [Decimal(_WORDS[m.lastgroup]) for m in _EVERY_WORD.finditer(folded) if m.lastgroup]
            return [*(Decimal(f.value) * _MONTHS[f.unit] for f in numbers if f.unit in _MONTHS and _recurs(folded, f)), *words]
        case Measure.HOURS_A_DAY:
            return [*_hours(folded, numbers, weekly=False), *hours_by_clock(folded)]
        case Measure.HOURS_A_WEEK:
            return _hours(folded, numbers, weekly=True)
        case Measure.NIGHT_HOURS:
            return night_hours(folded)


def _tenths(folded: str) -> Iterator[Decimal]:
    """Yield shares that are said without a percent sign: 八成, 七五折, half, in equal shares."""
    for match in re.finditer(r"(?P<tenths>[一二三四五六七八九1-9])成(?P<half>半)?(?![为立本品员绩果])", folded):
        yield (han_number(match["tenths"]) or Decimal(match["tenths"])) * 10 + (5 if match["half"] else 0)
    if re.search(
        r"一半|半数|\bhalf (?:of )?(?:the|that)\b|\bone half\b|\b(?:split |shared |divided )?(?:equally|in equal shares)\b|五五|平分|均分|各半|对半", folded
    ):
        yield Decimal(50)


def _recurs(folded: str, fact: Fact) -> bool:
    """Whether a span of time is an interval: every two years, 每两年, 两年一次."""
    return bool(_EVERY_BEFORE.search(folded[: fact.span.start]) or _EVERY_AFTER.match(folded, fact.span.end))


def _hours(folded: str, numbers: list[Fact], weekly: bool) -> list[Decimal]:
    """Return the hours of a working day or week; a week may be given as so many days of so many hours."""
    lasting = [f for f in numbers if f.unit == "hour" and _LASTS.search(folded[f.span.start : f.span.end]) and Decimal(f.value) != _ROUND_THE_CLOCK]
    working = [f for f in lasting if not _PAUSE.search(folded[f.span.end : f.span.end + 12]) and not _PAUSED.search(folded[: f.span.start])]
    given = [Decimal(f.value) for f in working if _is_weekly(folded, f) is weekly]
    if given or not weekly or not (days := _DAYS_A_WEEK.search(folded)):
        return given
    return [hours * _DAYS[days[days.lastgroup or ""]] for hours in _hours(folded, numbers, weekly=False)]


def _is_weekly(folded: str, fact: Fact) -> bool:
    if Decimal(fact.value) > 24:
        return True
    if re.match(r"[- ]?(?:hour )?(?:working )?(?:days?|shifts?)\b", folded[fact.span.end :]):
        return False
    before = re.split(r"[,，;；。、]", folded[: fact.span.start])[-1]
    after = re.split(r"[,，;；。、]|\band\b", folded[fact.span.end :])[0]
    return bool(_WEEK.search(before) or _WEEK.search(after[:16]))


def _periods(folded: str) -> Iterator[Decimal]:
    """Yield the months between two dates of which one follows the other: from … to …"""
    dates = [(f.span, day) for f in read_facts(folded) if f.kind is FactKind.DATE and (day := _day(f.value))]
    for (first, start), (second, end) in itertools.pairwise(dates):
        between = folded[first.end : second.start]
        tied = _TO.fullmatch(between) or (len(between) < 40 and _TIES.search(between + folded[second.end : second.end + 2]))
        if end > start and tied:
            days = (end - start).days + 1
            yield Decimal(round(days / 30.4375, 1)).quantize(Decimal("0.1"))


def _day(value: str) -> dt.date | None:
    try:
        parts = [int(part) for part in value.split("-")]
        return dt.date(*parts) if len(parts) == 3 else dt.date(parts[0], parts[1], 1) if len(parts) == 2 else None
    except ValueError:
        return None
