"""Text on a PDF page that nobody sees: drawn without ink, in white on white, too small to read, or beside the page.

Hidden text is how a document says one thing to a person and another to a program. It is told from two things that look
alike: the invisible layer under which a scan keeps its recognised text (then all text of the page has no ink), and
white letters on a dark ground (then the page has fills or pictures that may be the ground).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pypdf import PageObject
from pypdf.errors import PyPdfError

LEAST_SIZE = 1.5
"""Points; smaller letters cannot be read in print or on a screen at its usual size."""
_MARGIN = 20.0
_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILLS = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"sh"})
_LAYER = 0.9
"""A page of which this share of the letters has no ink is a scan with its recognised text."""


class Unseen(StrEnum):
    """Why a piece of text is not seen."""

    NO_INK = "no ink"
    WHITE = "white"
    TINY = "tiny"
    OUTSIDE = "outside the page"


@dataclass(frozen=True, slots=True)
class _State:
    mode: int = 0
    white: bool = False


@dataclass(slots=True)
class Ink:
    """Follows a page's operators beside pypdf's extraction, and says of each piece of text why it would not be seen."""

    box: tuple[float, float, float, float]
    state: _State = field(default_factory=_State)
    shown: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    ground: bool = False
    """Whether anything dark enough to write white on may lie behind the text."""
    letters: Counter[Unseen | None] = field(default_factory=Counter)

    def follow(self, operator: bytes, operands: Sequence[Any], cm: Sequence[float], tm: Sequence[float]) -> None:
        """Take one operator, before pypdf does."""
        if operator in _SHOWS:
            self.shown = self.state
        elif operator == b"q":
            self.stack.append(self.state)
        elif operator == b"Q":
            self.state = self.stack.pop() if self.stack else _State()
        elif operator == b"Tr" and operands:
            self.state = replace(self.state, mode=int(operands[0]) if isinstance(operands[0], (int, float)) else 0)
        elif operator in (b"g", b"rg", b"k", b"sc", b"scn"):
            self.state = replace(self.state, white=_is_white(operator, operands))
        elif operator == b"cs":
            self.state = replace(self.state, white=False)
        elif (operator in _FILLS and not self.state.white) or operator in (b"Do", b"INLINE IMAGE"):
            self.ground = True

    def unseen(self, text: str, x: float, y: float, size: float) -> Unseen | None:
        """Return why text at a place, in points, would not be seen; counts its letters."""
        left, bottom, right, top = self.box
        reason: Unseen | None = None
        if not (left - _MARGIN <= x <= right + _MARGIN and bottom - _MARGIN <= y <= top + _MARGIN):
            reason = Unseen.OUTSIDE
        elif size < LEAST_SIZE:
            reason = Unseen.TINY
        elif self.shown.mode == 3:
            reason = Unseen.NO_INK
        elif self.shown.white and self.shown.mode in (0, 4):
            reason = Unseen.WHITE
        self.letters[reason] += len("".join(text.split()))
        return reason

    def hidden(self) -> frozenset[Unseen]:
        """Return the reasons for which text of this page is hidden, once all of it was seen."""
        found = {reason for reason, count in self.letters.items() if reason is not None and count}
        if self.letters[Unseen.NO_INK] >= _LAYER * self.letters.total():
            found.discard(Unseen.NO_INK)
        if self.ground:
            found.discard(Unseen.WHITE)
        if self.letters[Unseen.TINY] == self.letters.total():
            found.discard(Unseen.TINY)  # a page drawn at another scale
        return frozenset(found)


def _is_white(operator: bytes, operands: Sequence[Any]) -> bool:
    values = [float(v) for v in operands if isinstance(v, (int, float))]
    if operator == b"k":
        return len(values) == 4 and max(values) <= 0.02
    return len(values) in (1, 3) and min(values) >= 0.98


def ink_of(page: PageObject) -> Ink:
    """Return an empty record for ``page``; one that names no size has no outside."""
    try:
        box = page.mediabox
    except (PyPdfError, ValueError, TypeError):
        return Ink((-math.inf, -math.inf, math.inf, math.inf))
    return Ink((float(box.left), float(box.bottom), float(box.right), float(box.top)))

