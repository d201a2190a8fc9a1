"""Pages as they are printed, with the words of a citation marked on them.

The library keeps the file that each source was made of, and where each line stands; so a mark is a look-up, refined by the
file's own text layer where it has one. Whoever may not see a source gets none of its pages: it does not exist for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.documents import Box, Page, PrintedLine, Source, Span
from assistant.errors import NoPicture
from assistant.pipeline import Assistant
from assistant.reading.page_drawing import Mark
from assistant.reading.pdf_lines import estimated_width
from assistant.reading.sandbox import Sandbox

WIDTHS = range(200, 2_001)
"""Pixels that a page may be drawn wide."""
DRAWN = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"})
"""Formats that have pages to show."""
SECONDS = 20.0
MEMORY = 2 * 1024**3

_sandbox = Sandbox(SECONDS, MEMORY)


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page, drawn."""

    png: bytes
    number: int
    """Counted from 1."""
    pages: int
    """How many pages the source has."""
    boxes: tuple[Box, ...]
    """The marked words, in reading order; empty where none of them are on this page."""


def can_be_shown(source: Source) -> bool:
    """Whether a source has pages that ``page_image`` can draw."""
    return any(source.original.endswith(suffix) for suffix in DRAWN)


def page_image(library: Assistant, source_id: str, span: Span, number: int | None = None, width: int = 1_000) -> PageImage:
    """Return a page of a source with the words of ``span`` marked.

    Args:
        library: the library as the one who asks may see it (``Assistant.seen_by``).
        source_id: as a citation names it.
        span: of the source's text, as a citation gives it; an empty one marks nothing.
        number: the page, from 1; by default the one on which the span begins.
        width: of the picture, in pixels.

    Raises:
        SourceNotFound: there is no such source for this library's audiences.
        NoPicture: it has no such page, or no pages at all.
        UnreadableFile: its file cannot be drawn.
    """
    source = library.source(source_id)
    if not can_be_shown(source):
        raise NoPicture(f"{source_id!r}: has no pages to show. Only PDF files and pictures have, when they were taken in by this version.")
    page = _page(source, span, number)
    if width not in WIDTHS:
        raise NoPicture(f"{width}: is no width for a page. Choose one from {WIDTHS.start} to {WIDTHS.stop - 1} pixels.")
    try:
        data = library.index.originals.read(source.original)
    except OSError as error:
        raise NoPicture(f"{source_id!r}: its file is not in the library any more ({error.strerror}). Ingest it again.") from error
    marks = list(_marks(source, span, library.texts.lines(source_id, page.number)))
    drawing = _sandbox.draw("." + source.original.rpartition(".")[2], data, source.title or source_id, page.number, width, marks)
    return PageImage(drawing.png, page.number, len(source.pages), drawing.boxes)


def _page(source: Source, span: Span, number: int | None) -> Page:
    if number is None:
        number = next((p.number for p in source.pages if span.start < p.span.end), len(source.pages))
    found = next((p for p in source.pages if p.number == number), None)
    if found is None:
        raise NoPicture(f"{source.id!r}: has no page {number}. It has pages 1 to {len(source.pages)}.")
    return found


def _marks(source: Source, span: Span, lines: Sequence[PrintedLine]) -> Iterator[Mark]:
    """Yield the parts of lines that ``span`` covers, with the parts of their boxes by estimated width."""
    for line in lines:
        start, end = max(span.start, line.span.start), min(span.end, line.span.end)
        words = source.text[start:end]
        if not words.strip():
            continue
        before, inside, whole = (estimated_width(source.text[a:b], 1.0) for a, b in ((line.span.start, start), (start, end), line.span))
        left, top, right, bottom = line.box
        across = (right - left) / (whole or 1.0)
        yield Mark(words, Box(left + across * before, top, min(right, left + across * (before + inside)), bottom))
