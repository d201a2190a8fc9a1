"""A citation's words are marked where they are printed, and only for those who may see the source."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from assistant.config import load_settings
from assistant.documents import Audience, Box, Span
from assistant.errors import NoPicture, SourceNotFound
from assistant.pdf_view import page_image
from assistant.pipeline import Assistant
from assistant.reading import ocr
from assistant.reading.page_drawing import Mark, draw
from tests.fakes import HashEmbedder
from tests.test_ocr import scan
from tests.test_pdf_reader import ARTICLE, BODY, CHINESE, SENTENCE, journal, pdf

needs_ocr = pytest.mark.skipif(not ocr.available(), reason="the extra [ocr] is not installed")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Assistant]:
    found = Assistant(load_settings(home=tmp_path / "home", corpus=""), HashEmbedder())
    yield found
    found.index.close()


def take(library: Assistant, path: Path, data: bytes, audience: str = "public") -> str:
    path.write_bytes(data)
    path.with_name(path.name + ".meta.yaml").write_text(f"audience: {audience}\n")
    (report,) = library.ingest([path])
    assert report.outcome in ("added", "replaced"), report
    return report.source_id


def span_of(library: Assistant, source_id: str, words: str) -> Span:
    start = library.source(source_id).text.index(words)
    return Span(start, start + len(words))


def yellow(png: bytes) -> Any:
    """Return which points of a picture are marked."""
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    return picture[..., 2] < picture[..., 0] - 60


def columns_and_rows(marked: Any) -> tuple[float, float, float, float]:
    rows, columns = np.nonzero(marked)
    height, width = marked.shape
    return columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height


def line_pdf(*lines: tuple[float, float, str], size: float = 12.0) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(600, 800))
    canvas.setFont("Helvetica", size)
    for x, y, text in lines:
        canvas.drawString(x, y, text)
    canvas.save()
    return stream.getvalue()


def turned(data: bytes, quarters: int, crop: tuple[float, float, float, float]) -> bytes:
    reader, writer, stream = PdfReader(io.BytesIO(data)), PdfWriter(), io.BytesIO()
    for page in reader.pages:
        page.cropbox.lower_left, page.cropbox.upper_right = crop[:2], crop[2:]
        writer.add_page(page.rotate(90 * quarters))
    writer.write(stream)
    return stream.getvalue()


def test_the_cited_words_are_marked_and_nothing_else(library: Assistant, tmp_path: Path) -> None:
    data = line_pdf((60, 700, "Every enterprise may claim a credit of thirty per cent."), (60, 640, "Interns are paid by the enterprise."))
    source = take(library, tmp_path / "a.pdf", data)
    image = page_image(library, source, span_of(library, source, "thirty per cent"))
    assert (image.number, image.pages, len(image.boxes)) == (1, 1, 1)
    left, top, right, bottom = columns_and_rows(yellow(image.png))
    from reportlab.pdfbase.pdfmetrics import stringWidth

    start = 60 + stringWidth("Every enterprise may claim a credit of ", "Helvetica", 12)
    end = start + stringWidth("thirty per cent", "Helvetica", 12)
    assert (left, right) == pytest.approx((start / 600, end / 600), abs=0.004)
    assert top < (800 - 709) / 800 < (800 - 700) / 800 < bottom
    assert bottom - top < 18 / 800


def test_words_over_broken_and_hyphenated_lines_are_marked_line_by_line(library: Assistant, tmp_path: Path) -> None:
    lines = ["The measures ask for the inte-", "gration of schools and enter-", "prises, by plan and by law."]
    source = take(library, tmp_path / "a.pdf", line_pdf(*((60, 700 - 16 * n, text) for n, text in enumerate(lines))))
    text = library.source(source).text
    assert text == "The measures ask for the integration of schools and enterprises, by plan and by law."
    image = page_image(library, source, span_of(library, source, "integration of schools and enterprises"))
    assert len(image.boxes) == 3
    assert [round(800 * (box.top + box.bottom) / 2) for box in image.boxes] == pytest.approx([96, 112, 128], abs=4)
    assert image.boxes[1].left == pytest.approx(60 / 600, abs=0.005)


def test_of_two_equal_wordings_the_cited_one_is_marked(library: Assistant, tmp_path: Path) -> None:
    source = take(library, tmp_path / "a.pdf", line_pdf(*((60, 700 - 80 * n, "The rate is 30 per cent.") for n in range(3))))
    text = library.source(source).text
    for n in range(3):
        start = [i for i in range(len(text)) if text.startswith("30 per cent", i)][n]
        (box,) = page_image(library, source, Span(start, start + 11)).boxes
        assert 800 * (box.top + box.bottom) / 2 == pytest.approx(100 + 80 * n - 3, abs=6)


def test_chinese_over_pages(library: Assistant, tmp_path: Path) -> None:
    from reportlab.platypus import Paragraph

    source = take(library, tmp_path / "a.pdf", pdf([Paragraph(ARTICLE.format(n=n), CHINESE) for n in "一二三四五六七八九十" * 3]))
    pages = library.source(source).pages
    assert len(pages) > 1
    boundary = pages[1].span.start
    span = Span(boundary - 30, boundary + 30)
    first, second = page_image(library, source, span), page_image(library, source, span, number=2)
    assert (first.number, second.number) == (1, 2)
    assert first.boxes
    assert second.boxes
    assert min(box.top for box in first.boxes) > 0.7
    assert max(box.bottom for box in second.boxes) < 0.3
    assert page_image(library, source, span, number=len(pages)).boxes == () or len(pages) == 2


@pytest.mark.parametrize("quarters", range(4))
def test_turned_and_cropped_pages(quarters: int, library: Assistant, tmp_path: Path) -> None:
    data = line_pdf((160, 600, "Every enterprise may claim a credit of thirty per cent."))
    source = take(library, tmp_path / "a.pdf", turned(data, quarters, (100, 100, 550, 750)))
    (box,) = page_image(library, source, span_of(library, source, "Every enterprise")).boxes
    (line,) = library.texts.lines(source, 1)
    assert line.box.left - 0.02 <= box.left <= box.right <= line.box.right + 0.02
    assert line.box.top - 0.02 <= box.top <= box.bottom <= line.box.bottom + 0.02
    centre = (60 + 45) / 450, (750 - 604) / 650
    x, y = [centre, (1 - centre[1], centre[0]), (1 - centre[0], 1 - centre[1]), (centre[1], 1 - centre[0])][quarters]
    assert ((box.left + box.right) / 2, (box.top + box.bottom) / 2) == pytest.approx((x, y), abs=0.03)


@needs_ocr
@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a_scan_is_marked_where_its_line_was_read(kind: str, library: Assistant, tmp_path: Path) -> None:
    data = scan("Enterprises take part in education\nInterns are paid by the enterprise\nThe rate is 30 per cent")
    if kind == "pdf":
        stream = io.BytesIO()
        Image.open(io.BytesIO(data)).save(stream, "PDF", resolution=144)
        data = stream.getvalue()
    source = take(library, tmp_path / f"scan.{kind}", data)
    image = page_image(library, source, span_of(library, source, "are paid by"))
    (box,) = image.boxes
    assert 130 / 400 < (box.top + box.bottom) / 2 < 180 / 400
    assert box.left > 60 / 1000
    assert yellow(image.png).any()


def test_a_source_of_another_audience_has_no_pages(library: Assistant, tmp_path: Path) -> None:
    source = take(library, tmp_path / "inner.pdf", line_pdf((60, 700, "For the staff of the college only, by all means.")), "staff")
    span = Span(0, 10)
    assert page_image(library.seen_by({Audience.STAFF}), source, span).boxes
    public = library.seen_by({Audience.PUBLIC})
    with pytest.raises(SourceNotFound) as hidden:
        page_image(public, source, span)
    with pytest.raises(SourceNotFound) as unknown:
        page_image(public, "unknown", span)
    assert str(hidden.value).replace(source, "ID") == str(unknown.value).replace("unknown", "ID")
    assert public.texts.lines(source, 1) == []
    assert public.texts.originals() == set()


def test_what_cannot_be_shown_is_said(library: Assistant, tmp_path: Path) -> None:
    source = take(library, tmp_path / "a.pdf", line_pdf((60, 700, "Some words that are long enough for a page.")))
    note = take(library, tmp_path / "note.md", b"# Note\n\nSome words.")
    cases: list[tuple[tuple[Any, ...], str]] = [
        ((note, Span(0, 1)), "^'note': has no pages to show"),
        ((source, Span(0, 1), 2), r"^'a': has no page 2\. It has pages 1 to 1\.$"),
        ((source, Span(0, 1), 1, 9_999), "^9999: is no width for a page"),
    ]
    for arguments, message in cases:
        with pytest.raises(NoPicture, match=message):
            page_image(library, *arguments)
    (library.index.originals.folder / library.source(source).original).unlink()
    with pytest.raises(NoPicture, match=r"^'a': its file is not in the library any more \(No such file or directory\)\. Ingest it again\.$"):
        page_image(library, source, Span(0, 1))
    assert library.doctor().lost == (library.source(source).original,)


def test_removal_takes_the_file_and_what_another_source_shares_stays(library: Assistant, tmp_path: Path) -> None:
    data = line_pdf((60, 700, "Some words that are long enough for a page."))
    first, second = take(library, tmp_path / "a.pdf", data), take(library, tmp_path / "b.pdf", data, "staff")  # told apart by who may see it
    folder = library.index.originals.folder
    assert [path.name for path in folder.iterdir()] == [library.source(first).original]
    assert set(library.remove(first).values()) == {0}
    assert page_image(library, second, Span(0, 4)).boxes
    assert set(library.remove(second).values()) == {0}
    assert list(folder.iterdir()) == []


def test_replacing_takes_the_old_file(library: Assistant, tmp_path: Path) -> None:
    old, new = (line_pdf((60, 700, f"Some {word} words that are long enough for a page.")) for word in ("old", "new"))
    source = take(library, tmp_path / "a.pdf", old)
    take(library, tmp_path / "a.pdf", new)
    assert [path.name for path in library.index.originals.folder.iterdir()] == [library.source(source).original]
    assert library.doctor().clean


def test_a_page_without_end_is_drawn_small() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(100, 14_000))
    canvas.drawString(10, 10, "x")
    canvas.save()
    picture = Image.open(io.BytesIO(draw(".pdf", stream.getvalue(), 1, 2_000, [Mark("x", Box(0, 0, 1, 1))]).png))
    assert picture.width * picture.height <= 16_100_000


def test_running_lines_are_not_marked(library: Assistant, tmp_path: Path) -> None:
    from reportlab.platypus import Paragraph

    source = take(library, tmp_path / "j.pdf", pdf([Paragraph(SENTENCE.format(n=n) * 5, BODY) for n in range(12)], running=journal))
    page = library.source(source).pages[1]
    boxes = page_image(library, source, page.span, number=2).boxes
    assert boxes
    assert min(box.top for box in boxes) > 0.06
    assert max(box.bottom for box in boxes) < 0.95
