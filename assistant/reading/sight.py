"""Text that a file holds and does not show: what is left out, what is taken in with a doubt, and how both are told.

Whoever reads the file sees one text, a program another; that is how words are slipped into evidence. Where only something
that is not in the file decides whether a text is seen, it is taken in and told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

LEAST_POINTS = 2.0
"""Letters of this size or less are not read by anybody."""
_SHOWN = 120
_NEAR = 5

Rgb = tuple[int, int, int]
WHITE: Rgb = (255, 255, 255)


class Sight(IntEnum):
    """Whether a text is seen by whoever looks at the file."""

    SEEN = 0
    DOUBTFUL = 1
    HIDDEN = 2


def alike(one: Rgb, other: Rgb) -> bool:
    """Whether one colour cannot be told from the other."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def rgb(digits: str | None) -> Rgb | None:
    """``RRGGBB`` or ``AARRGGBB`` as a colour; nothing where it is no such number."""
    try:
        number = int(digits[-6:], 16) if digits and len(digits) in (6, 8) else None
    except ValueError:
        return None
    return None if number is None else (number >> 16, number >> 8 & 255, number & 255)


@dataclass(slots=True)
class Unseen:
    """The texts of a file, or of a part of it, that are not seen or may not be."""

    hidden: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    def note(self, sight: Sight, text: str) -> None:
        """Keep a text for the warnings, unless it is seen; a mark without letters that may be (``¶`` beside a heading) is no news."""
        if sight is Sight.HIDDEN:
            self.hidden.append(text)
        elif sight is Sight.DOUBTFUL and any(map(str.isalnum, text)):
            self.doubtful.append(text)

    def warnings(self, place: str = "") -> tuple[str, ...]:
        """Return what to tell the librarian, with the first words; ``place`` is a slide or a sheet."""
        hidden, doubtful = " ".join(" ".join(self.hidden).split()), " ".join(" ".join(self.doubtful).split())
        left_out = f"{place} holds hidden text, which was left out" if place else "hidden text was left out"
        taken_in = f"{place} holds text that may be out of sight, which was taken in" if place else "text that may be out of sight was taken in"
        return tuple(f"{told}: {_shortened(text)}" for told, text in ((left_out, hidden), (taken_in, doubtful)) if text)


def _shortened(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
