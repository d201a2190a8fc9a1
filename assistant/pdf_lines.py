"""The printed lines of a PDF with their places on the page, without running headers, footers and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pypdf import PageObject

from assistant.canonical import clean

_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_NARROW = re.compile(r"[iljtfrI.,;:'|!()\[\]\- ]")
_UPPER = re.compile(r"[A-Z@%&]|[mw]")
_SPACE = re.compile(r"[ \t\u00a0]+")
_PAGE_NUMBER = re.compile(
    r"[-–—·.|\s]*(?:(?:page|p\.|第)?\s*\d{1,5}\s*(?:页)?(?:\s*(?:/|of|,|，|共)\s*共?\s*\d{1,4}\s*页?)?|[ivxlc]{1,6})[-–—·.|\s]*",
    re.IGNORECASE,
)
# What pypdf writes for glyphs of a font that does not say which characters they are.
_UNDECODED = re.compile(r"(?:/[A-Za-z]{1,3}[0-9A-F]{2,4}\s?){2,}|\ufffd+")
_EDGE_LINES = 3


@dataclass(slots=True)
class Line:
    """One printed line: where it starts and (by estimate) ends, in points from the lower left corner, and its size."""

    text: str
    x: float
    y: float
    right: float
    size: float
    page: int
    is_row: bool = False
    """Whether it was put together from cells that stand apart, as the row of a table."""


def estimated_width(text: str, size: float) -> float:
    """About how wide ``text`` prints; pypdf does not measure it."""
    wide, narrow, upper = (len(pattern.findall(text)) for pattern in (_WIDE, _NARROW, _UPPER))
    return size * (wide + 0.3 * narrow + 0.7 * upper + 0.5 * (len(text) - wide - narrow - upper))


@dataclass(slots=True)
class _Gathering:
    """Fragments of text as pypdf shows them to its visitor, gathered into lines."""

    page: int
    lines: list[Line] = field(default_factory=list)
    fragments: list[tuple[str, float, float, float]] = field(default_factory=list)

    def visit(self, text: str, cm: Sequence[float], tm: Sequence[float], font: object, size: float) -> None:
        """Take one fragment at the place that text matrix ``tm`` within ``cm`` gives it."""
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = abs(size * (tm[3] or tm[1]) * (cm[3] or cm[1])) or 1.0
        for number, part in enumerate(clean(text).split("\n")):
            if number:
                self.end_line()
            if part:
                self.fragments.append((part, x, y, height))

    def end_line(self) -> None:
        """Close the line, or lengthen the one before where both stand at one height, as the cells of a row do."""
        text = _SPACE.sub(" ", "".join(part for part, *_ in self.fragments)).strip(" \u3000")
        printed = [fragment for fragment in self.fragments if fragment[0].strip()]
        self.fragments = []
        if not text:
            return
        _, x, y, _ = printed[0]
        # The place of a fragment may be that of the line's start, so neither estimate alone reaches the end.
        run = x + sum(estimated_width(part, size) for part, *_, size in printed)
        right = max(run, *(x + estimated_width(part, size) for part, x, _, size in printed))
        line = Line(text, x, y, right, _main_size(printed), self.page, _has_gap(printed))
        last = self.lines[-1] if self.lines else None
        if last and abs(last.y - y) < 0.25 * line.size and x > last.x + 0.8 * (last.right - last.x):
            last.is_row = last.is_row or x > last.right + line.size
            last.text, last.right = f"{last.text} {text}", right
        else:
            self.lines.append(line)


def _has_gap(fragments: Sequence[tuple[str, float, float, float]]) -> bool:
    """Whether two fragments stand two ems apart; a short first one is the number of an item, not a cell."""
    end, length = fragments[0][1], 0
    for part, x, _, size in fragments:
        if length > 6 and x > end + 2 * size:
            return True
        end, length = max(end, x) + estimated_width(part, size), length + len(part.strip())
    return False


def _main_size(fragments: Sequence[tuple[str, float, float, float]]) -> float:
    """The largest size that a fifth of the characters have: small capitals and note marks do not set a line's size."""
    sizes: Counter[float] = Counter()
    for part, _, _, size in fragments:
        sizes[round(size, 1)] += len(part.strip())
    return max(size for size, count in sizes.items() if 5 * count >= sizes.total())


def page_lines(page: PageObject, number: int) -> tuple[list[Line], bool]:
    """The lines of ``page`` in the order they were printed, and whether some text on it could not be decoded."""
    gathering = _Gathering(number)
    visitor: Any = gathering.visit
    page.extract_text(visitor_text=visitor)
    gathering.end_line()
    lines, garbled = [], False
    for line in gathering.lines:
        readable = _SPACE.sub(" ", _UNDECODED.sub(" ", line.text)).strip()
        if readable != line.text:
            garbled = True
            line.text = readable if any(map(str.isalpha, readable)) else ""
        if line.text:
            lines.append(line)
    return lines, garbled


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """``pages`` without bare page numbers and without lines that return, figures apart, at the same edge of pages.

    A line returns if it stands among the three outermost lines on at least three pages and on half of all.
    """
    edges = [_edges(lines) for lines in pages]
    seen = Counter(mark for marked in edges for mark in set(marked.values()))
    needed = max(3, len(pages) // 2)
    kept = []
    for lines, marked in zip(pages, edges, strict=True):
        running = {place for place, mark in marked.items() if seen[mark] >= needed}
        outermost = {place for place in marked if lines[place].y in _extremes(lines)}
        numbers = {place for place in outermost if _PAGE_NUMBER.fullmatch(lines[place].text)}
        kept.append([line for place, line in enumerate(lines) if place not in running | numbers])
    return kept


def _edges(lines: Sequence[Line]) -> dict[int, tuple[str, str]]:
    """The positions of the outermost lines, each with its edge and its text without figures."""
    by_height = sorted(range(len(lines)), key=lambda place: -lines[place].y)
    top = {place: "top" for place in by_height[:_EDGE_LINES]}
    bottom = {place: "bottom" for place in by_height[_EDGE_LINES:][-_EDGE_LINES:]}
    marks = (top | bottom).items()
    return {place: (edge, re.sub(r"\d+", "#", lines[place].text).casefold()) for place, edge in marks}


def _extremes(lines: Sequence[Line]) -> set[float]:
    heights = [line.y for line in lines]
    return {max(heights), min(heights)}
