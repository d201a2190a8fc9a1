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
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
_MONTHS = (
    {m: i for i, m in enumerate("january february march april may june july august september october november december".split(), start=1)}
    | {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
    | {"sept": 9}
)

_UNITS = {
    "percent": r"%|percentage points?|per ?cent|个百分点",
    "permille": r"‰",
    "yuan": r"(?:chinese )?yuan|rmb|cny|元(?![制化结])|块钱|人民币",
    "dollar": r"(?:us )?dollars?|美元",
    "month": r"(?:consecutive |calendar )?months?|个?月(?!\d)",
    "day": r"(?:working |calendar |natural )?days?|个?工作日|日|天",
    "year": r"(?:consecutive )?years?(?: old)?|周?年(?![\d级代])|周岁|岁",
    "hour": r"hours?|个?小时|学时|课时|时(?=[^间候期代任])",
    "week": r"weeks?|周(?![年岁])|个?星期",
    "times": r"times|fold|倍|次(?!性)",
    "person": r"(?:people|persons?|students?|apprentices?|interns?|employees?|workers?|teachers?|talents?|staff)\b|名|人(?![民员才事])",
    "item": r"家|所|个|项|条|款|批|类|门|种|份|本|处|座",
}
_UNIT = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items()))
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES)}))?|(?:{'|'.join(_ONES)}))"
_BELOW_THOUSAND = rf"{_BELOW_HUNDRED}(?: hundred(?: (?:and )?{_BELOW_HUNDRED}\b)?)?"
_PARTS = {w: i for i, w in enumerate("half third quarter fifth sixth seventh eighth ninth tenth".split(), start=2)}
_NUMBER = re.compile(
    rf"(?P<han_rate>(?P<base>[百千万])分之(?P<rate>[{_HAN_NUMERAL}]+(?:点[{_HAN_NUMERAL}]+)?|\d+(?:\.\d+)?))"
    rf"|(?P<fraction>(?P<below>[{_HAN_NUMERAL}]+)分之(?P<above>[{_HAN_NUMERAL}]+))"
    r"|(?P<digits>(?<![a-z\d.\[])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"
    r"|(?<![a-z\d.\[])(?<!(?<!to)(?<=[a-z])-)\d+(?:\.\d+)?(?!\.?\d))"  # not covid-19, [6] or section 3.2.1
    r"(?:\s?(?P<myriad>[百千]?(?:万?亿|万)|千|百)(?:(?P<rest>\d+)(?P<rest_scale>万))?|[\s-]?(?P<scale>hundred|thousand|million|billion|trillion)s?\b)?"
    rf"|(?<![数几{_HAN_NUMERAL}])(?P<han>[{_HAN_NUMERAL}]+(?:点[{_HAN_NUMERAL}]+)?)"  # 数十: some tens, no figure
    rf"|\b(?P<part>(?P<few>{'|'.join(_ONES)})[ -](?P<of>{'|'.join(_PARTS)})s?)\b(?!-)"
    rf"|\b(?P<words>{_BELOW_THOUSAND}(?: (?:thousand|million|billion|trillion)(?: (?:and )?{_BELOW_THOUSAND}\b)?)*)\b"
)
_GAP = re.compile(r"[\s-]?(?:多|余|左右|以上)?")
_CURRENCY_BEFORE = re.compile(r"(?:(?P<yuan>\brmb|\bcny|[¥￥])|(?P<dollar>\$))\s?$")
_PLAN = re.compile("(十[一二三四五])五")
_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:\s?年\s?(?:(?P<m>\d{1,2})\s?月(?:\s?(?P<d>\d{1,2})\s?日)?)?"
    r"|(?P<mark>[-/.])(?P<m2>\d{1,2})(?P=mark)(?P<d2>\d{1,2})(?!\d))"
    r"|(?P<han_year>[一二][〇零九一二三四五六七八]{3})年(?:(?P<han_month>[一二三四五六七八九十]{1,2})月(?:(?P<han_day>[一二三四五六七八九十]{1,3})日)?)?"
    rf"|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<mon>{'|'.join(_MONTHS)})\.?,? (?P<y3>(?:19|20)\d\d)"
    rf"|\b(?P<mon4>{'|'.join(_MONTHS)})[.,]? (?:(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,? ?\b)?(?P<y4>(?:19|20)\d\d)"
    r"|(?<![\d.,¥￥$])(?<!rmb )(?<!(?<!(?:19|20)\d\d)(?<=\d)-)(?P<y5>(?:19|20)\d\d)(?![\d.,]\d|\s?(?:%|[元人名家个所项次天倍号万亿余多]|小时|"
    r"(?:yuan|students|people|persons|teachers|workers|talents|enterprises|hours|days|times|million|billion)\b))(?!\d)"
)
_RATIO = re.compile(r"(?<![\d:.])\d+(?:\.\d+)?(?:(?:[:∶]| [:∶] )\d+(?:\.\d+)?)+(?![\d:])")  # not "in 2019: 30 percent"
_CLAUSE = re.compile(
    rf"第(?P<zh>(?:[{_HAN_NUMERAL}]+|\d+)(?:[、和至](?:[{_HAN_NUMERAL}]+|\d+))*)(?P<kind>条|款|项)(?:之[一二三四五])?"
    r"|\b(?P<en_kind>articles?|arts?\.?|paragraphs?|para\.?|items?)\s?(?P<en>\d+(?:(?:, (?:and )?| and | or | to |-)\d{1,3}\b)*)(?!\d*\s?(?:%|percent|yuan))"
    r"|§\s?(?P<section>\d+(?:\.\d+)*)"
)
_DOCUMENT = re.compile(
    rf"[一-鿿]{{1,10}}\s?[\[(]\s?(?P<year>\d{{4}})\s?[\])]\s?第?\s?(?P<no>\d+)\s?号|令\s?第\s?(?P<order>\d+|[{_HAN_NUMERAL}]+)\s?号"
    r"|[\[(](?P<en_year>\d{4})[\])] ?no\.? ?(?P<en_no>\d+)|\b(?:order|decree) no\.? ?(?P<en_order>\d+)"
)
_CITED = re.compile(r"\[\d{1,3}(?:\s?[-,、]\s?\d{1,3})*\]")  # [3,4] refers to sources
_WORK = re.compile(r"《[^《》]*》")  # the name of an instrument commands nothing: 《禁止使用童工规定》

_MODALS = {
    "prohibit": r"\b(?:must|shall|may|can|should|could) ?not\b|\bcan't\b|\b(?:is|are|be) (?:strictly )?(?:prohibited|forbidden|banned)\b"
    r"|不得|禁止|严禁|不准|不应|不可以|不能|禁[用招]",
    "encourage": r"\bencourag\w+|鼓励|提倡|倡导",
    "oblige": r"\b(?:must|shall|obliged?|obligated|mandatory|required? to|(?:is|are) required|ha(?:s|ve) to)\b"
    r"|应当|必须|(?<![适相供对反响效感回])应(?=[在由为以向将予按与依])|(?<!无)须(?!知)|有义务",
    "advise": r"\b(?:should|ought to|needs? to|suggest\w*|recommend\w*|propos\w+)\b|建议|(?<![适便])宜(?=[在由])",
    "permit": r"(?<!\bin )(?<!\bby )(?<!\bof )\bmay\b(?![ ,]? ?\d)|\b(?:can|could|(?:is|are) (?:allowed|permitted|entitled))\b"
    r"|(?<![认许])可以|有权|允许|(?<![认许宁])可(?=[由在按以将向不])",
}
_MODAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _MODALS.items()))
_NEGATION = re.compile(
    r"(?<!or )\bnot\b(?! (?:only|just|merely|least)\b)|\bno\b(?!\.? ?\d| doubt\b)|\b(?:never|without|neither|nor|none|cannot)\b|n't\b"
    r"|不(?![同仅但断少久论管满足良利便幸懈乏等止]|可(?:或缺|缺少|分割)|动产|限于|定期)|未(?![来成满])|没有|(?<!除)非(?=[法营])"
    r"|无(?![论线人锡机偿形私疑缝]|障碍)"
)


def han_number(text: str) -> Decimal | None:
    """Return the value of a Chinese numeral (三十, 一千二百, 二〇二二, 三点五), or ``None`` if it is not one."""
    whole, point, tail = text.partition("点")
    value = _han_integer(whole)
    if value is None or (point and not tail):
        return None
    if not point:
        return Decimal(value)
    digits = "".join(str(_DIGITS[c]) for c in tail if c in _DIGITS)
    return Decimal(f"{value}.{digits}") if len(digits) == len(tail) else None


def _han_integer(text: str) -> int | None:
    if not text:
        return None
    if all(c in _DIGITS for c in text):  # 二〇二二; but 七八 is "seven or eight"
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) != 2 or _DIGITS[text[0]] * _DIGITS[text[1]] == 0 else None
    total = section = digit = 0
    last = 1  # what the numeral so far counts in: the 5 of 一万五 are thousands
    for c in text:
        if c in _DIGITS:
            if digit:
                return None  # 十四五 is no number
            digit = _DIGITS[c]
            last = last if digit else 10
        elif c in _PLACES:
            section += (digit or 1) * _PLACES[c]
            digit, last = 0, _PLACES[c]
        elif c in _MYRIADS:
            if section + digit == 0 and (c == "万" or not total):
                return None
            total = (total + section + digit) * _MYRIADS[c] if c == "亿" else total + (section + digit) * _MYRIADS[c]
            section, digit, last = 0, 0, _MYRIADS[c]
        else:
            return None
    return total + section + digit * max(last // 10, 1)


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
        factor = {"百": Decimal(1), "千": Decimal("0.1"), "万": Decimal("0.01")}[match["base"]]
        return (None if value is None else value * factor), "percent"
    if match["fraction"]:
        below, above = han_number(match["below"]), han_number(match["above"])
        return (above / below if below and above is not None else None), "fraction"
    if match["part"]:
        return Decimal(_ONES[match["few"]]) / _PARTS[match["of"]], "fraction"
    if match["digits"]:
        value = Decimal(match["digits"].replace(",", ""))
        if match["myriad"]:
            value *= han_number("一" + match["myriad"]) or 1
        if match["rest"]:
            value += Decimal(match["rest"]) * _MYRIADS[match["rest_scale"]]
        if match["scale"]:
            value *= _SCALES[match["scale"]]
        return value, ""
    if match["han"]:
        return han_number(match["han"]), ""
    return _words_value(match["words"]), ""


def _words_value(words: str) -> Decimal:
    """Return the value of an English numeral: one hundred and twenty thousand."""
    total = section = 0
    for word in re.split("[ -]", words):
        if word == "hundred":
            section *= 100
        elif word in _SCALES:
            total, section = total + section * _SCALES[word], 0
        elif word != "and":
            section += (_ONES | _TENS)[word]
    return Decimal(total + section)


def _numbers(folded: str, taken: list[Span]) -> list[Fact]:
    out = []
    for match in _NUMBER.finditer(folded):
        if any(match.start() < t.end and t.start < match.end() for t in taken):
            continue
        plan = _PLAN.fullmatch(match["han"] or "")
        if plan:  # 十四五 is the 14th five-year plan
            middle = match.end() - 1
            out.append(Fact(FactKind.NUMBER, str(han_number(plan[1])), "", Span(match.start(), middle)))
            out.append(Fact(FactKind.NUMBER, "5", "year", Span(middle, match.end())))
            continue
        try:
            value, unit = _number_value(match)
        except (InvalidOperation, ZeroDivisionError):
            continue
        if value is None:
            continue
        end = match.end()
        if not unit:
            value, unit, end = _measured(folded, match.start(), end, value)
        if not _names_no_quantity(match, unit):
            out.append(Fact(FactKind.NUMBER, _plain(value), unit, Span(match.start(), end)))
    return out


def _measured(folded: str, start: int, end: int, value: Decimal) -> tuple[Decimal, str, int]:
    """Return value, unit and end of the number at ``start`` with the unit that follows it, or the currency before it."""
    following = _UNIT.match(folded, _GAP.match(folded, end).end())  # type: ignore[union-attr]  # it may match nothing
    if not following:
        currency = _CURRENCY_BEFORE.search(folded[max(0, start - 5) : start])
        return value, (currency.lastgroup or "" if currency else ""), end
    unit, end = following.lastgroup or "", following.end()
    if unit == "permille":
        return value / 10, "percent", end
    if unit in ("year", "hour", "times") and folded.startswith("半", end):
        return value + Decimal("0.5"), unit, end + 1
    return value, unit, end


def _names_no_quantity(match: re.Match[str], unit: str) -> bool:
    """Whether a numeral is only part of a word (一般, 统一, 十分) or a pronoun ("one of them")."""
    han, words = match["han"], match["words"]
    if han and not unit:
        return not re.search("[十百千万亿].|.[十百千万亿]", han)
    if han:
        return han in ("万", "百", "千", "亿") or (han == "一" and unit == "item")
    if words and not unit:
        return words in _ONES and _ONES[words] < 13
    return words in ("one", "zero") and unit in ("item", "person")


def _dates(folded: str) -> list[Fact]:
    out = []
    for m in _DATE.finditer(folded):
        year = m["y"] or m["y3"] or m["y4"] or m["y5"] or han_number(m["han_year"])
        month = m["m"] or m["m2"] or _MONTHS.get(m["mon"] or m["mon4"]) or han_number(m["han_month"] or "")
        day = m["d"] or m["d2"] or m["d3"] or m["d4"] or han_number(m["han_day"] or "")
        value = "-".join([str(year), *(f"{int(part):02d}" for part in (month, day) if part)])
        out.append(Fact(FactKind.DATE, value, "", Span(*m.span())))
    return out


def _clauses(folded: str) -> list[Fact]:
    """Return the clauses named; of a list (Articles 27 and 28, 第五、六条) each one, at the place of its number."""
    out = []
    for m in _CLAUSE.finditer(folded):
        if m["section"]:
            out.append(Fact(FactKind.CLAUSE, f"section {m['section']}", "", Span(*m.span())))
            continue
        word = m["kind"] or m["en_kind"]
        kind = "article" if word[0] in "条a" else "paragraph" if word[0] in "款p" else "item"
        base = m.start("zh" if m["zh"] else "en")
        listed = list(re.finditer(rf"[{_HAN_NUMERAL}]+|\d+", m["zh"] or m["en"]))
        if m["en"] and not word.rstrip(".").endswith("s"):
            listed = listed[:1]  # Article 5, 10 days
        for i, number in enumerate(listed):
            value = Decimal(number[0]) if number[0].isdigit() else han_number(number[0])
            start = m.start() if i == 0 else base + number.start()
            end = m.end() if m["zh"] and i == len(listed) - 1 else base + number.end()
            if value is not None:
                out.append(Fact(FactKind.CLAUSE, f"{kind} {_plain(value)}", "", Span(start, end)))
    return out


@functools.lru_cache(maxsize=20_000)
def read_facts(text: str) -> tuple[Fact, ...]:
    """Return the hard facts of ``text`` in reading order. No two numbers, dates, ratios or clauses overlap."""
    folded = fold(text)
    found = [Fact(FactKind.DOCUMENT, _document(m), "", Span(*m.span())) for m in _DOCUMENT.finditer(folded)]
    for more in (
        _clauses(folded),
        [Fact(FactKind.RATIO, re.sub(r"\s", "", m.group()).replace("∶", ":"), "", Span(*m.span())) for m in _RATIO.finditer(folded)],
        _dates(folded),
    ):
        found += [f for f in more if not any(f.span.start < t.span.end and t.span.start < f.span.end for t in found)]
    found += _numbers(folded, [f.span for f in found] + [Span(*m.span()) for m in _CITED.finditer(folded)])
    modals = [Fact(FactKind.MODAL, m.lastgroup or "", "", Span(*m.span())) for m in _MODAL.finditer(folded)]
    closed = [f.span for f in found] + [Span(*m.span()) for m in _WORK.finditer(folded)]  # "May 2025"
    modals = [m for m in modals if not any(s.start <= m.span.start < s.end for s in closed)]
    inside = [m.span for m in modals] + closed
    negations = [
        Fact(FactKind.NEGATION, "not", "", Span(*m.span())) for m in _NEGATION.finditer(folded) if not any(s.start <= m.start() < s.end for s in inside)
    ]
    return tuple(sorted(found + modals + negations, key=lambda f: (f.span, f.kind)))


def _document(match: re.Match[str]) -> str:
    order = match["order"] or match["en_order"]
    if order:
        return f"order {order if order.isdigit() else han_number(order)}"
    return f"{match['year'] or match['en_year']}/{match['no'] or match['en_no']}"


def figures(text: str) -> tuple[Fact, ...]:
    """Return only the facts that answer "how many, how much, when": numbers, ratios and dates."""
    return tuple(f for f in read_facts(text) if f.kind in (FactKind.NUMBER, FactKind.RATIO, FactKind.DATE))
