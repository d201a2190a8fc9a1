"""Reading hard facts: numbers, rates, amounts, dates, ratios, clauses, document numbers, modality and negation.

A hard fact is what may not change between a source and a sentence about it. Values are canonical across languages and
numeral styles (30 % = 30％ = 百分之三十; 5 million yuan = 500万元); spans point into the text that was read.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from assistant.documents import Span
from assistant.language.modality import read_modes
from assistant.language.numerals import HAN_NUMERAL, han_number, plain, to_han
from assistant.language.quantities import read_quantities
from assistant.language.text import fold


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


_MONTHS = (
    {m: i for i, m in enumerate("january february march april may june july august september october november december".split(), start=1)}
    | {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
    | {"sept": 9}
)

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
    rf"第(?P<zh>(?:[{HAN_NUMERAL}]+|\d+)(?:[、和至](?:[{HAN_NUMERAL}]+|\d+))*)(?P<kind>条|款|项)(?:之[一二三四五])?"
    r"|\b(?P<en_kind>articles?|arts?\.?|paragraphs?|para\.?|items?)\s?(?P<en>\d+(?:(?:, (?:and )?| and | or | to |-)\d{1,3}\b)*)(?!\d*\s?(?:%|percent|yuan))"
    r"|§\s?(?P<section>\d+(?:\.\d+)*)"
)
_DOCUMENT = re.compile(
    rf"[一-鿿]{{1,10}}\s?[\[(]\s?(?P<year>\d{{4}})\s?[\])]\s?第?\s?(?P<no>\d+)\s?号|令\s?第\s?(?P<order>\d+|[{HAN_NUMERAL}]+)\s?号"
    r"|[\[(](?P<en_year>\d{4})[\])] ?no\.? ?(?P<en_no>\d+)|\b(?:order|decree) no\.? ?(?P<en_order>\d+)"
)
_CITED = re.compile(r"\[\d{1,3}(?:\s?[-,、]\s?\d{1,3})*\]")  # [3,4] refers to sources


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
        listed = list(re.finditer(rf"[{HAN_NUMERAL}]+|\d+", m["zh"] or m["en"]))
        if m["en"] and not word.rstrip(".").endswith("s"):
            listed = listed[:1]  # Article 5, 10 days
        for i, number in enumerate(listed):
            value = Decimal(number[0]) if number[0].isdigit() else han_number(number[0])
            start = m.start() if i == 0 else base + number.start()
            end = m.end() if m["zh"] and i == len(listed) - 1 else base + number.end()
            if value is not None:
                out.append(Fact(FactKind.CLAUSE, f"{kind} {plain(value)}", "", Span(start, end)))
    return out


@functools.lru_cache(maxsize=20_000)
def read_facts(text: str) -> tuple[Fact, ...]:
    """Return the hard facts of ``text`` in reading order. No two numbers, dates, ratios or clauses overlap."""
    found = _without_modes(text)
    modes = read_modes(fold(text), [f.span for f in found])
    said = [Fact(FactKind.NEGATION if value == "not" else FactKind.MODAL, value, "", span) for value, span in modes]
    return tuple(sorted([*found, *said], key=lambda f: (f.span, f.kind)))


@functools.lru_cache(maxsize=20_000)
def _without_modes(text: str) -> tuple[Fact, ...]:
    """Return the hard facts but modality and negation, which are half of the work and which the words of an index do without."""
    folded = fold(text)
    found = [Fact(FactKind.DOCUMENT, _document(m), "", Span(*m.span())) for m in _DOCUMENT.finditer(folded)]
    for more in (
        _clauses(folded),
        [Fact(FactKind.RATIO, re.sub(r"\s", "", m.group()).replace("∶", ":"), "", Span(*m.span())) for m in _RATIO.finditer(folded)],
        _dates(folded),
    ):
        found += [f for f in more if not any(f.span.start < t.span.end and t.span.start < f.span.end for t in found)]
    taken = [f.span for f in found] + [Span(*m.span()) for m in _CITED.finditer(folded)]
    found += [Fact(FactKind.NUMBER, *quantity) for quantity in read_quantities(folded, taken)]
    return tuple(sorted(found, key=lambda f: (f.span, f.kind)))


def _document(match: re.Match[str]) -> str:
    order = match["order"] or match["en_order"]
    if order:
        return f"order {order if order.isdigit() else han_number(order)}"
    return f"{match['year'] or match['en_year']}/{match['no'] or match['en_no']}"


def figures(text: str) -> tuple[Fact, ...]:
    """Return only the facts that answer "how many, how much, when": numbers, ratios and dates."""
    return tuple(f for f in _without_modes(text) if f.kind in (FactKind.NUMBER, FactKind.RATIO, FactKind.DATE))


__all__ = ["Fact", "FactKind", "figures", "han_number", "read_facts", "to_han"]
