"""Faithful rewrites: a sentence said in another way that its source carries just as well."""

from __future__ import annotations

import random
import re

from assistant.language.text import language_of
from evals.plain_sentences import Change, Sentence, replaced

_DIGITS = "零一二三四五六七八九"



def _numerals(sentence: Sentence, rng: random.Random) -> str | None:
    """Return the sentence with its numerals in another style: 30% and 百分之三十, 6个月 and 六个月."""
    text = sentence.text
    text = re.sub(r"百分之([二三四五六七八九])十(?![一二三四五六七八九])", lambda m: f"{_DIGITS.index(m[1])}0%", text)
    text = re.sub(r"(?<![\d.])([2-9])(?=个月|年以上|年以内|个工作日|人以上)", lambda m: _DIGITS[int(m[1])], text)
    text = re.sub(r"(?<=[满过足于])([二三四五六七八九])(?=个月|年|日|人|周岁)", lambda m: str(_DIGITS.index(m[1])), text)
    text = re.sub(r"(\d)%", r"\1 percent", text) if language_of(text) == "en" else text
    return None if text == sentence.text else text


def _framed(sentence: Sentence, rng: random.Random) -> str | None:
    if language_of(sentence.text) == "zh":
        return rng.choice(["根据所引文本，", "文中写明：", "具体来说，"]) + sentence.text
    first = sentence.text.split()[0]
    if first not in ("The", "This", "In", "It", "These", "A", "An", "Each", "Every", "Under", "By", "Schools", "Enterprises"):
        return None
    return rng.choice(["According to the source, ", "As the text puts it, ", "In short, "]) + sentence.text[0].lower() + sentence.text[1:]


def _reordered(sentence: Sentence, rng: random.Random) -> str | None:
    """Return 'B if A.' for 'If A, B.', and the two halves around a semicolon exchanged."""
    match = re.fullmatch(r"(If|When|Where|After|Under|In|On|From) ([^,]{8,80}), ([A-Za-z][^,;]{12,160})\.", sentence.text)
    if match:
        return f"{match[3][0].upper()}{match[3][1:]} {match[1].lower()} {match[2]}."
    match = re.fullmatch(r"([^；。]{10,70})；([^；。]{10,70})。", sentence.text)
    return f"{match[2]}；{match[1]}。" if match and match[2][0] not in "但其并该" else None


_reworded = replaced(
    [("应当(?=[依按由将加建保为对])", "应"), ("(?<!不)可以(?=[由按在依])", "可"), ("以及", "和"), (r"\bshall\b(?! not)", "must"),
    (r"\bin order to\b",
    "to"), (r"\bsuch as\b",
    "for example"), (r"\bcannot\b", "can not"), (r"\bwhich\b", "that")]
)  # fmt: skip

FAITHFUL: dict[str, Change] = {
    "copy": lambda sentence, rng: sentence.text,
    "numerals": _numerals,
    "framed": _framed,
    "reordered": _reordered,
    "reworded": _reworded,
}


