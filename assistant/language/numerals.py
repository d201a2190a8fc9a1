"""Numerals of both languages: their words, and what they are worth."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_PLACES = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
HAN_NUMERAL = "零〇一二两三四五六七八九十百千万亿壹贰叁拾佰仟"
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
ONES = {
    w: i
    for i, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
TENS = {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}


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
        elif c in MYRIADS:
            if section + digit == 0 and (c == "万" or not total):
                return None
            total = (total + section + digit) * MYRIADS[c] if c == "亿" else total + (section + digit) * MYRIADS[c]
            section, digit, last = 0, 0, MYRIADS[c]
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


def plain(value: Decimal) -> str:
    """Return a number in digits, without an exponent or needless zeros."""
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def words_value(words: str) -> Decimal:
    """Return the value of an English numeral: one hundred and twenty thousand."""
    total = section = 0
    for word in re.split("[ -]", words):
        if word == "hundred":
            section *= 100
        elif word in SCALES:
            total, section = total + section * SCALES[word], 0
        elif word != "and":
            section += (ONES | TENS)[word]
    return Decimal(total + section)
