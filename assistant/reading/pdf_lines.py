"""The printed lines of a PDF with their places on the page, without running headers, footers and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import Any

from pypdf import PageObject

from assistant.reading.canonical import clean, turned
from assistant.reading.pdf_ink import LEAST_SIZE, Ink, Unseen, ink_of

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
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
"""How a typesetter draws letters, not which letters they are."""
_EDGE_LINES = 3
_EDGES = ("top", "bottom")


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
    ink: Ink
    dropped: frozenset[Unseen] = frozenset()
    """What is not gathered, for these reasons."""
    lines: list[Line] = field(default_factory=list)
    fragments: list[tuple[str, float, float, float]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)
    """Fragments with marks that turn the direction of writing."""

    def visit(self, text: str, cm: Sequence[float], tm: Sequence[float], font: object, size: float) -> None:
        """Take one fragment at the place that text matrix ``tm`` within ``cm`` gives it."""
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = abs(size * (tm[3] or tm[1]) * (cm[3] or cm[1])) or 1.0
        if text.strip() and self.ink.unseen(text, x, y, height if size else LEAST_SIZE) in self.dropped:
            self.hidden.append(text)
            return
        self.turned += [text] * bool(turned(text))
        for number, part in enumerate(clean(text).translate(_LIGATURES).split("\n")):
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


@dataclass(frozen=True, slots=True)
class PageLines:
    """What one page prints."""

    lines: list[Line]
    """In the order in which they were drawn."""
    undecoded: bool
    """Whether some text could not be decoded; it is left out."""
    hidden: str
    """Text that nobody sees on the page; it is left out."""
    turned: str
    """Fragments with marks that turn the direction of writing, as they stand in the file."""


def page_lines(page: PageObject, number: int) -> PageLines:
    """Return the lines of ``page`` that a reader sees."""
    gathering = _gathered(page, number, frozenset())
    reasons = gathering.ink.hidden()
    if reasons:
        gathering = _gathered(page, number, reasons)
    lines, undecoded = [], False
    for line in gathering.lines:
        readable = _SPACE.sub(" ", _UNDECODED.sub(" ", line.text)).strip()
        if readable != line.text:
            undecoded = True
            line.text = readable if any(map(str.isalpha, readable)) else ""
        if line.text:
            lines.append(line)
    return PageLines(lines, undecoded, " ".join(" ".join(gathering.hidden).split()), "".join(gathering.turned))


def _gathered(page: PageObject, number: int, dropped: frozenset[Unseen]) -> _Gathering:
    gathering = _Gathering(number, ink_of(page), dropped)
    visitor: Any = gathering.visit
    page.extract_text(visitor_text=visitor, visitor_operand_before=gathering.ink.follow)
    gathering.end_line()
    return gathering


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """``pages`` without bare page numbers and without lines that return, figures apart, at the same edge of pages.

    A line returns if, on at least three pages and on half of all, it is one of the three outermost and a gap sets it
    apart from the body. Where that would take most of the text, the pages are of one pattern (forms, certificates)
    and nothing is removed.
    """
    marks = [{edge: [_mark(line) for line in _outermost(lines, edge)] for edge in _EDGES} for lines in pages]
    seen = Counter(
        (edge, mark)
        for lines, marked in zip(pages, marks, strict=True)
        for edge in _EDGES
        for mark in set(marked[edge][: _set_apart(_outermost(lines, edge, 1))])
    )
    running = {mark for mark, count in seen.items() if count >= max(3, len(pages) // 2)}
    kept: list[list[Line]] = []
    for lines in pages:
        gone = {id(line) for edge in _EDGES for line in _outermost(lines, edge) if (edge, _mark(line)) in running}
        for edge in _EDGES:
            gone |= {id(line) for line in _outermost(lines, edge)[:1] if _PAGE_NUMBER.fullmatch(line.text)}
        kept.append([line for line in lines if id(line) not in gone])
    return kept if 2 * _length(kept) >= _length(pages) else [list(lines) for lines in pages]


def _outermost(lines: Sequence[Line], edge: str, more: int = 0) -> list[Line]:
    """The three lines nearest to the top or bottom edge, the outermost first, and ``more`` further ones."""
    return sorted(lines, key=lambda line: line.y, reverse=edge == "top")[: _EDGE_LINES + more]


def _set_apart(lines: Sequence[Line]) -> int:
    """How many of ``lines``, the outermost first, lie beyond the last gap wider than the usual step between lines."""
    steps = [abs(line.y - inner.y) for line, inner in pairwise(lines)]
    wide = [n for n, step in enumerate(steps, 1) if step > min(2.5 * lines[n].size, 1.25 * median_low(steps))]
    return max(wide, default=0)


def _mark(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text).casefold()


def _length(pages: Sequence[Sequence[Line]]) -> int:
    return sum(len(line.text) for lines in pages for line in lines)
