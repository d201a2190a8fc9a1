"""Reading hard facts: numbers, rates, amounts, dates, ratios, clauses, document numbers, modality and negation.

A hard fact is what may not change between a source and a sentence about it. Values are canonical across languages and
numeral styles (30 % = 30％ = 百分之三十; 5 million yuan = 500万元); spans point into the text that was read.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from assistant.text import fold
from assistant.types import Span


class FactKind(StrEnum):
    """The sorts of hard facts."""

    NUMBER = "number"
    DATE = "date"
    RATIO = "ratio"
    CLAUSE = "clause"
    DOCUMENT = "document number"
    MODAL = "modality"
    NEGATION = "negation"


class Fact(NamedTuple):
    """One hard fact: its kind, canonical value, unit (numbers only) and place."""

    kind: FactKind
    value: str
    unit: str
    span: Span


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_PLACES = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_HAN_NUMERAL = "零〇一二两三四五六七八九十百千万亿壹贰叁拾佰仟"
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ONES = {
    w: i
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen".split()
    )
}
_TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
_MONTHS = {
    m: i
    for i, m in enumerate(
        "january february march april may june july august september october november december".split(), start=1
    )
} | {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}

_UNITS = {
    "percent": r"%|percentage points?|per ?cent|个百分点",
    "yuan": r"(?:chinese )?yuan|rmb|cny|元|块钱|人民币",
    "month": r"(?:consecutive |calendar )?months?|个?月(?!\d)",
    "day": r"(?:working |calendar |natural )?days?|个?工作日|日|天",
    "year": r"(?:consecutive )?years?(?: old)?|周?年(?!\d)|周岁|岁",
    "hour": r"hours?|个?小时|学时|课时|时(?=[^间候期代任])",
    "week": r"weeks?|周(?![年岁])|个?星期",
    "times": r"times|fold|倍|次",
    "person": r"(?:people|persons?|students?|apprentices?|interns?|employees?|workers?|teachers?|talents?|staff)\b|名|人(?![民员才事])",
    "item": r"家|所|个|项|条|款|批|类|门|种|份|本|处|座",
}
_UNIT = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items()))
_WORD_NUMBER = "|".join([*_ONES, *_TENS])
_NUMBER = re.compile(
    rf"(?P<han_rate>(?P<base>[百千万])分之(?P<rate>[{_HAN_NUMERAL}点]+|\d+(?:\.\d+)?))"
    rf"|(?P<fraction>(?P<below>[{_HAN_NUMERAL}]+)分之(?P<above>[{_HAN_NUMERAL}]+))"
    r"|(?P<digits>(?<![\w.])\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|(?<![a-z\d.\[])\d+(?:\.\d+)?)"  # [6] is a reference
    r"(?:\s?(?P<myriad>[百千]?[万亿]|千|百)|[\s-]?(?P<scale>hundred|thousand|million|billion|trillion)s?\b)?"
    rf"|(?P<han>[{_HAN_NUMERAL}]+(?:点[{_HAN_NUMERAL}]+)?)"
    rf"|\b(?P<words>(?:{_WORD_NUMBER})(?:[ -](?:{'|'.join(_ONES)}))?(?: (?:hundred|thousand|million|billion))*)\b"
)
_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:\s?年\s?(?:(?P<m>\d{1,2})\s?月(?:\s?(?P<d>\d{1,2})\s?日)?)?|-(?P<m2>\d{1,2})-(?P<d2>\d{1,2})(?!\d))"
    rf"|(?P<han_year>[一二]{{1}}[〇零九一二三四五六七八]{{3}})年"
    rf"|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)? (?P<mon>{'|'.join(_MONTHS)})\.?,? (?P<y3>(?:19|20)\d\d)"
    rf"|\b(?P<mon4>{'|'.join(_MONTHS)})\.? (?:(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?, ?)?(?P<y4>(?:19|20)\d\d)"
    r"|(?<![\d.,-])(?P<y5>(?:19|20)\d\d)(?![\d.,]\d|\s?(?:%|元|yuan|人|名|家|个|students|people|talents|enterprises|号|多人|余))(?!\d)"
)
_RATIO = re.compile(r"(?<![\d:])\d+(?:\s?[:：∶]\s?\d+)+(?![\d:])")
_CLAUSE = re.compile(
    rf"第(?P<zh>[{_HAN_NUMERAL}]+|\d+)(?P<kind>条|款|项)(?:之[一二三四五])?"
    r"|\b(?P<en_kind>articles?|arts?\.?|paragraphs?|para\.?|items?)\s?(?P<en>\d+)(?!\d*\s?(?:%|percent|yuan))"
    r"|§\s?(?P<section>\d+(?:\.\d+)*)"
)
_DOCUMENT = re.compile(r"[一-鿿]{1,10}\s?[\[(（]\s?(?P<year>\d{4})\s?[\])）]\s?(?P<no>\d+)\s?号|令\s?第\s?(?P<order>\d+)\s?号")

_MODALS = {
    "prohibit": r"\b(?:must|shall|may|can|should|could) ?not\b|\bcan't\b|\b(?:is|are|be) (?:strictly )?(?:prohibited|forbidden|banned)\b"
    r"|不得|禁止|严禁|不准|不应|不可以|不能|禁[用招]",
    "encourage": r"\bencourag\w+|鼓励|提倡|倡导",
    "oblige": r"\b(?:must|shall|obliged?|obligated|mandatory|required? to|(?:is|are) required|ha(?:s|ve) to)\b|应当|必须|应(?=[在由为以向将予按与依])|须(?!知)|有义务",
    "advise": r"\b(?:should|ought to|needs? to|suggest\w*|recommend\w*|propos\w+)\b|建议|宜(?=[在由])",
    "permit": r"\b(?:may|can|could|(?:is|are) (?:allowed|permitted|entitled))\b|可以|有权|允许|可(?=[由在按以将向不])",
}
_MODAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _MODALS.items()))
_NEGATION = re.compile(r"\b(?:not|no|never|without|neither|nor|none|cannot)\b|n't\b|(?<![区级特差个分告鉴有识])不(?![同仅但断少久论管满足])|未(?![来成满])|没有|(?<!除)非(?=[法营])|无(?![论线人锡机])")


def han_number(text: str) -> Decimal | None:
    """Return the value of a Chinese numeral (三十, 一千二百, 二〇二二, 三点五), or ``None`` if it is not one."""
    whole, _, tail = text.partition("点")
    value = _han_integer(whole)
    if value is None:
        return None
    if not tail:
        return Decimal(value)
    digits = "".join(str(_DIGITS[c]) for c in tail if c in _DIGITS)
    return Decimal(f"{value}.{digits}") if len(digits) == len(tail) else None


def _han_integer(text: str) -> int | None:
    if not text:
        return None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = section = digit = 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _PLACES:
            section += (digit or 1) * _PLACES[c]
            digit = 0
        elif c in _MYRIADS:
            if section + digit == 0:
                return None
            total = (total + section + digit) * _MYRIADS[c] if c == "亿" else total + (section + digit) * _MYRIADS[c]
            section = digit = 0
        else:
            return None
    return total + section + digit


def to_han(number: int) -> str:
    """Return an integer from 1 to 9999 as a Chinese numeral, as articles are numbered (12 → 十二)."""
    out = ""
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            out += ("零一二三四五六七八九"[digit]) + name
        elif out and number and not out.endswith("零"):
            out += "零"
    return out.removeprefix("一") if out.startswith("一十") else out


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number_value(match: re.Match[str]) -> tuple[Decimal | None, str]:
    """Return value and, for rates and fractions, the unit, of a ``_NUMBER`` match."""
    if match["han_rate"]:
        rate = match["rate"]
        value = Decimal(rate) if rate[0].isdigit() else han_number(rate)
        factor = {"百": 1, "千": Decimal("0.1"), "万": Decimal("0.01")}[match["base"]]
        return (None if value is None else value * factor), "percent"
    if match["fraction"]:
        below, above = han_number(match["below"]), han_number(match["above"])
        return (above / below if below and above is not None else None), "fraction"
    if match["digits"]:
        value = Decimal(re.sub("[,，]", "", match["digits"]))
        if match["myriad"]:
            scale = han_number("一" + match["myriad"])
            value *= scale or 1
        if match["scale"]:
            value *= _SCALES[match["scale"]]
        return value, ""
    if match["han"]:
        return han_number(match["han"]), ""
    value = Decimal(0)
    for word in re.split("[ -]", match["words"]):
        value = value * _SCALES[word] if word in _SCALES else value + (_ONES | _TENS)[word]
    return value, ""


def _numbers(folded: str, taken: list[Span]) -> list[Fact]:
    out = []
    for match in _NUMBER.finditer(folded):
        if any(match.start() < t.end and t.start < match.end() for t in taken):
            continue
        try:
            value, unit = _number_value(match)
        except (InvalidOperation, ZeroDivisionError):
            continue
        if value is None:
            continue
        end = match.end()
        gap = re.compile(r"[\s-]?(?:多|余|左右|以上)?").match(folded, end)
        following = _UNIT.match(folded, gap.end() if gap else end)
        if not unit and following:
            unit, end = following.lastgroup or "", following.end()
        bare_word = match["han"] or match["words"]
        if bare_word and not unit and not re.search("[十百千万亿].|.[十百千万亿]", match.group()):
            continue  # 一般, 统一, "one of": not a quantity
        if match["words"] in ("one", "zero") and unit in ("", "item", "person"):
            continue
        if match["han"] and unit == "item" and match["han"] in "一":
            continue
        if match["han"] and match["han"] in ("万", "百", "千", "亿", "十"):
            continue
        out.append(Fact(FactKind.NUMBER, _plain(value), unit, Span(match.start(), end)))
    return out


def _dates(folded: str) -> list[Fact]:
    out = []
    for m in _DATE.finditer(folded):
        year = m["y"] or m["y3"] or m["y4"] or m["y5"]
        if m["han_year"]:
            number = han_number(m["han_year"])
            year = str(number)
        month = m["m"] or m["m2"] or (m["mon"] and str(_MONTHS[m["mon"]])) or (m["mon4"] and str(_MONTHS[m["mon4"]]))
        day = m["d"] or m["d2"] or m["d3"] or m["d4"]
        value = "-".join([str(year), *(f"{int(part):02d}" for part in (month, day) if part)])
        out.append(Fact(FactKind.DATE, value, "", Span(*m.span())))
    return out


def _clauses(folded: str) -> list[Fact]:
    out = []
    for m in _CLAUSE.finditer(folded):
        if m["section"]:
            kind, number = "section", m["section"]
        elif m["zh"]:
            value = Decimal(m["zh"]) if m["zh"].isdigit() else han_number(m["zh"])
            if value is None:
                continue
            kind, number = {"条": "article", "款": "paragraph", "项": "item"}[m["kind"]], _plain(value)
        else:
            word = m["en_kind"]
            kind = "article" if word.startswith("a") else "paragraph" if word.startswith("p") else "item"
            number = m["en"]
        out.append(Fact(FactKind.CLAUSE, f"{kind} {number}", "", Span(*m.span())))
    return out


@functools.lru_cache(maxsize=20_000)
def read_facts(text: str) -> tuple[Fact, ...]:
    """Return the hard facts of ``text`` in reading order. No two numbers, dates, ratios or clauses overlap."""
    folded = fold(text)
    found = [Fact(FactKind.DOCUMENT, _document(m), "", Span(*m.span())) for m in _DOCUMENT.finditer(folded)]
    for more in (
        _clauses(folded),
        [Fact(FactKind.RATIO, re.sub(r"\s|：|∶", lambda s: "" if s.group().isspace() else ":", m.group()), "", Span(*m.span())) for m in _RATIO.finditer(folded)],
        _dates(folded),
    ):
        found += [f for f in more if not any(f.span.start < t.span.end and t.span.start < f.span.end for t in found)]
    found += _numbers(folded, [f.span for f in found])
    modals = [Fact(FactKind.MODAL, m.lastgroup or "", "", Span(*m.span())) for m in _MODAL.finditer(folded)]
    modals = [m for m in modals if not any(f.span.start <= m.span.start < f.span.end for f in found)]  # "May 2025"
    inside = [m.span for m in modals]
    negations = [
        Fact(FactKind.NEGATION, "not", "", Span(*m.span()))
        for m in _NEGATION.finditer(folded)
        if not any(s.start <= m.start() < s.end for s in inside)
    ]
    return tuple(sorted(found + modals + negations, key=lambda f: (f.span, f.kind)))


def _document(match: re.Match[str]) -> str:
    if match["order"]:
        return f"order {match['order']}"
    return f"{match['year']}/{match['no']}"


def figures(text: str) -> tuple[Fact, ...]:
    """Return only the facts that answer "how many, how much, when": numbers, ratios and dates."""
    return tuple(f for f in read_facts(text) if f.kind in (FactKind.NUMBER, FactKind.RATIO, FactKind.DATE))
