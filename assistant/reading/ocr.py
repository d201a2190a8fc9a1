"""Reading what a picture shows: scanned pages and images to printed lines, with the place and certainty of each.

An optional extra (``pip install 'policy-case-assistant[ocr]'``): rapidocr carries its PP-OCR models for Chinese and
English in its package and runs them on onnxruntime; pypdfium2 draws the pages. Nothing is downloaded.
"""

from __future__ import annotations

import functools
import importlib.util
import io
import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from assistant.reading.pdf_boxes import Frame
from assistant.reading.pdf_lines import Line

DOTS_PER_INCH = 200
"""PP-OCR was trained on text some 30 pixels high: 10 points at this resolution."""
LEAST_CERTAINTY = 0.8
"""Mean certainty of a page's lines, weighed by length, below which its words are guesses. Clean scans have .97 and more."""
MOST_PIXELS = 40_000_000
"""A page that would be drawn larger is drawn smaller: an A0 poster, or a page made to exhaust memory."""
REMEDY = "Install the reader of scans (pip install 'policy-case-assistant[ocr]') and ingest the file again"


class Recognised(NamedTuple):
    """One page as read from its picture."""

    lines: list[Line]
    certainty: float
    """0 to 1; 1 where there is nothing to read."""
    frame: Frame
    """The page on which the lines stand."""


def available() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "pypdfium2"))


def read_page(data: bytes, number: int) -> Recognised:
    """Return what page ``number`` (from 1) of a PDF shows.

    Raises:
        Exception: whatever pdfium raises on damage.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(DOTS_PER_INCH / 72, (MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
        return _recognised(page.render(scale=scale).to_numpy(), Frame(0.0, 0.0, width, height), scale, number)
    finally:
        document.close()


def read_picture(data: bytes) -> Recognised:
    """Return what an image file shows, as a page of one point per pixel.

    Raises:
        Exception: whatever Pillow raises on damage.
    """
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            opened.thumbnail((int(MOST_PIXELS**0.5),) * 2)
        picture = np.asarray(opened.convert("RGB"))
    return _recognised(picture, Frame(0.0, 0.0, float(picture.shape[1]), float(picture.shape[0])), 1.0, 1)


def _recognised(picture: Any, frame: Frame, scale: float, number: int) -> Recognised:
    found = _engine()(picture)
    if not found.txts:
        return Recognised([], 1.0, frame)
    lines = []
    for box, text in zip(found.boxes, found.txts, strict=True):
        (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
        size = 0.8 * float(bottom - top) / scale  # the box has some air above and below the letters
        lines.append(Line(text.strip(), float(left) / scale, frame.height - float(bottom) / scale, float(right) / scale, size, number))
    length = sum(len(text) for text in found.txts)
    certainty = sum(len(text) * score for text, score in zip(found.txts, found.scores, strict=True)) / max(length, 1)
    return Recognised(in_reading_order([line for line in lines if line.text]), float(certainty), frame)


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return engine


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Return lines column by column, each from top to bottom: a recursive cut along the widest empty stripes.

    After Nagy and Seth (1984), with the boxes of lines for blocks. A page is cut between columns only where at least
    two lines stand on either side, since a lone one is a label.
    """
    if len(lines) < 2:
        return list(lines)
    size = sorted(line.size for line in lines)[len(lines) // 2]
    for across, gap, least in ((False, 2.0 * size, 1), (True, 1.5 * size, 2), (False, 0.0, 1)):
        cut = _cut(lines, across, gap, least)
        if cut is not None:
            first, second = cut
            return [*in_reading_order(first), *in_reading_order(second)]
    return sorted(lines, key=lambda line: (-round(line.y / max(size, 1.0)), line.x))


def _cut(lines: Sequence[Line], across: bool, gap: float, least: int) -> tuple[list[Line], list[Line]] | None:
    """Return the lines on both sides of the widest stripe that no line touches, left or upper side first."""
    ranges = sorted(((line.x, line.right) if across else (-line.y - line.size, -line.y), n) for n, line in enumerate(lines))
    best, end = None, ranges[0][0][1]
    for place, ((start, stop), _) in enumerate(ranges[1:], start=1):
        if start - end > gap and (best is None or start - end > best[0]) and least <= place <= len(lines) - least:
            best = (start - end, place)
        end = max(end, stop)
    if best is None:
        return None
    order = [lines[n] for _, n in ranges]
    return order[: best[1]], order[best[1] :]
