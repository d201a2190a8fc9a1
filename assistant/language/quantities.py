"""Reading quantities: numbers, rates and amounts with their units, in both languages and all numeral styles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from assistant.documents import Span
from assistant.language.numerals import HAN_NUMERAL, MYRIADS, ONES, SCALES, TENS, han_number, plain, words_value


class Quantity(NamedTuple):
    """A number: its canonical value, its unit (empty if it has none) and its place."""

    value: str
    unit: str
    span: Span


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
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(TENS)})(?:[ -](?:{'|'.join(ONES)}))?|(?:{'|'.join(ONES)}))"
_BELOW_THOUSAND = rf"{_BELOW_HUNDRED}(?: hundred(?: (?:and )?{_BELOW_HUNDRED}\b)?)?"
_PARTS = {w: i for i, w in enumerate("half third quarter fifth sixth seventh eighth ninth tenth".split(), start=2)}
_NUMBER = re.compile(
    rf"(?P<han_rate>(?P<base>[百千万])分之(?P<rate>[{HAN_NUMERAL}]+(?:点[{HAN_NUMERAL}]+)?|\d+(?:\.\d+)?))"
    rf"|(?P<fraction>(?P<below>[{HAN_NUMERAL}]+)分之(?P<above>[{HAN_NUMERAL}]+))"
    r"|(?P<digits>(?<![a-z\d.\[])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"
    r"|(?<![a-z\d.\[])(?<!(?<!to)(?<=[a-z])-)\d+(?:\.\d+)?(?!\.?\d))"  # not covid-19, [6] or section 3.2.1
    r"(?:\s?(?P<myriad>[百千]?(?:万?亿|万)|千|百)(?:(?P<rest>\d+)(?P<rest_scale>万))?|[\s-]?(?P<scale>hundred|thousand|million|billion|trillion)s?\b)?"
    rf"|(?<![数几{HAN_NUMERAL}])(?P<han>[{HAN_NUMERAL}]+(?:点[{HAN_NUMERAL}]+)?)"  # 数十: some tens, no figure
    rf"|\b(?P<part>(?P<few>{'|'.join(ONES)})[ -](?P<of>{'|'.join(_PARTS)})s?)\b(?!-)"
    rf"|\b(?P<words>{_BELOW_THOUSAND}(?: (?:thousand|million|billion|trillion)(?: (?:and )?{_BELOW_THOUSAND}\b)?)*)\b"
)
_GAP = re.compile(r"[\s-]?(?:多|余|左右|以上)?")
_CURRENCY_BEFORE = re.compile(r"(?:(?P<yuan>\brmb|\bcny|[¥￥])|(?P<dollar>\$))\s?$")
_PLAN = re.compile("(十[一二三四五])五")


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
        return Decimal(ONES[match["few"]]) / _PARTS[match["of"]], "fraction"
    if match["digits"]:
        value = Decimal(match["digits"].replace(",", ""))
        if match["myriad"]:
            value *= han_number("一" + match["myriad"]) or 1
        if match["rest"]:
            value += Decimal(match["rest"]) * MYRIADS[match["rest_scale"]]
        if match["scale"]:
            value *= SCALES[match["scale"]]
        return value, ""
    if match["han"]:
        return han_number(match["han"]), ""
    return words_value(match["words"]), ""


def read_quantities(folded: str, taken: Sequence[Span]) -> list[Quantity]:
    """Return the quantities of folded text that do not overlap a span already taken, by a date or a clause number."""
    out = []
    for match in _NUMBER.finditer(folded):
        if any(match.start() < t.end and t.start < match.end() for t in taken):
            continue
        plan = _PLAN.fullmatch(match["han"] or "")
        if plan:  # 十四五 is the 14th five-year plan
            middle = match.end() - 1
            out.append(Quantity(str(han_number(plan[1])), "", Span(match.start(), middle)))
            out.append(Quantity("5", "year", Span(middle, match.end())))
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
            out.append(Quantity(plain(value), unit, Span(match.start(), end)))
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
        return words in ONES and ONES[words] < 13
    return words in ("one", "zero") and unit in ("item", "person")
