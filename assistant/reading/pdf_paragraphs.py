"""Printed lines to paragraphs.

A PDF holds lines in places, not paragraphs. Two lines belong together unless something on the page says otherwise: a
gap, an indent, another size, the number of an article or item, or a line that ends although the next word had room.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from statistics import median

from assistant.reading.pdf_lines import Line, estimated_width

_END = re.compile(r"[.!?:;。！？：；…][\"”’'）)\]】]*$")
_NUMBERED = re.compile(
    r"第\s?[一二三四五六七八九十百千零〇\d]+\s?[编章节条](?:之[一二三四五六七八九十])?(?:[\s\u3000]|$)|[•◦●▪■·]\s*\S"
)
_ITEM = re.compile(
    r"[（(](?:[一二三四五六七八九十]{1,3}|\d{1,2}|[a-z])[）)]|[一二三四五六七八九十]{1,3}、|\d{1,2}[、.．)]\s*\D"
    r"|\d{1,2}(?:\.\d{1,2})+\.?\s+\S|\[\d{1,3}\]\s|[-–—*]\s|(?:Article|Section|Chapter|Appendix|Annex)\s+\d+\b"
)
_LEADER = re.compile(r"(?:\.\s?|…|·){4,}\s*\d+$")
_OPEN_END = re.compile(r"[-\u2010,，、–]$")


@dataclass(frozen=True, slots=True)
class Layout:
    """What is usual in one document."""

    body: float
    """The size most characters have."""
    edges: Mapping[int, float]
    """Per column, the right edge of full lines."""
    leading: Mapping[float, float]
    """Per size, the distance from line to line within a paragraph."""


def layout_of(pages: Sequence[Sequence[Line]]) -> Layout:
    """Return the body size, right edges and leading that most lines of a document share."""
    sizes: Counter[float] = Counter()
    ends: dict[int, list[float]] = {}
    for line in chain.from_iterable(pages):
        sizes[line.size] += len(line.text)
        for column in (_column(line) - 1, _column(line), _column(line) + 1):
            ends.setdefault(column, []).append(line.right)
    # The 85th percentile, as odd long lines, of tables for instance, must not set the edge.
    edges = {column: sorted(values)[int(0.85 * (len(values) - 1))] for column, values in ends.items()}
    layout = Layout(sizes.most_common(1)[0][0] if sizes else 0.0, edges, {})
    drops: dict[float, list[float]] = {}
    for last, line in chain.from_iterable(map(pairwise, pages)):
        drop = last.y - line.y
        # Only a line that breaks off in full width is sure to run on in the next.
        broken_off = not _END.search(last.text) and not last.is_row and not _has_room(last, line, layout)
        if broken_off and round(last.size) == round(line.size) and 0.8 * line.size < drop < 3 * line.size:
            drops.setdefault(round(line.size), []).append(drop)
    return replace(layout, leading={size: median(values) for size, values in drops.items()})


def paragraphs_of(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Lines grouped into paragraphs, also over page ends, in reading order."""
    layout = layout_of(pages)
    paragraphs: list[list[Line]] = []
    for lines in pages:
        for number, line in enumerate(lines):
            if number == 0:
                _start_page(paragraphs, line, layout)
            elif _continues(paragraphs[-1], line, layout):
                paragraphs[-1].append(line)
            else:
                paragraphs.append([line])
    return paragraphs


def _start_page(paragraphs: list[list[Line]], line: Line, layout: Layout) -> None:
    """Add the first line of a page to the paragraph it continues, or as a new one.

    Footnotes may stand between the two halves. They then go before the paragraph they interrupt, because behind it
    they would count to the wrong page.
    """
    last = len(paragraphs) - 1
    place = last
    while place > 0 and paragraphs[place][0].page == line.page - 1 and paragraphs[place][0].size < 0.95 * layout.body:
        place -= 1
    for candidate in dict.fromkeys((last, place)):
        if (
            candidate < 0
            or abs(line.size - layout.body) > 0.1 * layout.body
            or paragraphs[candidate][-1].page != line.page - 1
        ):
            continue
        movable = candidate == last or paragraphs[candidate][0].page == line.page - 1
        if movable and _runs_over(paragraphs[candidate], line, layout):
            paragraphs.append([*paragraphs.pop(candidate), line])
            return
    paragraphs.append([line])


def _runs_over(paragraph: Sequence[Line], line: Line, layout: Layout) -> bool:
    """Whether ``paragraph`` goes on with ``line`` on the next page, also where a sentence ends with the page."""
    last = paragraph[-1]
    indented = len(paragraph) > 1 and paragraph[0].x - last.x > 0.8 * line.size and abs(last.x - line.x) < 1
    starts = _NUMBERED.match(line.text) or _ITEM.match(line.text)
    return _unfinished(last, line, layout) or (indented and not starts and not _has_room(last, line, layout))


def _continues(paragraph: Sequence[Line], line: Line, layout: Layout) -> bool:
    """Whether ``line`` belongs to ``paragraph``, whose last line stands just before it on the page."""
    last, first = paragraph[-1], paragraph[0]
    if abs(last.size - line.size) > 0.1 * last.size or _NUMBERED.match(line.text) or _LEADER.search(last.text):
        return False
    if last.is_row or line.is_row:
        return False
    drop = last.y - line.y
    if drop <= 0:  # the next column
        return _unfinished(last, line, layout)
    ended = _END.search(last.text) is not None
    usual = layout.leading.get(round(line.size), 1.6 * line.size)
    if last.size > 1.15 * layout.body and drop < 1.7 * line.size and _shares_axis(last, line):
        return True
    if drop > (1.25 if ended or _has_room(last, line, layout) else 1.7) * usual:
        return False
    if _ITEM.match(line.text) and (ended or line.x < last.x + 0.5 * line.size):
        return not ended and not _has_room(last, line, layout) and not _ITEM.match(first.text)
    if not ended and (_OPEN_END.search(last.text) or line.text[0].islower()):
        return True
    indent = (line.x - last.x) / line.size
    if indent > 0.8:
        hangs = _ITEM.match(first.text) or _NUMBERED.match(first.text)
        return len(paragraph) == 1 and indent < 4 and hangs is not None
    if indent < -0.8 and len(paragraph) > 1 and abs(paragraph[-2].x - last.x) < 0.5 * line.size:
        return False
    return not _has_room(last, line, layout)


def _shares_axis(last: Line, line: Line) -> bool:
    """Whether two lines of a large heading stand one below the other, set to the left or centred."""
    off_centre = abs((last.x + last.right) - (line.x + line.right)) / 2
    return min(abs(last.x - line.x), off_centre) < 2 * line.size


def _unfinished(last: Line, line: Line, layout: Layout) -> bool:
    """Whether a sentence runs on from ``last`` to ``line``, which stand on two pages or in two columns."""
    if abs(last.size - line.size) > 0.1 * last.size or _END.search(last.text) or last.is_row or line.is_row:
        return False
    if _NUMBERED.match(line.text) or _ITEM.match(line.text):
        return False
    return bool(_OPEN_END.search(last.text)) or line.text[0].islower() or not _has_room(last, line, layout)


def _has_room(last: Line, line: Line, layout: Layout) -> bool:
    """Whether the next word would have fitted on ``last``, so that its end is meant."""
    word = re.match(r"[!-~]+|.", line.text)
    wanted = estimated_width(word[0] if word else "", line.size)
    limit = layout.edges.get(_column(last), 0.0)
    # Widths are estimates, so the room must be plain: an em and a half, or a tenth of the column.
    return last.right + wanted + max(1.5 * last.size, 0.1 * (limit - last.x)) < limit


def _column(line: Line) -> int:
    """Lines that start within some 3 ems of each other share a column; 36 points are that for common sizes."""
    return round(line.x / 36)
