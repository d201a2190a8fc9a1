"""Where printed lines stand on the page as it is shown: from a reader's points to shares of the page."""

from __future__ import annotations

from dataclasses import dataclass

from pypdf import PageObject
from pypdf.errors import PyPdfError

from assistant.documents import Box
from assistant.reading.pdf_lines import Line

_DESCENT = 0.25
_ASCENT = 1.05
"""In shares of a line's size: how far letters reach below and above its baseline, with a little air."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a page that is shown, in points, and how far it is turned clockwise, in quarters of a circle."""

    left: float
    bottom: float
    width: float
    height: float
    quarters: int = 0

    def box(self, line: Line) -> Box:
        """Return where ``line`` is shown, cut at the edges of the page."""
        left, right = (line.x - self.left) / self.width, (line.right - self.left) / self.width
        low, high = (line.y - _DESCENT * line.size - self.bottom) / self.height, (line.y + _ASCENT * line.size - self.bottom) / self.height
        left, low, right, high = (min(1.0, max(0.0, share)) for share in (left, low, right, high))
        for _ in range(self.quarters % 4):
            left, low, right, high = low, 1.0 - right, high, 1.0 - left
        return Box(left, 1.0 - high, right, 1.0 - low)


def frame_of(page: PageObject) -> Frame | None:
    """Return the frame of a page; ``None`` for one that names no size."""
    try:
        shown = page.cropbox
        frame = Frame(float(shown.left), float(shown.bottom), float(shown.width), float(shown.height), (page.rotation or 0) // 90)
    except (PyPdfError, ValueError, TypeError):
        return None
    return frame if frame.width > 0 and frame.height > 0 else None
