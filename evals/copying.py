"""Words that a digest has taken over from a text, in longer runs than names, figures and set terms account for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

LIMITS = {"zh": 16, "en": 10}
"""Characters of Chinese, or words of English, that a run of the same words may have besides what is exempt.

A shorter run is what two people write who state the same rule in the terms of the field.
"""

_TOKENS = {"zh": re.compile(r"[一-鿿]|[A-Za-z]+|\d+(?:\.\d+)?"), "en": re.compile(r"[A-Za-z]+(?:[’'-][A-Za-z]+)*|\d+(?:[.,]\d+)*")}
_TABLE_ROW = re.compile(r"^\|.*$", re.MULTILINE)
_NAME = r"(?-i:[A-Z][\w&’'-]*(?:[ ,]+(?:of|and|the|for|in|with)\b)*[ ,]*){2,}|[\"“][^\"”\n]{1,60}[\"”]|[一-鿿]{2,18}(?:局|委员会)(?=[；，、。\s])"
_FIGURE = r"\d+(?:[.,]\d+)*\s?[%％]?|第[零〇一二三四五六七八九十百千\d]+[条款项号]|《[^》]*》|〔\d{4}〕\d+号"


class _Token(NamedTuple):
    word: str
    start: int
    end: int


def copied(text: str, original: str, language: str, exempt: Iterable[str]) -> Iterator[str]:
    """Yield the runs of words of ``text`` that stand in ``original`` as well and are longer than the limit of the language.

    Names, set terms, figures and article numbers within a run are not counted, nor is a table that is reproduced with its
    source named; white space and punctuation are no words.
    """
    limit = LIMITS[language]
    text = _TABLE_ROW.sub("", text)
    tokens, known = _tokens(text, language), _grams(original, language, limit)
    runs = list(_runs(tokens, known, limit))
    free = [m.span() for m in _exempt(tuple(exempt)).finditer(text)] if runs else []
    for start, end in runs:
        if sum(not any(s <= t.start and t.end <= e for s, e in free) for t in tokens[start:end]) > limit:
            yield " ".join(text[tokens[start].start : tokens[end - 1].end].split())


def _tokens(text: str, language: str) -> list[_Token]:
    return [_Token(m.group().lower(), *m.span()) for m in _TOKENS[language].finditer(text)]


@cache
def _grams(text: str, language: str, size: int) -> frozenset[tuple[str, ...]]:
    words = [t.word for t in _tokens(text, language)]
    return frozenset(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def _runs(tokens: Sequence[_Token], known: frozenset[tuple[str, ...]], size: int) -> Iterator[tuple[int, int]]:
    words = [t.word for t in tokens]
    start = None
    for i in range(len(words) - size + 2):
        if tuple(words[i : i + size]) in known:
            start = i if start is None else start
        elif start is not None:
            yield start, i + size - 1
            start = None


@cache
def _exempt(terms: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(terms, key=len, reverse=True)
    return re.compile("|".join([_FIGURE, _NAME, *map(re.escape, longest_first)]), re.IGNORECASE)
