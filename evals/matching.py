"""Whether two stretches of text are the same words: gold evidence against what was retrieved or cited.

White space and the ``**`` of Markdown are left out of every comparison, for a reader of files may keep them or not.
"""

from __future__ import annotations

import re

from assistant.documents import Span

SHINGLE = 8
"""Characters in a shingle: about four Chinese words or one and a half English ones, so a chance match is rare."""

_SKIPPED = re.compile(r"\s|\*\s*\*")
_ARTICLE_ZH = re.compile(r"第[^条]+条(?:之[一二三四五六七八九十]+)?")
_ARTICLE_EN = re.compile(r"(?:article|art\.?)\s*(\d+)", re.IGNORECASE)


def squeeze(text: str) -> str:
    """Return a text without white space and ``**``."""
    return _SKIPPED.sub("", text)


def shingles(text: str) -> frozenset[str]:
    """Return all runs of eight characters of a squeezed text; the whole text if it is shorter.

    Shingling after Broder, "On the resemblance and containment of documents", 1997, on characters instead of words so that
    Chinese needs no segmenter.
    """
    plain = squeeze(text)
    if not plain:
        return frozenset()
    return frozenset(plain[i : i + SHINGLE] for i in range(max(1, len(plain) - SHINGLE + 1)))


def containment(piece: str, text: str) -> float:
    """Return the share of a piece's shingles that occur in a text, in [0, 1]: Broder's containment of the piece in the text.

    Raises:
        ValueError: the piece is blank.
    """
    wanted = shingles(piece)
    if not wanted:
        raise ValueError("a blank piece is contained in everything")
    plain = squeeze(text)
    return sum(s in plain for s in wanted) / len(wanted)


def locate(text: str, words: str, occurrence: int = 0) -> Span | None:
    """Return where words stand in a text, or ``None``; the first time, or after ``occurrence`` earlier ones."""
    kept: list[int] = []
    end = 0
    for skipped in _SKIPPED.finditer(text):
        kept.extend(range(end, skipped.start()))
        end = skipped.end()
    kept.extend(range(end, len(text)))
    plain, wanted = "".join(text[i] for i in kept), squeeze(words)
    at = -len(wanted)
    for _ in range(occurrence + 1):  # str.count() counts without overlap, so the search does as well
        at = plain.find(wanted, at + len(wanted))
        if at < 0:
            return None
    return Span(kept[at], kept[at + len(wanted) - 1] + 1) if wanted else None


def article(locator: str) -> str:
    """Return the article that a locator names, without its paragraph; any other locator in lower case, without blanks.

    >>> article("Article 27 (2)"), article("第二十七条第二款"), article("Table 1, row 4")
    ('art27', '第二十七条', 'table1,row4')
    """
    if found := _ARTICLE_EN.match(locator.strip()):
        return f"art{found[1]}"
    if found := _ARTICLE_ZH.match(locator.strip()):
        return found[0]
    return re.sub(r"\s", "", locator).lower()
