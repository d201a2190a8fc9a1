"""Clock times in agreements: how long a working day is and how much of it falls into the night, in both languages.

The night is 22:00 to 6:00. A stretch of more than six hours for which no break is given is taken to hold one of an hour,
for a day "9:00 to 18:00" has one although nobody writes it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from assistant.language.facts import han_number

DAY, HALF_DAY = 24 * 60, 12 * 60
NIGHT = ((0, 6 * 60), (22 * 60, 30 * 60), (46 * 60, 54 * 60))
"""Minutes after the midnight before a stretch that belong to a night."""
_LONG, _BREAK = 6 * 60, 60

_HAN = "零一二两三四五六七八九十"
_PART = r"凌晨|清晨|清早|早上?|上午|中午|下午|午后|傍晚|晚上?|夜间|夜里|深夜|次日|第二天|翌日|隔天|\s"
_TIME = (
    rf"(?P<part{{n}}>(?:{_PART})*)(?:(?P<zh{{n}}>\d{{{{1,2}}}}|[{_HAN}]{{{{1,3}}}})(?:点钟?|时(?!间))(?P<past{{n}}>半|\d{{{{1,2}}}}|[{_HAN}]{{{{1,3}}}}(?=分))?分?"
    r"|(?P<hour{n}>\d{{1,2}})(?::(?P<minute{n}>\d{{2}}))?\s?(?P<half{n}>[ap]\.?m\b\.?)?|(?P<word{n}>\b(?:noon|midnight)\b))"
)
_JOINED = (
    r"\s?(?:\([^()]{0,12}\))?\s?(?:到岗|上班|开工)?"
    r"[,、]?\s?(?:and )?(?:-+|–|—|~|至|到|\bto\b|\buntil\b|\btill\b|\band\b|(?<=岗,)|(?<=班,)|下班(?:时间)?[为是:]?|\b(?:finish|end|leave)\w* at\b)"
    r"\s?(?:the (?:next|following) (?:day|morning) at )?"
)
_STRETCH = re.compile(_TIME.format(n=1) + _JOINED + _TIME.format(n=2))
_PAUSE = re.compile(
    rf"(?:休息|用餐|午休|就餐|吃饭)[^,，。;；]{{0,6}}?(?P<zh>\d+|[{_HAN}]+|半)\s?个?(?P<unit>小时|分钟)"
    r"|(?P<en>\d+|one|two|half an?|an?)[- ](?:full )?(?P<of>hours?|minutes?)(?:'s)?[^.;]{0,12}\b(?:break|lunch|meals?|rest)\b"
)
_SHIFTS = re.compile(r"班|\bshifts?\b|或|\bor\b")
_ENGLISH = {"one": Decimal(1), "two": Decimal(2), "half a": Decimal("0.5"), "half an": Decimal("0.5"), "a": Decimal(1), "an": Decimal(1)}


class Stretch(NamedTuple):
    """A time from one clock time to another, in minutes after midnight; the end is later than the start."""

    start: int
    end: int
    place: int
    """Where in the text it begins."""
    stop: int


def hours_by_clock(folded: str) -> list[Decimal]:
    """Return the hours of each working day that a folded text gives by the clock: of stretches that follow each other the sum, of shifts each."""
    stretches = list(_stretches(folded))
    if not stretches:
        return []
    pause = _pause(folded)
    days: list[list[Stretch]] = []
    for stretch in stretches:
        last = days[-1][-1] if days else None
        goes_on = last and stretch.start >= last.end and not _SHIFTS.search(folded, last.stop, stretch.place)
        if goes_on:
            days[-1].append(stretch)
        else:
            days.append([stretch])
    return [_hours(day, pause) for day in days]


def night_hours(folded: str) -> list[Decimal]:
    """Return for each stretch of a folded text how many of its hours lie between 22:00 and 6:00."""
    return [
        (Decimal(sum(max(0, min(stretch.end, stop) - max(stretch.start, start)) for start, stop in NIGHT)) / 60).quantize(Decimal("0.1"))
        for stretch in _stretches(folded)
    ]


def _hours(day: list[Stretch], pause: Decimal) -> Decimal:
    minutes = Decimal(sum(stretch.end - stretch.start for stretch in day))
    unsaid = _BREAK if len(day) == 1 and minutes > _LONG else 0
    return ((minutes - (pause or unsaid)) / 60).quantize(Decimal("0.1"))


def _pause(folded: str) -> Decimal:
    """Return the minutes of the break that a text gives, 0 where it gives none."""
    match = _PAUSE.search(folded)
    if match is None:
        return Decimal(0)
    if match["zh"]:
        amount = Decimal("0.5") if match["zh"] == "半" else _number(match["zh"])
        return amount * (60 if match["unit"] == "小时" else 1)
    amount = _ENGLISH[match["en"]] if match["en"] in _ENGLISH else Decimal(match["en"])
    return amount * (60 if match["of"].startswith("hour") else 1)


def _number(digits: str) -> Decimal:
    return Decimal(digits) if digits.isdecimal() else Decimal(han_number(digits) or 0)


def _stretches(folded: str) -> Iterator[Stretch]:
    for match in _STRETCH.finditer(folded):
        ends = [_minutes(match, n) for n in (1, 2)]
        if ends[0] is None or ends[1] is None:
            continue
        start, end = ends[0], ends[1]
        said = match["part2"].strip() or match["half2"] or match["word2"]
        if end <= start < end + HALF_DAY and not said:
            end += HALF_DAY  # 8:30-5:30, 下午两点到六点
        yield Stretch(start, end + DAY if end <= start else end, match.start(), match.end())


def _minutes(match: re.Match[str], n: int) -> int | None:
    """Return the minutes after midnight of one of the two times of a stretch; nothing where it is only a number."""
    if match[f"word{n}"]:
        return HALF_DAY if match[f"word{n}"] == "noon" else DAY
    part = match[f"part{n}"].strip()
    if match[f"zh{n}"]:
        past = match[f"past{n}"]
        hour, minute = int(_number(match[f"zh{n}"])), 30 if past == "半" else int(_number(past)) if past else 0
    elif match[f"minute{n}"] or match[f"half{n}"]:
        hour, minute = int(match[f"hour{n}"]), int(match[f"minute{n}"] or 0)
    else:
        return None
    late = re.search(r"下午|午后|傍晚|晚|夜", part) and not re.search(r"次日|第二天|翌日", part)
    if (late and hour <= 12) or (match[f"half{n}"] or "").startswith("p"):
        hour += 12 if hour < 12 else 12 if late and "午" not in part else 0
    elif (match[f"half{n}"] or "").startswith("a") and hour == 12:
        hour = 0
    return hour * 60 + minute if hour <= 24 and minute < 60 else None
