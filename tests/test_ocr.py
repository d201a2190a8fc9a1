"""Scans and pictures are read with place and certainty; columns in order; what is too poor is refused, not guessed."""

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import NoTextLayer, UnreadableFile
from assistant.reading import ocr
from assistant.reading.ocr import in_reading_order
from assistant.reading.pdf_lines import Line
from assistant.reading.pdf_reader import read_image, read_pdf

needs_ocr = pytest.mark.skipif(not ocr.available(), reason="the extra [ocr] is not installed")
FONTS = [Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"), Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")]


def line(text: str, x: float, y: float, width: float = 100.0) -> Line:
    return Line(text, x, y, x + width, 10.0, 1)


def test_columns_are_read_one_after_the_other() -> None:
    page = [line("title", 50, 700, 300)]
    for row in range(4):
        page += [line(f"right {row}", 250, 600 - 14 * row), line(f"left {row}", 50, 600 - 14 * row)]
    assert [x.text for x in in_reading_order(page)] == ["title", *(f"left {n}" for n in range(4)), *(f"right {n}" for n in range(4))]


def test_a_label_beside_one_line_is_no_column() -> None:
    page = [line("（一）", 20, 600, 20), line("first line", 80, 600), line("second line", 80, 586)]
    assert [x.text for x in in_reading_order(page)] == ["（一）", "first line", "second line"]


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 700)), max_size=30))
def test_reading_order_loses_and_repeats_nothing(places: list[tuple[float, float]]) -> None:
    page = [line(str(n), x, y) for n, (x, y) in enumerate(places)]
    assert sorted(x.text for x in in_reading_order(page)) == sorted(x.text for x in page)


def scan(text: str, blur: float = 0.0) -> bytes:
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    font = next((path for path in FONTS if path.exists()), None)
    picture = Image.new("RGB", (1000, 400), "white")
    drawing = ImageDraw.Draw(picture)
    letters = ImageFont.truetype(str(font), 36) if font else ImageFont.load_default(size=36)
    for row, words in enumerate(text.split("\n")):
        drawing.text((60, 60 + 70 * row), words, fill="black", font=letters)
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def as_pdf(png: bytes) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.open(io.BytesIO(png)).save(stream, "PDF", resolution=200)
    return stream.getvalue()


TEXT = "The fund pays 80 percent of the loss.\nArticle 12 takes effect in 2024."


@needs_ocr
def test_a_scanned_page_is_read_with_its_page_and_certainty() -> None:
    reading = read_pdf(as_pdf(scan(TEXT)), "scan.pdf")
    assert " ".join(reading.text.split()) == " ".join(TEXT.split())
    assert [p.number for p in reading.pages] == [1]
    assert len(reading.warnings) == 1
    assert reading.warnings[0].startswith("page 1 read by OCR, certain to ")


@pytest.mark.parametrize("found", ["as much as the page says", "nothing", "no picture"])
def test_each_page_that_is_read_from_its_picture_has_its_own_time(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the picture says no more than the page itself, or cannot be drawn."""
    told: list[str] = []

    def read_page(data: bytes, number: int) -> tuple[list[Line], float, None]:
        told.append(f"page {number}")
        if found == "no picture":
            raise ValueError(found)
        return ([line("Part 1", 60, 700)] if found == "as much as the page says" else []), 1.0, None

    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "read_page", read_page)
    canvas = Canvas(stream := io.BytesIO())
    for number in (1, 2):
        canvas.drawString(60, 700, f"Part {number}")
        canvas.showPage()
    canvas.save()
    with contextlib.suppress(NoTextLayer):
        read_pdf(stream.getvalue(), "parts.pdf", lambda: told.append("tick"))
    assert told == ["tick", "tick", "tick", "page 1", "tick", "page 2"]


@needs_ocr
def test_a_picture_is_one_page() -> None:
    assert " ".join(read_image(scan(TEXT), "scan.png").text.split()) == " ".join(TEXT.split())


@needs_ocr
def test_a_blank_picture_and_a_damaged_one_are_refused() -> None:
    with pytest.raises(NoTextLayer, match=r"^blank\.png: no text layer"):
        read_image(scan(""), "blank.png")
    with pytest.raises(UnreadableFile, match=r"^x\.png: not readable as a picture"):
        read_image(b"no picture", "x.png")


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NoTextLayer, match=r"^a\.png: a picture, which only OCR can read\. Install the reader of scans"):
        read_image(b"", "a.png")
    with pytest.raises(NoTextLayer, match=r"^a\.pdf: no text layer, 1 page with 0 characters, so probably a scan\. Install the reader of scans"):
        read_pdf(as_pdf(scan(TEXT)), "a.pdf")
