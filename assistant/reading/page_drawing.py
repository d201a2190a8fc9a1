"""Drawing a page of a PDF or a picture, with stretches of its text marked.

Runs in the reading process (``assistant.reading.reading_process``): a page is drawn by a large library from somebody else's file.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.documents import Box

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 16_000_000
"""A page that would be drawn larger, such as an endless roll, is drawn smaller."""
_MARKER = (255, 233, 110)
_NEAR = 3.0
"""In heights of a line: words found farther from where the line was read are other words of the same wording."""
_UNMISTAKABLE = 8
"""So many letters that stand once on a page are the ones meant, wherever they stand."""


class Mark(NamedTuple):
    """A stretch of text within one printed line, and about where it stands."""

    words: str
    box: Box


class Drawing(NamedTuple):
    """A page as PNG, and the boxes marked on it, in the order of the marks."""

    png: bytes
    boxes: tuple[Box, ...]


def draw(suffix: str, data: bytes, number: int, width: int, marks: Sequence[Mark]) -> Drawing:
    """Return page ``number`` (from 1) of a file, ``width`` pixels wide, with ``marks``.

    Words are found again in the file's own text layer, for the exact place of each letter. Where they are not, as on a
    scan, the place that the reader noted is marked.

    Raises:
        Exception: whatever pdfium or Pillow raises on damage.
    """
    picture, boxes = _pdf_page(data, number, width, marks) if suffix == ".pdf" else (_picture(data, width), [mark.box for mark in marks])
    stream = io.BytesIO()
    _marked(picture, boxes).save(stream, "PNG")
    return Drawing(stream.getvalue(), tuple(boxes))


def _pdf_page(data: bytes, number: int, width: int, marks: Sequence[Mark]) -> tuple[Image, list[Box]]:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        page = document[number - 1]
        across, down = page.get_size()
        bitmap = page.render(scale=_scale(across, down, width))
        letters = _Letters(page, bitmap.get_posconv(page), bitmap.width, bitmap.height)
        boxes = [box for mark in marks for box in letters.find(mark)]
        return bitmap.to_pil().convert("RGB"), boxes
    finally:
        document.close()


def _picture(data: bytes, width: int) -> Image:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as opened:
        scale = min(1.0, _scale(opened.width, opened.height, width))
        size = max(1, round(opened.width * scale)), max(1, round(opened.height * scale))
        return opened.convert("RGB").resize(size)


def _scale(across: float, down: float, width: int) -> float:
    return float(min(width / max(across, 1.0), (MOST_PIXELS / max(across * down, 1.0)) ** 0.5))


def _marked(picture: Image, boxes: Iterable[Box]) -> Image:
    from PIL import Image, ImageChops

    for box in boxes:
        left, top = int(box.left * picture.width), int(box.top * picture.height)
        right, bottom = max(left + 1, round(box.right * picture.width)), max(top + 1, round(box.bottom * picture.height))
        part = picture.crop((left, top, right, bottom))
        picture.paste(ImageChops.multiply(part, Image.new("RGB", part.size, _MARKER)), (left, top))
    return picture


class _Letters:
    """The letters and digits of a page's text layer, in the order of the file, with their places."""

    def __init__(self, page: Any, places: Any, width: int, height: int) -> None:
        import pypdfium2.raw

        self._places, self._size = places, (width, height)
        self._upright = page.get_rotation() % 180 == 0
        self._layer = page.get_textpage()
        self.text = ""
        self.origin: list[int] = []
        """For each letter of ``text``, which character of the layer it comes from."""
        parts = []
        for number in range(self._layer.count_chars()):
            code = pypdfium2.raw.FPDFText_GetUnicode(self._layer, number)
            folded = _folded(chr(code)) if code < 0x110000 else ""
            parts.append(folded)
            self.origin += [number] * len(folded)
        self.text = "".join(parts)

    def find(self, mark: Mark) -> list[Box]:
        """Return where the words of ``mark`` stand, one box for each line they take, or its own box."""
        wanted = _folded(mark.words)
        found = [self._boxes(start, start + len(wanted)) for start in _occurrences(self.text, wanted)]
        found = [boxes for boxes in found if boxes]
        if len(found) == 1 and len(wanted) >= _UNMISTAKABLE:
            return found[0]
        near = min(found, key=lambda boxes: _distance(boxes[0], mark.box), default=None)
        return near if near and _distance(near[0], mark.box) <= _NEAR * (mark.box.bottom - mark.box.top) else [mark.box]

    def _boxes(self, start: int, end: int) -> list[Box]:
        lines: list[Box] = []
        for number in dict.fromkeys(self.origin[start:end]):
            box = self._box(number)
            last = lines[-1] if lines else None
            if box is None:
                continue
            if last and self._beside(last, box):
                lines[-1] = Box(min(last.left, box.left), min(last.top, box.top), max(last.right, box.right), max(last.bottom, box.bottom))
            else:
                lines.append(box)
        return lines

    def _beside(self, last: Box, box: Box) -> bool:
        """Whether a letter stands on the line of the letters before it."""
        if self._upright:
            return last.top < (box.top + box.bottom) / 2 < last.bottom
        return last.left < (box.left + box.right) / 2 < last.right

    def _box(self, number: int) -> Box | None:
        left, bottom, right, top = self._layer.get_charbox(number, loose=True)
        (x1, y1), (x2, y2) = self._places.to_bitmap(left, top), self._places.to_bitmap(right, bottom)
        width, height = self._size
        shares = sorted((x1 / width, x2 / width)), sorted((y1 / height, y2 / height))
        left, right, top, bottom = (min(1.0, max(0.0, share)) for pair in shares for share in pair)
        return Box(left, top, right, bottom) if right > left and bottom > top else None


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    place = text.find(wanted) if wanted else -1
    while place >= 0:
        yield place
        place = text.find(wanted, place + 1)


def _folded(text: str) -> str:
    """Letters and digits without width, case and ligatures: what survives joining lines and cleaning."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _distance(one: Box, other: Box) -> float:
    return abs((one.top + one.bottom) - (other.top + other.bottom)) / 2 + 0.1 * abs(one.left - other.left)
